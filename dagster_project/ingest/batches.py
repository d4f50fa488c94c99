"""Batches of landing files becoming rows: one transaction each, so a kill leaves none by half."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from dagster_project.ingest.files import LandingFile, Look, Outcome, is_unchanged
from dagster_project.ingest.scan import Scan
from dagster_project.statements import statement
from edge.statements import fill

PACKAGE = "dagster_project.ingest"
TABLES = {
    "events": "raw.events",
    "ledger": "ops.ledger",
    "online_retail": "raw.online_retail",
    "customers": "raw.customers",
    "weather": "raw.weather",
}
REPEATS = {"ledger": "no_repeats", "customers": "find_unchanged_customers"}
GLOB = str.maketrans({"[": "[[]", "*": "[*]", "?": "[?]"})
TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that may be loaded; ``expressions`` say how the columns of a table are read."""

    file: LandingFile
    seen: Look
    scan: Scan
    expressions: Mapping[str, str] = field(default_factory=dict)


Inspect = Callable[[duckdb.DuckDBPyConnection, str, Sequence[Prepared]], None]


class Changed(Exception):
    """Files that are no longer what was scanned."""

    def __init__(self, files: Sequence[Prepared]) -> None:
        super().__init__(", ".join(prepared.file.label for prepared in files))
        self.files = files


class Misread(Exception):
    """Files of which DuckDB read other rows than the scan counted."""

    def __init__(self, files: Sequence[Prepared]) -> None:
        super().__init__(", ".join(prepared.file.label for prepared in files))
        self.files = files


def run(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Run one of this package's statements and return its rows."""
    rows: list[tuple[Any, ...]] = connection.execute(
        statement(PACKAGE, name), parameters
    ).fetchall()
    return rows


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Define what the statements share, for this connection only."""
    for name in ("batch", "macros", "network_macros", "tabular_macros", "lines", "typed_events"):
        run(connection, name)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep all that happens within, or none of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def load(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    batch: Sequence[Prepared],
    *,
    loaded_at: datetime,
    inspect: Inspect | None = None,
) -> list[Outcome]:
    """Load files of one kind, and record what became of each.

    ``inspect`` sees the batch once it is parsed, and may raise to have nothing stored of it.
    """
    table = TABLES[kind]
    parse(connection, kind, batch)
    changed = [
        prepared for prepared in batch if not is_unchanged(prepared.file.path, prepared.seen)
    ]
    if changed:
        raise Changed(changed)
    if inspect is not None:
        inspect(connection, kind, batch)
    with transaction(connection):
        clock = {"loaded_at": tick(connection, loaded_at)}
        repeats = fill(statement(PACKAGE, REPEATS.get(kind, "find_repeated")), {"table": table})
        connection.execute(repeats)
        run(connection, f"store_{kind}", clock)
        run(connection, "reject_rows", clock)
        counts = connection.execute(
            fill(statement(PACKAGE, "count_rows"), {"table": table}), clock
        ).fetchall()
        outcomes = _outcomes(batch, {number: tuple(rest) for number, *rest in counts})
        for outcome in outcomes:
            _write(connection, outcome, clock["loaded_at"])
    return outcomes


def record(connection: duckdb.DuckDBPyConnection, outcome: Outcome, *, loaded_at: datetime) -> None:
    """Record a file of which nothing is stored."""
    with transaction(connection):
        _write(connection, outcome, tick(connection, loaded_at))


def tick(connection: duckdb.DuckDBPyConnection, loaded_at: datetime) -> datetime:
    """Return a moment after every earlier load, though the clock may stand still."""
    ((last,),) = run(connection, "last_load")
    return max(loaded_at, last + TICK) if isinstance(last, datetime) else loaded_at


def parse(connection: duckdb.DuckDBPyConnection, kind: str, batch: Sequence[Prepared]) -> None:
    """Make ``parsed`` and ``arrived`` of files of one kind."""
    run(connection, "batch")
    for prepared in batch:
        _describe(connection, prepared)
    if kind in ("events", "ledger"):
        paths = [str(prepared.scan.readable).translate(GLOB) for prepared in batch]
        with _order_kept(connection):  # rowid counts lines
            run(connection, f"parse_{kind}", {"paths": paths})
        run(connection, "number_lines")
    else:
        (prepared,) = batch
        connection.execute(
            fill(statement(PACKAGE, "landed_rows"), prepared.expressions),
            {"path": str(prepared.scan.readable).translate(GLOB)},
        )
        run(connection, f"parse_{kind}")
        run(connection, "number_rows")


def _describe(connection: duckdb.DuckDBPyConnection, prepared: Prepared) -> None:
    file, scan = prepared.file, prepared.scan
    run(
        connection,
        "add_batch_file",
        {
            "file_number": file.number,
            "source": file.source,
            "file": file.file,
        },
    )
    if scan.refused:
        run(
            connection,
            "add_refusals",
            {"file_number": file.number, "path": str(scan.refusals).translate(GLOB)},
        )


def _outcomes(batch: Sequence[Prepared], counts: Mapping[int, tuple[int, ...]]) -> list[Outcome]:
    outcomes, misread = [], []
    for prepared in batch:
        file, scan = prepared.file, prepared.scan
        lines, stored, duplicate, rejected = counts[file.number]
        outcome = Outcome(
            source=file.source,
            file=file.file,
            number=file.number,
            bytes=prepared.seen.bytes,
            status="loaded",
            sha256=scan.sha256,
            rows_read=scan.rows,
            rows_stored=stored,
            rows_duplicate=duplicate,
            rows_rejected=rejected,
        )
        outcomes.append(outcome)
        if lines != scan.lines or not outcome.is_balanced:
            misread.append(prepared)
    if misread:
        raise Misread(misread)
    return outcomes


def _write(connection: duckdb.DuckDBPyConnection, outcome: Outcome, loaded_at: datetime) -> None:
    row = asdict(outcome)
    run(connection, "forget_file", {"source": outcome.source, "file": outcome.file})
    run(connection, "record_file", {**row, "loaded_at": loaded_at})


@contextmanager
def _order_kept(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    ((before,),) = run(connection, "insertion_order")
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute(f"SET preserve_insertion_order = {before}")
