"""The time that a simulation covers: its days, its seasons and the day behaviour changes."""

import datetime
from dataclasses import dataclass

import numpy as np

from edge.simulator.chance import Flags, Integers

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Milliseconds since 1970 (UTC), from the first midnight to the last."""

    start: int
    end: int
    drift: int
    season_starts: Integers
    season_length: int

    def in_season(self, moments: Integers) -> Flags:
        """Tell which moments fall into a season."""
        found = np.searchsorted(self.season_starts, moments, side="right") - 1
        begun = self.season_starts[np.maximum(found, 0)]
        flags: Flags = (found >= 0) & (moments < begun + self.season_length)
        return flags


def make(start: datetime.date, days: int) -> Span:
    """Lay out ``days`` days from ``start``: a season each quarter, the drift after two thirds."""
    first = (start - _EPOCH).days * DAY
    seasons = max(1, round(days / 90))
    middles = (np.arange(seasons) + 0.6) * days / seasons
    length = max(1, min(21, round(days * 0.15)))
    begin = np.maximum(np.rint(middles - length / 2), 0).astype(np.int64)
    return Span(
        start=first,
        end=first + days * DAY,
        drift=first + max(1, days * 2 // 3) * DAY,
        season_starts=first + begin * DAY,
        season_length=length * DAY,
    )
