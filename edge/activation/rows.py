"""What the sync engine asks of a target that takes rows, and how the target answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Operation = Literal["remove", "update", "add"]


@dataclass(frozen=True, slots=True)
class Row:
    """One member of one segment, as a target should see it.

    ``fields`` are the mapped columns by the target's names. With ``remove`` they are what the
    target acknowledged when it got the member, so that it finds them again. ``key`` is the same
    on every try of the same content, so that a target that remembers keys does nothing twice.
    """

    segment: str
    customer_id: str
    operation: Operation
    key: str
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)  # personal data


@dataclass(frozen=True, slots=True)
class Answer:
    """What a target said about one row.

    ``delivered`` is its acknowledgement. ``rejected`` is for good: only other content may be
    taken. ``failed`` may work next time. ``reason`` never quotes personal data.
    """

    status: Literal["delivered", "rejected", "failed"]
    reason: str | None = None


class TargetError(Exception):
    """A target that did not take a batch; the message never quotes personal data.

    ``is_certain`` says that nothing of the batch was done. After a broken connection or a
    timeout nobody knows: the target may hold the rows although it never said so.
    """

    def __init__(self, message: str, *, is_certain: bool = True) -> None:
        super().__init__(message)
        self.is_certain = is_certain


class BatchRefused(TargetError):
    """The target refuses the batch for good, for its size or for rows in it (400, 413, 422)."""


class Unavailable(TargetError):
    """Not now: a timeout, a broken connection, 429 or 5xx."""

    def __init__(
        self, message: str, *, is_certain: bool = True, retry_after: float | None = None
    ) -> None:
        super().__init__(message, is_certain=is_certain)
        self.retry_after = retry_after  # seconds, where the target named them


class Disabled(TargetError):
    """The target takes nothing any more until somebody acts (401, 403, 404, 410)."""


class Sender(Protocol):
    """The way to one place that takes rows; made for one sync, closed after it."""

    batch_rows: int  # at most so many rows a batch

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Send one batch and return one answer per row, in their order.

        The same rows twice must leave the target as once would. Raises TargetError where the
        answer concerns the whole batch: the engine bisects, waits or stops.
        """

    def close(self) -> None:
        """Let go of connections."""
