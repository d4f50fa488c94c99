"""The work of one ingestion: files in order of arrival, in batches, one by one where need be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.ingest import batches, scan, tables
from dagster_project.ingest.batches import Changed, Misread, Prepared
from dagster_project.ingest.files import (
    LandingFile,
    Look,
    Outcome,
    Status,
    Unreadable,
    check_ending,
    is_unchanged,
    look,
)
from dagster_project.ingest.suppressed import Suppressed, refuse
from edge.privacy.suppression import Suppression
from edge.sources import Sources

BATCH_BYTES = 512 * 2**20  # of text; a larger file is a batch of its own
LINES = ("events", "ledger")  # kinds read line by line; a table is a batch of its own
FAULTS_OF_A_FILE = (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError)

Fault = tuple[Status, str, str | None]  # status, error, sha256
CHANGED: Fault = ("changed", "changed while it was read: it is read again next time", None)

Tell = Callable[[str], None]


@dataclass(slots=True)
class Work:
    """What one ingestion knows and has done so far."""

    connection: duckdb.DuckDBPyConnection
    sources: Sources
    loaded_at: datetime
    copies: Path
    known: dict[tuple[str, str], Outcome]
    tell: Tell | None = None
    total: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    contents: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    suppression: Suppression | None = None

    def __post_init__(self) -> None:
        for outcome in self.known.values():
            self._remember(outcome)

    def ingest(self, kind: str, files: Sequence[LandingFile]) -> None:
        """Load files of one kind."""
        pending: dict[str, Prepared] = {}
        size = 0
        for file in files:
            prepared = self._prepare(file)
            if prepared is None:
                continue
            sha256 = prepared.scan.sha256
            # Whether a content is stored is known only when the file that had it first is loaded.
            is_known = sha256 in pending
            is_full = size + prepared.scan.text_bytes > BATCH_BYTES or kind not in LINES
            if is_known or is_full:
                self._load(kind, list(pending.values()))
                pending, size = {}, 0
            same = self.contents.get((file.source, sha256))
            if same is None:
                pending[sha256] = prepared
                size += prepared.scan.text_bytes
            else:
                error = f"holds the same as {same}, which is loaded: nothing to store"
                self._settle(file, prepared.seen, "same_content", error, sha256)
        self._load(kind, list(pending.values()))

    def _prepare(self, file: LandingFile) -> Prepared | None:
        """Scan a file; None if there is nothing to load from it, which is then recorded."""
        fault = CHANGED
        try:
            seen = look(file.path)
            try:
                prepared = self._scan(file, seen)
            except Unreadable as error:
                sha256 = scan.digest(file.path) if error.is_final else None
                fault = ("failed", str(error), sha256)
            except PermissionError:
                fault = ("failed", "may not be read: check its permissions", None)
            else:
                if is_unchanged(file.path, seen):
                    return prepared
        except FileNotFoundError:  # taken away since the folder was listed
            return None
        self._settle(file, seen, *(fault if is_unchanged(file.path, seen) else CHANGED))
        return None

    def _scan(self, file: LandingFile, seen: Look) -> Prepared:
        check_ending(file)
        owner = self.numbers.setdefault(file.number, file.label)
        if owner != file.label:
            raise Unreadable(
                f"its number is that of {owner}: name it without one, and it is given its own",
                is_final=False,
            )
        if file.kind in LINES:
            scanned = scan.scan(file.path, copies=self.copies, name=_name(file, seen))
            return Prepared(file, seen, scanned)
        scanned, expressions = tables.scan_table(file, self.sources, copies=self.copies)
        return Prepared(file, seen, scanned, expressions)

    def _load(self, kind: str, pending: Sequence[Prepared]) -> None:
        """Load a batch; where that fails, its files one by one, so that none stops another."""
        if not pending:
            return
        try:
            done = batches.load(
                self.connection, kind, pending, loaded_at=self.loaded_at, inspect=self._inspect
            )
        except Suppressed as error:
            self._load(kind, self._again(pending, error.files))
        except Changed as error:
            for prepared in error.files:
                self._settle(prepared.file, prepared.seen, *CHANGED)
            self._load(kind, [prepared for prepared in pending if prepared not in error.files])
        except (Misread, *FAULTS_OF_A_FILE) as error:
            if len(pending) > 1:
                for prepared in pending:
                    self._load(kind, [prepared])
            else:
                self._load_a_copy(kind, pending[0], error)
        else:
            for outcome in done:
                self._finish(outcome)
            for prepared in pending:
                self._remove_copies(prepared)

    def _inspect(
        self, connection: duckdb.DuckDBPyConnection, kind: str, batch: Sequence[Prepared]
    ) -> None:
        if self.suppression:
            refuse(connection, kind, batch, self.suppression)

    def _again(self, pending: Sequence[Prepared], rewritten: Sequence[Prepared]) -> list[Prepared]:
        """Scan those files once more that were rewritten."""
        found = []
        for prepared in pending:
            if prepared not in rewritten:
                found.append(prepared)
                continue
            self._remove_copies(prepared)
            again = self._prepare(prepared.file)
            if again is not None:
                found.append(again)
        return found

    def _load_a_copy(self, kind: str, prepared: Prepared, error: Exception) -> None:
        """Load what DuckDB misreads from a copy; if it is one already, the file fails."""
        file = prepared.file
        if prepared.scan.readable.is_symlink():
            copied = scan.copy(
                file.path,
                copies=self.copies,
                name=_name(file, prepared.seen),
                sha256=prepared.scan.sha256,
            )
            self._load(kind, [replace(prepared, scan=copied)])
            return
        reason = f"DuckDB does not read it as it stands ({type(error).__name__}): nothing is stored"
        self._settle(file, prepared.seen, "failed", reason, None)
        self._remove_copies(prepared)

    def _settle(
        self, file: LandingFile, seen: Look, status: Status, error: str, sha256: str | None
    ) -> None:
        """Record a file of which nothing is stored, unless the same is on record."""
        outcome = Outcome(
            source=file.source,
            file=file.file,
            number=file.number,
            bytes=seen.bytes,
            status=status,
            sha256=sha256,
            error=error,
        )
        if outcome != self.known.get((file.source, file.file)):
            batches.record(self.connection, outcome, loaded_at=self.loaded_at)
            self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._remember(outcome)
        if self.tell is not None:
            rows = f"{outcome.rows_read:,} rows read, {outcome.rows_rejected:,} rejected"
            detail = rows if outcome.error is None else f"{outcome.status}: {outcome.error}"
            count = f"{len(self.outcomes)} of {self.total}"
            self.tell(f"{count} {outcome.source}/{outcome.file}: {detail}")

    def _remember(self, outcome: Outcome) -> None:
        if outcome.status != "loaded":
            return
        self.numbers[outcome.number] = f"{outcome.source}/{outcome.file}"
        if outcome.rows_read and outcome.sha256 is not None:
            self.contents.setdefault((outcome.source, outcome.sha256), outcome.file)

    def _remove_copies(self, prepared: Prepared) -> None:
        for copied in (prepared.scan.readable, prepared.scan.refusals):
            if copied is not None and copied != prepared.file.path:
                copied.unlink(missing_ok=True)


def _name(file: LandingFile, seen: Look) -> str:
    """Return what DuckDB finds in a path: the file's number and when it was last written."""
    return f"{file.number}_{seen.modified_ns // 1000}"
