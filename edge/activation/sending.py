"""Sending rows in batches: bisecting what is refused, waiting, and stopping in time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from edge.activation.pace import Pace
from edge.activation.rows import (
    Answer,
    BatchRefused,
    Disabled,
    Row,
    Sender,
    TargetError,
    Unavailable,
)

REFUSED_IN_A_ROW = 200  # so many rows refused with none accepted: it is not the rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row in one sync.

    ``untried`` was not sent at all. ``is_certain`` is false where some try of it ended without
    an answer: it may have been carried out, or still be, whatever was answered later.
    """

    status: Literal["delivered", "rejected", "failed", "untried"]
    reason: str | None = None
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a sync sends no more: the target is not available, or disabled until somebody acts."""

    kind: Literal["unavailable", "disabled"]
    reason: str
    retry_after: float | None = None  # seconds from now, where the target named them


@dataclass(slots=True)
class Line:
    """The line to one target for one sync; it remembers its waits, and whom it must hold back.

    After a row of a customer failed, later rows of the same customer stay untried, so that none
    overtakes another; after a removal was rejected, those of the same segment.
    """

    sender: Sender
    pace: Pace
    stop: Stop | None = None
    requests: int = 0
    waited_seconds: float = 0.0
    _failures: int = 0
    _refused: int = 0
    _held_back: set[str] = field(default_factory=set)
    _not_removed: set[tuple[str, str]] = field(default_factory=set)

    def send(self, rows: Sequence[Row]) -> list[Outcome]:
        """Send one batch in which no customer stands twice; return what came of each row."""
        outcomes = [Outcome("untried", "an earlier change of this customer did not go through")]
        outcomes *= len(rows)
        open_places = [i for i, row in enumerate(rows) if not self._is_held_back(row)]
        sent = self._bisect([rows[i] for i in open_places], is_certain=True)
        for i, outcome in zip(open_places, sent, strict=True):
            outcomes[i] = outcome
            if outcome.status in ("failed", "untried"):
                self._held_back.add(rows[i].customer_id)
            elif outcome.status == "rejected" and rows[i].operation == "remove":
                self._not_removed.add((rows[i].segment, rows[i].customer_id))
        return outcomes

    def _is_held_back(self, row: Row) -> bool:
        return (
            row.customer_id in self._held_back
            or (row.segment, row.customer_id) in self._not_removed
        )

    def _bisect(self, rows: list[Row], *, is_certain: bool) -> list[Outcome]:
        """Send rows; where they are refused as a whole, each half by itself."""
        if not rows:
            return []
        if self.stop is not None:
            status: Literal["untried", "failed"] = "untried" if is_certain else "failed"
            return [Outcome(status, self.stop.reason, is_certain)] * len(rows)
        try:
            answers, was_certain = self._answers(rows)
        except BatchRefused as error:
            is_certain &= error.is_certain
            if len(rows) == 1:
                self._count_refusals(1, 0, str(error))
                return [Outcome("rejected", str(error), is_certain)]
            half = len(rows) // 2
            first = self._bisect(rows[:half], is_certain=is_certain)
            return first + self._bisect(rows[half:], is_certain=is_certain)
        except TargetError as error:
            is_certain &= error.is_certain
            return [Outcome("failed", str(error), is_certain)] * len(rows)
        accepted = sum(answer.status == "delivered" for answer in answers)
        self._count_refusals(
            sum(answer.status == "rejected" for answer in answers), accepted, answers[-1].reason
        )
        certain = is_certain and was_certain
        return [Outcome(answer.status, answer.reason, certain) for answer in answers]

    def _answers(self, rows: list[Row]) -> tuple[Sequence[Answer], bool]:
        """Ask until there is an answer or no patience left; also say whether no try was lost.

        Raises what the target raised last, certain only if every try was.
        """
        is_certain = True
        while True:
            self.requests += 1
            try:
                answers = self.sender.send(rows)
            except Unavailable as error:
                is_certain &= error.is_certain
                if not self._has_waited(error):
                    raise TargetError(str(error), is_certain=is_certain) from error
            except BatchRefused as error:
                self._failures = 0
                raise BatchRefused(
                    str(error), is_certain=is_certain and error.is_certain
                ) from error
            except Disabled as error:
                self.stop = Stop("disabled", str(error))
                raise Disabled(str(error), is_certain=is_certain and error.is_certain) from error
            except TargetError as error:
                raise TargetError(str(error), is_certain=is_certain and error.is_certain) from error
            else:
                if len(answers) != len(rows):
                    raise RuntimeError(f"{len(answers)} answers to {len(rows)} rows")
                self._failures = 0
                return answers, is_certain

    def _has_waited(self, error: Unavailable) -> bool:
        self._failures += 1
        seconds = self.pace.wait_seconds(self._failures, error.retry_after)
        if self.waited_seconds + seconds > self.pace.patience_seconds:
            self.stop = Stop("unavailable", str(error), error.retry_after)
            return False
        self.waited_seconds += seconds
        self.pace.sleep(seconds)
        return True

    def _count_refusals(self, refused: int, accepted: int, reason: str | None) -> None:
        self._refused = 0 if accepted else self._refused + refused
        if self._refused >= REFUSED_IN_A_ROW and self.stop is None:
            self.stop = Stop("unavailable", f"{self._refused} rows refused in a row: {reason}")
