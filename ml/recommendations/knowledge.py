"""How much is known of a customer: nothing, a little, or enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions

LEVELS = ("cold", "sparse", "dense")
DENSE_DAYS = 3  # from so many days with an interaction on, a customer's own habits can be read


def levels(interactions: Interactions) -> NDArray[np.intp]:
    """Give the position in ``LEVELS`` of each customer, by the days on which they did anything."""
    days = interactions.active_days()
    return np.where(days == 0, 0, np.where(days < DENSE_DAYS, 1, 2)).astype(np.intp)
