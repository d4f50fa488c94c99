"""What customers with like baskets take: user-user neighbours, of all time or decayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.preprocessing import normalize

from ml.recommendations import blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray
    from scipy import sparse

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Scores, State


@dataclass(frozen=True, slots=True)
class CustomerNeighbours:
    """The decayed baskets of the nearest other customers, weighted by how near they are.

    Customers are alike by the cosine of what they took: square roots of decayed weights, times the
    logarithm of how rare a product is. No customer is stored: neighbours are found among those
    whose interactions the scorer is given.

    Attributes
    ----------
    half_life_days : float, optional
        Decay within the likeness. All count fully by default, which is plain user-user.
    taken_half_life_days : float, optional
        Decay of what the neighbours took: a short one recommends what is bought now.
    neighbours : int
        At most so many neighbours have a say.
    pool : int
        Neighbours are looked for among so many customers, those with the newest interactions:
        with ten times the customers, each still costs the same.
    block : int
        Customers compared at a time: needs ``block x pool`` numbers.

    References
    ----------
    Faggioli, G., Polato, M., Aiolli, F. (2020). Recency aware collaborative filtering for next
    basket recommendation. UMAP, 80-87.
    Hu, H., He, X., Gao, J., Zhang, Z.-L. (2020). Modeling personalized item frequency information
    for next-basket recommendation. SIGIR, 1071-1080.
    """

    half_life_days: float | None = 180.0
    taken_half_life_days: float | None = 14.0
    neighbours: int = 300
    pool: int = 5_000
    block: int = 128

    def fit(
        self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int
    ) -> CustomerNeighbours:
        """Learn nothing: the scorer finds neighbours among customers as they are now."""
        return self

    def restore(
        self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]
    ) -> CustomerNeighbours:
        """Give itself: there is no state."""
        return self

    def state(self) -> State:
        """Give nothing: there is no state."""
        return {}, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Compare customers a block at a time."""
        profiles = normalize(_profiles(interactions, self.half_life_days)).tocsr()
        pool = _newest(interactions, self.pool)
        others = profiles[pool]
        places = np.full(len(interactions.customers), -1)
        places[pool] = np.arange(len(pool))
        takers = interactions.matrix(self.taken_half_life_days)[pool].T.tocsr()

        def score(rows: NDArray[np.intp]) -> Scores:
            scores = np.empty((len(rows), takers.shape[0]), dtype=np.float32)
            for start in range(0, len(rows), self.block):
                block = rows[start : start + self.block]
                near = _nearest(profiles[block], others, places[block], self.neighbours)
                scores[start : start + len(block)] = (takers @ near).T
            return scores

        return score


def _profiles(interactions: Interactions, half_life_days: float | None) -> sparse.csr_matrix:
    takers = np.asarray((interactions.matrix() > 0).sum(axis=0)).ravel()
    rarity = np.log1p(len(interactions.customers) / np.maximum(takers, 1))
    matrix = interactions.matrix(half_life_days)
    matrix.data = np.sqrt(matrix.data)
    return matrix.multiply(rarity).tocsr().astype(np.float32)


def _newest(interactions: Interactions, most: int) -> NDArray[np.intp]:
    youngest = np.full(len(interactions.customers), np.inf)
    np.minimum.at(youngest, interactions.customer, interactions.age_days)
    order = np.argsort(youngest, kind="stable")[:most]
    return np.sort(order[np.isfinite(youngest[order])])


def _nearest(
    profiles: sparse.csr_matrix, others: sparse.csr_matrix, selves: NDArray[np.intp], most: int
) -> NDArray[np.float32]:
    """Give how near each of the others is, a column for each profile; 0 but for the nearest."""
    likeness = blocks.columns(others, profiles)
    is_pooled = selves >= 0
    likeness[selves[is_pooled], np.flatnonzero(is_pooled)] = 0.0
    if len(likeness) > most:
        place = len(likeness) - most
        least = np.partition(np.ascontiguousarray(likeness.T), place, axis=1)[:, place]
        likeness *= likeness >= least
    return likeness
