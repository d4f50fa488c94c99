"""Ingestion: every row that lands is stored, counted as a duplicate, or refused with a reason."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.ingest import batches
from dagster_project.ingest.batches import run
from dagster_project.ingest.files import Outcome, altered, folders, landed, still_to_read
from dagster_project.ingest.work import Tell, Work
from edge.privacy.suppression import Suppression
from edge.sources import Sources

COPIES = Path("tmp") / "ingesting"  # in the home: copies that DuckDB reads, gone afterwards
KINDS = ("events", "online_retail", "customers", "weather", "ledger")


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one call did: an outcome for each file that was new, or new again."""

    outcomes: tuple[Outcome, ...] = ()

    @property
    def files(self) -> int:
        """How many files were dealt with."""
        return len(self.outcomes)

    @property
    def read(self) -> int:
        """How many rows they held."""
        return sum(outcome.rows_read for outcome in self.outcomes)

    @property
    def stored(self) -> int:
        """How many rows were stored."""
        return sum(outcome.rows_stored for outcome in self.outcomes)

    @property
    def duplicate(self) -> int:
        """How many rows had arrived before."""
        return sum(outcome.rows_duplicate for outcome in self.outcomes)

    @property
    def rejected(self) -> int:
        """How many rows were refused, with a reason."""
        return sum(outcome.rows_rejected for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        """How many files gave nothing."""
        return sum(outcome.status == "failed" for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A file whose rows do not add up; without a name, rows that belong to no file."""

    source: str | None
    file: str | None
    rows_read: int
    rows_stored: int
    rows_duplicate: int
    rows_rejected: int
    stored_found: int
    rejected_found: int


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the raw tables that do not exist yet."""
    run(connection, "schema")


def conservation(connection: duckdb.DuckDBPyConnection) -> list[Imbalance]:
    """Return the files for which read is not stored + duplicate + rejected, counted anew."""
    count_rows(connection)
    return [Imbalance(*row) for row in run(connection, "conservation")]


def count_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``temp.rows_by_file``: the rows of each file that the raw tables hold."""
    run(connection, "rows_by_file")


def ingest(
    connection: duckdb.DuckDBPyConnection,
    *,
    landing: Path,
    sources: Sources,
    loaded_at: datetime,
    progress: Tell | None = None,
    kinds: Sequence[str] = KINDS,
    copies: Path | None = None,
    suppression: Suppression | None = None,
) -> Ingested:
    """Load every landing file of these kinds that is not loaded yet.

    Killed at any point, the next call ends in the state of an undisturbed one. ``loaded_at`` is
    the clock (UTC, without a zone); each batch of files has a later one than all before it.
    ``copies`` is a folder for this call alone, which whoever does not hold the warehouse names.
    Rows of people whom ``suppression`` holds are refused, and taken out of their files.
    """
    create_tables(connection)
    _write_sources(connection, landing, sources)
    known = _known(connection)
    files = landed(landing, sources)
    for outcome, error in altered(files, known):
        run(
            connection,
            "note_error",
            {"source": outcome.source, "file": outcome.file, "error": error},
        )
    waiting = [file for file in still_to_read(files, known) if file.kind in kinds]
    if not waiting:
        return Ingested()
    with _copies(copies or landing.parent / COPIES) as folder:
        batches.prepare(connection)
        work = Work(connection, sources, loaded_at, folder, known, progress, len(waiting))
        work.suppression = suppression
        for kind in kinds:
            work.ingest(kind, [file for file in waiting if file.kind == kind])
        run(connection, "tidy")
    return Ingested(tuple(work.outcomes))


def has_news(connection: duckdb.DuckDBPyConnection, landing: Path, sources: Sources) -> bool:
    """Say whether a file waits that is not loaded yet; what we tell the ledger is no news."""
    create_tables(connection)
    waiting = still_to_read(landed(landing, sources), _known(connection))
    return any(file.kind != "ledger" for file in waiting)


def _known(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Outcome]:
    found = (Outcome(*row) for row in run(connection, "known_files"))
    return {(outcome.source, outcome.file): outcome for outcome in found}


@contextmanager
def _copies(copies: Path) -> Iterator[Path]:
    """Make the folder for copies anew; whoever holds the warehouse is the only one to use it."""
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir(parents=True)
    try:
        yield copies
    finally:
        shutil.rmtree(copies, ignore_errors=True)


def _write_sources(connection: duckdb.DuckDBPyConnection, landing: Path, sources: Sources) -> None:
    wanted = [
        (source, sources.kind(source), sources.namespace(source))
        for source in sorted({*sources.sources, *folders(landing)})
    ]
    if sorted(run(connection, "read_sources")) == wanted:
        return
    with batches.transaction(connection):
        run(connection, "forget_sources")
        for source, kind, namespace in wanted:
            run(
                connection,
                "add_source",
                {"source": source, "kind": kind, "namespace": namespace},
            )
