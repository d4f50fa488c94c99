"""What goes with what the customer took: item-item likeness, and what is bought together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Scores, State

BLOCK = 512  # products compared at a time


@dataclass(frozen=True, slots=True)
class ProductNeighbours:
    """Products like those that the customer took.

    Attributes
    ----------
    likeness : {'co_purchase', 'cosine', 'bm25'}
        How often two products are in one basket; the cosine of who took them; or that cosine
        after weighing customers by BM25, which discounts customers who take everything.
    half_life_days : float, optional
        Decay of what the customer took. All count fully by default.
    neighbours : int
        At most so many neighbours of a product are kept.
    """

    likeness: Literal["co_purchase", "cosine", "bm25"] = "cosine"
    half_life_days: float | None = 90.0
    neighbours: int = 100

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> _Neighbours:
        """Find the neighbours of each product."""
        return _Neighbours(self.alike(interactions), self.half_life_days)

    def alike(self, interactions: Interactions) -> sparse.csr_matrix:
        """Give how alike products are, of shape (n_products, n_products)."""
        if self.likeness == "co_purchase":
            takers = interactions.baskets()
        elif self.likeness == "cosine":
            takers = normalize(interactions.matrix().sign().T).T
        else:
            takers = normalize(_bm25(interactions.matrix(is_counted=True)).T).T
        return nearest_products(takers.T.tocsr(), self.neighbours)

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> _Neighbours:
        """Make the model again."""
        count = len(arrays["indptr"]) - 1
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        return _Neighbours(sparse.csr_matrix(parts, shape=(count, count)), self.half_life_days)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    alike: sparse.csr_matrix
    half_life_days: float | None

    def state(self) -> State:
        return {
            "data": self.alike.data,
            "indices": self.alike.indices,
            "indptr": self.alike.indptr,
        }, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        taken = interactions.matrix(self.half_life_days)
        return lambda rows: np.asarray((taken[rows] @ self.alike).toarray(), dtype=np.float32)


def nearest_products(vectors: sparse.csr_matrix, most: int) -> sparse.csr_matrix:
    """Keep, for each product, its nearest others by the inner product.

    Parameters
    ----------
    vectors : csr_matrix of shape (n_products, n_dimensions)
        A row per product.
    most : int
        At most so many others; ties at the end are kept by position.

    Returns
    -------
    csr_matrix of float32, shape (n_products, n_products)
        Positive inner products, none with itself.
    """
    others, parts = vectors.T.tocsr(), []
    for start in range(0, vectors.shape[0], BLOCK):
        block = np.asarray((vectors[start : start + BLOCK] @ others).toarray(), dtype=np.float64)
        count = len(block)
        block[np.arange(count), start + np.arange(count)] = 0.0
        block = np.round(block, 6)
        if block.shape[1] > most:
            ordered = block - np.arange(block.shape[1]) * 1e-12
            dropped = np.argpartition(-ordered, most, axis=1)[:, most:]
            np.put_along_axis(block, dropped, 0.0, axis=1)
        parts.append(sparse.csr_matrix(block.astype(np.float32)))
    if not parts:
        return sparse.csr_matrix((0, 0), dtype=np.float32)
    return sparse.vstack(parts).tocsr()


def _bm25(counts: sparse.csr_matrix, k1: float = 1.2, b: float = 0.75) -> sparse.csr_matrix:
    """Weigh a matrix of customers by products: a customer is a document, a product a term.

    How rare a product is would be one factor of all its weights, which a cosine takes out again.
    """
    rows = counts.tocoo()
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    relative = lengths / max(float(lengths.mean()), 1e-12) if len(lengths) else lengths
    values = rows.data * (k1 + 1) / (rows.data + k1 * (1 - b + b * relative[rows.row]))
    return sparse.csr_matrix((values, (rows.row, rows.col)), shape=counts.shape)
