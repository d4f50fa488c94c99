"""What each target holds by its own acknowledgement; rebuilt from the ledger where it is lost."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from edge import ledger
from edge.statements import fill, literal, statement

PACKAGE = "edge.activation"
SETTLE_SECONDS = 900  # after this a request whose answer was lost is not carried out any more


@dataclass(frozen=True, slots=True)
class Halt:
    """Why nothing may be sent: until a moment, or until somebody acts."""

    reason: str
    halted_at: datetime
    ends_at: datetime | None


@contextmanager
def opened(
    state: Path, target: str, landing: Path, *, tell_waiting: Callable[[], None] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the state of one target for one sync at a time; others wait, and tell so.

    A state that is missing is rebuilt from the ledger first, so nothing is sent twice.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        _alone(state / f"{target}.lock", tell_waiting),
        tempfile.TemporaryDirectory(prefix="tessera-") as tmp,
    ):
        path = state / f"{target}.duckdb"
        connection = duckdb.connect(
            str(path),
            config={
                "memory_limit": "1GB",
                "temp_directory": tmp,
                "preserve_insertion_order": False,
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


def next_number(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the sync that may come next."""
    row = connection.execute(statement(PACKAGE, "next_number")).fetchone()
    assert row is not None
    return int(row[0])


def record(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    sync_id: str,
    facts: dict[str, object],
    *,
    key: bytes,
) -> None:
    """Put ``temp.outgoing`` into the outbox: from here on the sync will be finished."""
    given = {"sync_id": sync_id, "target": target, "key": key.hex()}
    with transaction(connection):
        connection.execute(statement(PACKAGE, "record_sync"), {"sync_id": sync_id, **facts})
        connection.execute(statement(PACKAGE, "record_changes"), given)


def unfinished(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the syncs that were recorded but not acknowledged."""
    return [row[0] for row in connection.execute(statement(PACKAGE, "unfinished")).fetchall()]


def acknowledge(
    connection: duckdb.DuckDBPyConnection, target: str, sync_id: str, landing: Path
) -> None:
    """Write what was delivered or not to the ledger, and only then into the state.

    The ledger knows a sync by its id, so a kill between the two repeats nothing.
    """
    with tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        lines = Path(scratch) / "lines"
        values = {"target": literal(target), "sync_id": literal(sync_id), "path": literal(lines)}
        connection.execute(fill(statement(PACKAGE, "deliveries"), values))
        ledger.append_lines(landing, "delivery", lines, key=f"{target}-{sync_id}")
    settling = {"settle_seconds": str(SETTLE_SECONDS)}
    with transaction(connection):
        connection.execute(statement(PACKAGE, "answered"))
        for name in (
            "acknowledge_removed",
            "acknowledge_held",
            "settle_answered",
            "note_answered",
            "forget_repeated",
            "settle_uncertain",
            "forget_decided",
            "note_unacknowledged",
            "complete_sync",
            "empty_outbox",
        ):
            text = fill(statement(PACKAGE, name), settling)
            connection.execute(text, {"sync_id": sync_id})


def halted(connection: duckdb.DuckDBPyConnection, now: datetime) -> Halt | None:
    """Return why nothing may be sent now, if so."""
    row = connection.execute(statement(PACKAGE, "halts"), {"now": now}).fetchone()
    return None if row is None else Halt(*row)


def halt(connection: duckdb.DuckDBPyConnection, given: Halt) -> None:
    """Remember that nothing may be sent."""
    values = {"reason": given.reason, "now": given.halted_at, "ends_at": given.ends_at}
    connection.execute(statement(PACKAGE, "halt"), values)


def end_halts(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the target be tried again."""
    connection.execute(statement(PACKAGE, "end_halts"))


def _rebuild(connection: duckdb.DuckDBPyConnection, target: str, landing: Path) -> None:
    files = [str(path) for path in ledger.files(landing)]
    settling = {"settle_seconds": str(SETTLE_SECONDS)}
    with transaction(connection):
        connection.execute(statement(PACKAGE, "state_tables"))
        if files:
            given = {"files": files, "target": target}
            connection.execute(statement(PACKAGE, "replay"), given)
            for name in (
                "replay_held",
                "replay_unsettled",
                "replay_unacknowledged",
                "replay_syncs",
            ):
                connection.execute(fill(statement(PACKAGE, name), settling))


def _has_state(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute(statement(PACKAGE, "has_state")).fetchone()
    return row is not None and bool(row[0])


@contextmanager
def _alone(lock: Path, tell_waiting: Callable[[], None] | None = None) -> Iterator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tell_waiting is not None:
                tell_waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
