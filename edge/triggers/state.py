"""What triggers did so far, folded from the ledger; a state that is lost is folded anew."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from edge import ledger
from edge.activation.state import transaction
from edge.statements import statement
from edge.triggers.decisions import Firing, Pair
from edge.triggers.rules import Trigger

PACKAGE = "edge.triggers"
KIND = "trigger_firing"
FOREVER = datetime.max  # noqa: DTZ901 - without a zone, as the warehouse keeps time


@dataclass(frozen=True, slots=True)
class Progress:
    """The first and the last tick ever evaluated, if any, and the newest landing file known."""

    started_at: datetime | None
    evaluated_to: datetime | None
    file_number: int


@dataclass(frozen=True, slots=True)
class State:
    """The earlier firings; held by one evaluation at a time."""

    connection: duckdb.DuckDBPyConnection
    landing: Path

    def progress(self) -> Progress:
        """Return how far evaluation went."""
        started_at, evaluated_to, file_number, _ = self._rows("read_progress")[0]
        return Progress(started_at, evaluated_to, file_number)

    def waiting(self, before: datetime = FOREVER) -> list[Pair]:
        """Return the triggers and customers that wait, of entries before a tick."""
        return [(x, y) for x, y in self._rows("waiting_firings", {"before": before})]

    def known(self, customers: Sequence[str], before: datetime = FOREVER) -> list[Firing]:
        """Return all that wait and the firings of some customers, of entries before a tick."""
        given = {"customers": list(customers), "before": before}
        return [_firing(row) for row in self._rows("known_firings", given)]

    def earlier(self, before: datetime) -> list[Firing]:
        """Return every firing of an entry before a tick."""
        return [_firing(row) for row in self._rows("earlier_firings", {"before": before})]

    def record(
        self,
        firings: Sequence[Firing],
        triggers: Mapping[str, Trigger],
        progress: Progress,
        recorded_at: datetime,
    ) -> None:
        """Write firings to the ledger, all or none, and only then into the state.

        Killed between the two, the next evaluation reads them from the ledger first.
        """
        payloads = [
            {
                **asdict(firing),
                "purpose": triggers[firing.trigger].purpose,
                "channel_purpose": triggers[firing.trigger].channel_purpose,
                "sequence": number,
                "started_at": progress.started_at,
                "evaluated_to": progress.evaluated_to,
                "landing_file": progress.file_number,
            }
            for number, firing in enumerate(firings)
        ]
        ledger.append(self.landing, KIND, payloads, recorded_at)
        self.catch_up()
        with transaction(self.connection):
            self.connection.execute(_sql("note_progress"), asdict(progress))

    def catch_up(self) -> None:
        """Read what the ledger says since the state last looked."""
        ((_, _, _, last),) = self._rows("read_progress")
        newer = [path for path in ledger.files(self.landing) if _number(path) > last]
        if not newer:
            return
        ours = [str(path) for path in newer if path.name.endswith(f"-{KIND}.jsonl")]
        with transaction(self.connection):
            if ours:
                self.connection.execute(_sql("replay_ledger"), {"files": ours})
                for name in ("forget_replayed", "insert_replayed", "replay_progress"):
                    self.connection.execute(_sql(name))
            number = {"ledger_number": _number(newer[-1])}
            self.connection.execute(_sql("note_ledger"), number)

    def _rows(self, name: str, given: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(_sql(name), given).fetchall()


@contextmanager
def opened(folder: Path, landing: Path) -> Iterator[State]:
    """Open the state for one evaluation at a time, up to date with the ledger; others wait."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "triggers.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path = folder / "triggers.duckdb"
        connection = duckdb.connect(str(path), config={"python_enable_replacements": False})
        try:
            path.chmod(0o600)
            tables = {row[0] for row in connection.execute("show tables").fetchall()}
            if "firings" not in tables:
                with transaction(connection):
                    connection.execute(_sql("state_tables"))
            state = State(connection, landing)
            state.catch_up()
            yield state
        finally:
            connection.close()
    finally:
        os.close(descriptor)


def _firing(row: tuple[Any, ...]) -> Firing:
    (
        firing_id,
        trigger,
        customer_id,
        entered_at,
        as_of,
        due_at,
        status,
        suppressed_by,
        fired_at,
        reason,
        message_ids,
        timezone,
    ) = row
    return Firing(
        firing_id=firing_id,
        trigger=trigger,
        customer_id=customer_id,
        entered_at=entered_at,
        as_of=as_of,
        due_at=due_at,
        status=status,
        suppressed_by=suppressed_by,
        fired_at=fired_at,
        reason=json.loads(reason),
        message_ids=tuple(message_ids),
        timezone=timezone,
    )


def _number(path: Path) -> int:
    return int(path.name.split("-", 1)[0])


def _sql(name: str) -> str:
    return statement(PACKAGE, name)
