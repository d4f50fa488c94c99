"""The ways out: how what is in the outbox reaches a target, and what came of each row."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

import duckdb

from edge.activation.rows import Operation, Row
from edge.activation.sending import Line, Outcome
from edge.statements import statement

PACKAGE = "edge.activation"
CHUNK_ROWS = 2000  # what a kill leaves uncertain at most, unless one batch is larger
CHUNK_BATCHES = 20

Progress = Callable[[int, int], None]


class Target(Protocol):
    """The way to one place that acts on segments.

    A sync is staged, recorded, delivered and acknowledged, in this order, and may be killed after
    any step; the next one takes it up again.
    """

    def stage(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Prepare what ``temp.changes`` says, out of the receiver's sight."""

    def deliver(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Send what is in ``outbox``, removals first, and set what came of each row there."""

    def resume(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Bring a sync that was killed to an end."""

    def discard(self) -> None:
        """Remove what was staged for a sync that was never recorded."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sends the outbox of one sync along a line, and records each answer as it comes.

    A chunk of rows is marked as on its way before it is sent: after a kill these are the rows of
    which nobody knows. What was decided by a sync that was killed is not sent from its outbox, as
    somebody may have withdrawn since; the sync after it decides anew.
    """

    line: Line
    batch_rows: int
    moment: Callable[[], datetime]
    progress: Progress

    def stage(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Nothing has to be prepared."""

    def discard(self) -> None:
        """Nothing was prepared."""

    def resume(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Take what was on its way as sent with an unknown end."""
        given = {"sync_id": sync_id, "now": self.moment()}
        connection.execute(statement(PACKAGE, "mark_lost"), given)

    def deliver(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Send chunk by chunk until all is sent or the line stops."""
        row = connection.execute(statement(PACKAGE, "outbox_size"), {"sync_id": sync_id}).fetchone()
        total = 0 if row is None else int(row[0])
        size = max(self.batch_rows, min(CHUNK_ROWS, CHUNK_BATCHES * self.batch_rows))
        for first in range(1, total + 1, size):
            if self.line.stop is not None:
                break
            last = min(first + size - 1, total)
            self._send_chunk(connection, {"sync_id": sync_id, "first": first, "last": last})
            self.progress(last, total)

    def _send_chunk(self, connection: duckdb.DuckDBPyConnection, span: dict[str, Any]) -> None:
        connection.execute(statement(PACKAGE, "mark_in_flight"), span)
        found = connection.execute(statement(PACKAGE, "chunk"), span).fetchall()
        outcomes: list[Outcome] = []
        for batch in self._batches(found):
            outcomes += self.line.send(batch)
        given = {
            **span,
            "positions": [position for position, *_ in found],
            "statuses": ["pending" if x.status == "untried" else x.status for x in outcomes],
            "reasons": [x.reason for x in outcomes],
            "certain": [x.is_certain for x in outcomes],
            "now": self.moment(),
        }
        connection.execute(statement(PACKAGE, "mark_outcomes"), given)

    def _batches(self, found: list[tuple[Any, ...]]) -> Iterator[list[Row]]:
        """Cut rows into batches of one operation in which no customer stands twice."""
        for _, wave in groupby(found, key=lambda row: row[1]):
            rows = [_row(*given) for _, _, *given in wave]
            for start in range(0, len(rows), self.batch_rows):
                yield rows[start : start + self.batch_rows]


def _row(segment: str, customer_id: str, operation: Operation, key: str, fields: str) -> Row:
    return Row(segment, customer_id, operation, key, json.loads(fields))
