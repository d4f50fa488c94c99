"""Sudden drops of a figure against its own history, the rhythm of the week respected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TO_STANDARD_DEVIATION = 1.4826  # of a median absolute deviation, where values are normal
WEEKDAYS = 7
FEWEST_OF_A_WEEKDAY = 4
RHYTHM = 0.75  # medians of weekdays without a rhythm leave some 0.9 of the spread


@dataclass(frozen=True, slots=True)
class Drop:
    """A value far below what its history lets expect; ``score`` in robust standard deviations."""

    value: float
    expected: float
    score: float


def find_drop(
    moments: NDArray[np.datetime64],
    values: NDArray[np.float64],
    *,
    threshold: float = 3.5,
    least: float = 0.1,
    history: int = 56,
    minimum: int = 8,
) -> Drop | None:
    """Say whether the newest value is an anomalous drop.

    What to expect is the median of earlier values, or of those of the same weekday where the week
    explains a part of the spread. The spread is the median absolute deviation of earlier values
    from what was to expect of each, widened for the error of a median of few.

    Parameters
    ----------
    moments : array of shape (n,)
        When each value was measured (UTC), oldest first.
    values : array of shape (n,)
        The figure, in any unit; NaN where it could not be measured.
    threshold : float
        Robust standard deviations below the expected value that make a drop anomalous.
    least : float
        Share of the expected value that a drop must exceed, 0 to 1: less matters to nobody.
    history : int
        Number of earlier values looked at, at most.
    minimum : int
        Number of earlier values needed; with fewer, nothing is said.

    Returns
    -------
    Drop or None
        None if the newest value is as usual, or missing, or its history too short.

    Raises
    ------
    ValueError
        If the arrays differ in length, or the moments are not in order.

    References
    ----------
    Iglewicz, B., Hoaglin, D. C. (1993). How to Detect and Handle Outliers: the modified z-score.
    """
    if len(moments) != len(values):
        raise ValueError(f"{len(moments)} moments for {len(values)} values")
    if (np.diff(moments) < np.timedelta64(0)).any():
        raise ValueError("moments must be in order, oldest first")
    if not len(values) or not np.isfinite(values[-1]):
        return None
    measured = np.flatnonzero(np.isfinite(values[:-1]))[-history:]
    if len(measured) < minimum:
        return None
    weekdays = (moments.astype("datetime64[D]").astype(np.int64) + 3) % WEEKDAYS
    earlier, days = values[measured], weekdays[measured]
    level = float(np.median(earlier))
    usual = _weekly(earlier, days, level)
    expected, support = level, len(earlier)
    spread = _spread(earlier - level)
    if _spread(earlier - usual[days]) < RHYTHM * spread:  # the week explains a part of the spread
        same = int((days == weekdays[-1]).sum())
        expected, support = float(usual[weekdays[-1]]), max(same, FEWEST_OF_A_WEEKDAY)
        spread = _spread(earlier - usual[days])
    # a median of n errs by 1.57 / n of the variance, and deviations from one's own are too small
    spread *= np.sqrt(1 + np.pi / 2 / support) * (1 + 1 / support)
    drop = expected - float(values[-1])
    if drop <= least * abs(expected) or drop <= threshold * spread:
        return None
    return Drop(float(values[-1]), expected, -drop / spread if spread > 0 else -np.inf)


def _weekly(
    values: NDArray[np.float64], days: NDArray[np.int64], level: float
) -> NDArray[np.float64]:
    """Return the median of each weekday, or the level where there are too few values of it."""
    usual = np.full(WEEKDAYS, level)
    for day in range(WEEKDAYS):
        same = values[days == day]
        if len(same) >= FEWEST_OF_A_WEEKDAY:
            usual[day] = np.median(same)
    return usual


def _spread(deviations: NDArray[np.float64]) -> float:
    return TO_STANDARD_DEVIATION * float(np.median(np.abs(deviations)))
