"""What resembles what the customer took: category, brand, price and the words of names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from ml.recommendations import blocks
from ml.standardisation import require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Scores, State

PRICE_BANDS = 8
BLOCK = 128  # customers scored at a time
WORD = r"(?u)\b[^\W\d_]{2,}\b"


@dataclass(frozen=True, slots=True)
class Content:
    """Products like those taken, by what the catalogue says of them; new products included.

    Attributes
    ----------
    half_life_days : float, optional
        Decay of what the customer took. All count fully by default.
    name_weight, category_weight, brand_weight, price_weight : float
        How much each part of a product's vector counts.
    """

    half_life_days: float | None = 90.0
    name_weight: float = 1.0
    category_weight: float = 1.0
    brand_weight: float = 0.5
    price_weight: float = 0.3

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> _Vectors:
        """Describe each product by a vector of length 1."""
        return _Vectors(self.vectors(interactions.products, catalogue), self.half_life_days)

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> _Vectors:
        """Make the model again."""
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        shape = (len(arrays["indptr"]) - 1, int(parameters["width"]))
        return _Vectors(sparse.csr_matrix(parts, shape=shape), self.half_life_days)

    def vectors(self, products: pd.Index, catalogue: pd.DataFrame) -> sparse.csr_matrix:
        """Describe products by what a catalogue says of them.

        Parameters
        ----------
        products : Index of str
            Which, in the order wanted.
        catalogue : DataFrame
            ``name``, ``category``, ``brand`` and ``price``, by ``product_id``.

        Returns
        -------
        csr_matrix of float32, shape (n_products, n_dimensions)
            Rows of length 1, or 0 for a product of which nothing is known.
        """
        require_columns(catalogue, ["name", "category", "brand", "price"])
        known = catalogue.reindex(products)
        parts = [
            self.name_weight * _words(known["name"]),
            self.category_weight * _one_hot(known["category"]),
            self.brand_weight * _one_hot(known["brand"]),
            self.price_weight * _one_hot(_price_bands(known["price"])),
        ]
        joined = sparse.hstack(parts).tocsr()
        return (normalize(joined) if joined.shape[1] else joined).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Vectors:
    vectors: sparse.csr_matrix
    half_life_days: float | None

    def state(self) -> State:
        arrays = {
            "data": self.vectors.data,
            "indices": self.vectors.indices,
            "indptr": self.vectors.indptr,
        }
        return arrays, {"width": int(self.vectors.shape[1])}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        tastes = interactions.matrix(self.half_life_days) @ self.vectors
        products = self.vectors
        tastes.sort_indices()

        def score(rows: NDArray[np.intp]) -> Scores:
            scores = np.empty((len(rows), products.shape[0]), dtype=np.float32)
            for start in range(0, len(rows), BLOCK):
                block = rows[start : start + BLOCK]
                scores[start : start + len(block)] = blocks.columns(products, tastes[block]).T
            return scores

        return score


def _words(names: pd.Series) -> sparse.csr_matrix:
    texts = names.fillna("").astype(str).str.lower()
    if not any(re.search(WORD, text) for text in texts):
        return sparse.csr_matrix((len(texts), 0))
    words = TfidfVectorizer(token_pattern=WORD, strip_accents="unicode")
    return words.fit_transform(texts)


def _one_hot(values: pd.Series) -> sparse.csr_matrix:
    codes, distinct = pd.factorize(values, sort=True)
    is_known = codes >= 0
    cells = (np.ones(is_known.sum()), (np.flatnonzero(is_known), codes[is_known]))
    return sparse.csr_matrix(cells, shape=(len(values), len(distinct)))


def _price_bands(prices: pd.Series) -> pd.Series:
    """Give the eighth of the prices that each is in, of those known."""
    ranks = prices.astype("float64").rank(pct=True, method="average")
    return (ranks * PRICE_BANDS).apply(np.ceil)
