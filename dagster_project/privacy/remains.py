"""What else in a home names a person: copies of files, exports, reports, logs, states."""

import fcntl
import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.privacy.landing import Change
from dagster_project.privacy.rows import ID_COLUMNS
from dagster_project.privacy.subjects import PACKAGE
from dagster_project.settings import Settings
from dagster_project.statements import statement
from edge.privacy import content, lines
from edge.privacy.content import Trace
from edge.privacy.lines import Search
from edge.statements import fill, identifier, literal

ROWS = (".csv", ".jsonl")  # a line that names the person is about them


def replace_copies(home: Path, landing: Path, changes: Sequence[Change]) -> int:
    """Give copies of landing files elsewhere in the home the content that these have now."""
    by_size: dict[int, list[Path]] = {}
    for path in content.files_of(home):
        if not path.is_relative_to(landing):
            by_size.setdefault(path.stat().st_size, []).append(path)
    count = 0
    for change in changes:
        now = landing / change.source / change.file
        for path in by_size.get(change.bytes_before, []):
            if lines.digest(path) == change.before:
                partial = path.with_name(f".{path.name}.{os.getpid()}")
                shutil.copy2(now, partial)
                partial.replace(path)
                count += 1
    return count


def scrub(settings: Settings, traces: Sequence[Trace], search: Search) -> dict[str, int]:
    """Take the person out of files that a search found; return how many, by kind."""
    counts: dict[str, int] = {}
    for path in dict.fromkeys(trace.path for trace in traces):
        if not path.exists():
            continue
        if path.is_relative_to(settings.home / "tmp"):  # left by something that was killed
            path.unlink()
            continue
        kind = _scrub(settings, path, search)
        if kind is not None:
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def _scrub(settings: Settings, path: Path, search: Search) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(16)
    if head[8:12] == content.DUCK or head.startswith(content.ZIP):
        return None  # a state, which its own step mends; of models none holds a person
    if head.startswith(content.SQLITE):
        _scrub_sqlite(path, search)
        return "databases of runs"
    if head.startswith(content.PARQUET):
        _drop_rows(path, search)
    elif path.name.removesuffix(".gz").endswith(ROWS):
        _drop_lines(path, search)
    else:
        _redact(path, search)
    return path.relative_to(settings.home).parts[0]


def _drop_rows(path: Path, search: Search) -> None:
    table = pq.read_table(path)
    kept = [
        not search.names("\n".join(map(str, row.values())).encode()) for row in table.to_pylist()
    ]
    with _replacing(path) as partial:
        pq.write_table(table.filter(pa.array(kept, pa.bool_())), partial)


def _drop_lines(path: Path, search: Search) -> None:
    opened = gzip.open if path.suffix == ".gz" else open
    with _replacing(path) as partial, opened(path, "rb") as source, opened(partial, "wb") as target:
        for line in source:
            if not search.names(line):
                target.write(line)


def _redact(path: Path, search: Search) -> None:
    is_gzip = path.suffix == ".gz"
    held = gzip.decompress(path.read_bytes()) if is_gzip else path.read_bytes()
    kept = search.without(held)
    with _replacing(path) as partial:
        partial.write_bytes(gzip.compress(kept, mtime=0) if is_gzip else kept)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Replace a file by what is written beside it, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    yield partial
    partial.chmod(path.stat().st_mode & 0o777)
    partial.replace(path)


def _scrub_sqlite(path: Path, search: Search) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    connection.text_factory = bytes
    try:
        for (table,) in connection.execute(_sql("sqlite_tables")).fetchall():
            name = identifier(table.decode())
            columns = [row[1].decode() for row in connection.execute(f"pragma table_info({name})")]
            for column in columns:
                values = {"table": name, "column": identifier(column)}
                rows = connection.execute(fill(_sql("sqlite_texts"), values)).fetchall()
                for row_id, text in rows:
                    if isinstance(text, bytes) and search.names(text):
                        kept = search.without(text).decode(errors="surrogateescape")
                        connection.execute(fill(_sql("sqlite_redact"), values), (kept, row_id))
        connection.execute("vacuum")  # deleted content stays in free pages
        connection.execute("pragma wal_checkpoint(truncate)")
    finally:
        connection.close()


def pending_targets(activation: Path, customer_ids: Sequence[str]) -> list[str]:
    """Return the targets whose state still holds the person: a removal is not acknowledged yet."""
    found = []
    for path in _states(activation):
        with _alone(path), duckdb.connect(str(path), read_only=True) as connection:
            if any(_counts(connection, customer_ids).values()):
                found.append(path.stem)
    return found


def forget_firings(activation: Path, customer_ids: Sequence[str]) -> int:
    """Delete the person's firings from the state of triggers."""
    path = activation / "triggers.duckdb"
    if not path.exists():
        return 0
    with _alone(path), duckdb.connect(str(path)) as connection:
        deleted = 0
        for table, column in _columns(connection):
            values = {"table": identifier(table), "column": identifier(column)}
            text = fill(statement(PACKAGE, "delete_customers"), values)
            deleted += connection.execute(text, {"ids": list(customer_ids)}).fetchall()[0][0]
        return deleted


def compact_states(activation: Path) -> None:
    """Write every state anew: deleted rows leave pages behind."""
    for path in [*_states(activation), activation / "triggers.duckdb"]:
        if path.exists():
            with _alone(path):
                compact(path, open_state)


def compact(path: Path, connect: Callable[[Path], duckdb.DuckDBPyConnection]) -> None:
    """Copy a DuckDB file and put the copy in its place; the caller keeps others from opening it."""
    partial = path.with_name(f".{path.name}.compacting")
    partial.unlink(missing_ok=True)
    connection = connect(path)
    try:
        ((catalog,),) = connection.execute(statement(PACKAGE, "compacted_catalog")).fetchall()
        values = {"path": literal(partial), "name": "compacted", "catalog": identifier(catalog)}
        for name in ("attach_compacted", "copy_compacted", "detach_compacted"):
            connection.execute(fill(statement(PACKAGE, name), values))
        connection.execute("CHECKPOINT")  # of the old file: no log of it is left behind
    finally:
        connection.close()
    partial.chmod(path.stat().st_mode & 0o777)
    partial.replace(path)


def open_state(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a state file, whose lock the caller holds."""
    return duckdb.connect(str(path), config={"memory_limit": "1GB"})


def _states(activation: Path) -> list[Path]:
    paths = sorted(activation.glob("*.duckdb")) if activation.is_dir() else []
    return [path for path in paths if path.name != "triggers.duckdb"]


def _counts(connection: duckdb.DuckDBPyConnection, customer_ids: Sequence[str]) -> dict[str, int]:
    counts = {}
    for table, column in _columns(connection):
        values = {"table": identifier(table), "column": identifier(column)}
        text = fill(statement(PACKAGE, "count_customers"), values)
        ((counts[table],),) = connection.execute(text, {"ids": list(customer_ids)}).fetchall()
    return counts


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    text = statement(PACKAGE, "columns_with_customers")
    return connection.execute(text, {"columns": list(ID_COLUMNS)}).fetchall()


def _sql(name: str) -> str:
    return statement("edge.privacy" if name == "sqlite_tables" else PACKAGE, name)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock that a state's own code holds while it is open."""
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
