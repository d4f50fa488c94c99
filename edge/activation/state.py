"""What each target holds by its own acknowledgement; rebuilt from the ledger where it is lost."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from edge import ledger
from edge.statements import fill, literal, statement

PACKAGE = "edge.activation"


@contextmanager
def opened(state: Path, target: str, landing: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the state of one target for one sync at a time; others wait.

    A state that is missing is rebuilt from the ledger first, so nothing is sent twice.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(state / f"{target}.lock"), tempfile.TemporaryDirectory(prefix="tessera-") as tmp:
        path = state / f"{target}.duckdb"
        connection = duckdb.connect(
            str(path),
            config={
                "memory_limit": "1GB",
                "temp_directory": tmp,
                "autoinstall_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
        try:
            path.chmod(0o600)
            if not _has_state(connection):
                _rebuild(connection, target, landing)
            yield connection
        finally:
            connection.close()


def rebuild_state(state: Path, target: str, landing: Path) -> int:
    """Forget the state of a target and replay the ledger; return how many members it holds."""
    with _alone(state / f"{target}.lock"):
        for path in state.glob(f"{target}.duckdb*"):
            path.unlink()
    with opened(state, target, landing) as connection:
        return len(connection.table("acknowledged"))


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit everything inside, or nothing."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def record(connection: duckdb.DuckDBPyConnection, sync_id: str, facts: dict[str, object]) -> None:
    """Put ``temp.changes`` into the outbox: from here on the sync will be finished."""
    with transaction(connection):
        connection.execute(statement(PACKAGE, "record_sync"), {"sync_id": sync_id, **facts})
        connection.execute(statement(PACKAGE, "record_changes"), {"sync_id": sync_id})


def unfinished(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the syncs that were recorded but not acknowledged."""
    return [row[0] for row in connection.execute(statement(PACKAGE, "unfinished")).fetchall()]


def acknowledge(
    connection: duckdb.DuckDBPyConnection, target: str, sync_id: str, landing: Path
) -> None:
    """Write what was delivered to the ledger, and only then into the state.

    The ledger knows a sync by its id, so a kill between the two repeats nothing.
    """
    with tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        lines = Path(scratch) / "lines"
        values = {"target": literal(target), "sync_id": literal(sync_id), "path": literal(lines)}
        connection.execute(fill(statement(PACKAGE, "deliveries"), values))
        ledger.append_lines(landing, "delivery", lines, key=f"{target}-{sync_id}")
    with transaction(connection):
        for text in ("acknowledge_removed", "acknowledge_held", "complete_sync", "empty_outbox"):
            connection.execute(statement(PACKAGE, text), {"sync_id": sync_id})


def _rebuild(connection: duckdb.DuckDBPyConnection, target: str, landing: Path) -> None:
    files = [str(path) for path in ledger.files(landing)]
    with transaction(connection):
        connection.execute(statement(PACKAGE, "state_tables"))
        if files:
            given = {"files": files, "target": target}
            connection.execute(statement(PACKAGE, "replay"), given)
            connection.execute(statement(PACKAGE, "replay_held"))
            connection.execute(statement(PACKAGE, "replay_syncs"))


def _has_state(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute(statement(PACKAGE, "has_state")).fetchone()
    return row is not None and bool(row[0])


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
