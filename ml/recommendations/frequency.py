"""What the customer takes themselves: hard to beat where goods are bought again."""

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

TIE = 1e-3  # a day's weight is 1 or more, and halves a few times at most


@dataclass(frozen=True, slots=True)
class PersonalFrequency:
    """How often, and how lately, the customer took a product.

    Attributes
    ----------
    half_life_days : float, optional
        An interaction this old counts half. All count fully by default.
    demand_half_life_days : float, optional
        Weigh each product by the square root of its decayed demand in the whole shop, relative to
        the most wanted: what is out of season or out of stock is hardly bought again by anyone.
        Not by default.
    fills_up : bool
        Order what the customer took equally often, and what they never took, by popularity.
    """

    half_life_days: float | None = None
    demand_half_life_days: float | None = None
    fills_up: bool = False

    def fit(
        self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int
    ) -> PersonalFrequency:
        """Learn nothing: the scorer counts."""
        return self

    def restore(
        self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]
    ) -> PersonalFrequency:
        """Give itself: there is no state."""
        return self

    def state(self) -> State:
        """Give nothing: there is no state."""
        return {}, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Count for each customer; 0 for what they never took, unless it fills up."""
        matrix = interactions.matrix(self.half_life_days)
        if self.demand_half_life_days is not None:
            demand = interactions.demand(self.demand_half_life_days)
            matrix = matrix.multiply(np.sqrt(demand / max(demand.max(initial=0.0), 1e-12))).tocsr()
        matrix = matrix.astype(np.float32)
        popular = interactions.demand() if self.fills_up else np.zeros(matrix.shape[1])
        popular = (TIE * popular / max(popular.max(initial=0.0), 1e-12)).astype(np.float32)
        return lambda rows: np.asarray(matrix[rows].toarray() + popular, dtype=np.float32)
