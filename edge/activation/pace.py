"""How long a sync waits for a target that is not available, and when it gives up."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting: twice as long after each failure in a row, by chance up to half shorter.

    The jitter keeps many senders from coming back together. ``sleep`` and ``clock`` (seconds, only
    ever forward) are arguments, and so is ``chance``, which returns a number from 0 up to 1.
    """

    sleep: Callable[[float], None]
    clock: Callable[[], float]
    chance: Callable[[], float]
    patience_seconds: float = 60.0  # all waits of one sync together
    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def wait_seconds(self, failures: int, retry_after: float | None) -> float:
        """Return how long to wait after so many failures in a row; never less than asked for."""
        backoff = min(self.longest_seconds, self.first_seconds * 2.0 ** min(failures - 1, 60))
        return max(backoff * (1 - 0.5 * self.chance()), retry_after or 0.0)
