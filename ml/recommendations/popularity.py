"""What everyone takes: overall, of late, or in the customer's own segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Scores, State


@dataclass(frozen=True, slots=True)
class Popularity:
    """The summed weights of each product; it learns nothing beforehand, so it is never out of date.

    Attributes
    ----------
    half_life_days : float, optional
        An interaction this old counts half; a short one follows seasons. All count by default.
    by_segment : bool
        Count within the segment of the customer, with all others together as a prior.
    prior : float
        How many average customers the whole shop stands for in a segment's count.
    """

    half_life_days: float | None = None
    by_segment: bool = False
    prior: float = 20.0

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> Popularity:
        """Learn nothing: the scorer counts."""
        return self

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> Popularity:
        """Give itself: there is no state."""
        return self

    def state(self) -> State:
        """Give nothing: there is no state."""
        return {}, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Count, and give the same scores to everyone of a segment."""
        total = interactions.demand(self.half_life_days)
        if not self.by_segment:
            scores = total.astype(np.float32)
            return lambda rows: np.broadcast_to(scores, (len(rows), len(scores)))
        segments = interactions.segments
        count = int(segments.max()) + 1 if len(segments) else 0
        matrix = interactions.matrix(self.half_life_days)
        by_segment = np.zeros((count, len(total)))
        for segment in range(count):
            by_segment[segment] = np.asarray(matrix[segments == segment].sum(axis=0)).ravel()
        average = total / max(1, len(segments))
        table = (by_segment + self.prior * average).astype(np.float32)
        return lambda rows: table[segments[rows]]
