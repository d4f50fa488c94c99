"""What goes together whoever the customer is: products alike, and products bought together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.recommendations.content import Content
from ml.recommendations.products import ProductNeighbours, nearest_products

if TYPE_CHECKING:
    from scipy import sparse

    from ml.recommendations.interactions import Interactions


@dataclass(frozen=True, slots=True)
class Limits:
    """How many products stand beside one, and how often they must have been bought together."""

    count: int = 10
    fewest_baskets: int = 2
    content_share: float = 0.5


def similar_products(
    interactions: Interactions, catalogue: pd.DataFrame, limits: Limits | None = None
) -> pd.DataFrame:
    """Rank the products that may stand in for another.

    The score is part the cosine of who took them and part that of what the catalogue says of
    them, so a product that nobody took yet has similar ones as well.

    Parameters
    ----------
    interactions : Interactions
        What customers did.
    catalogue : DataFrame
        ``name``, ``category``, ``brand`` and ``price``, by ``product_id``.
    limits : Limits, optional
        How many, and how much the catalogue counts.

    Returns
    -------
    DataFrame
        ``product_id``, ``rank`` (from 1), ``similar_product_id`` and ``score`` (0 to 1).
    """
    limits = Limits() if limits is None else limits
    wide = max(100, limits.count)
    taken = ProductNeighbours("cosine", neighbours=wide).alike(interactions)
    described = nearest_products(Content().vectors(interactions.products, catalogue), wide)
    mixed = ((1 - limits.content_share) * taken + limits.content_share * described).tocsr()
    found = _pairs(mixed, interactions.products, "similar_product_id", "score")
    return _ranked(found.assign(score=found["score"].round(6)), "score", limits.count)


def product_associations(baskets: Interactions, limits: Limits | None = None) -> pd.DataFrame:
    """Rank the products that are bought together with another, for cross-selling.

    Parameters
    ----------
    baskets : Interactions
        Purchases alone; what a customer buys on one day is one basket.
    limits : Limits, optional
        How many, and how often they must have been bought together.

    Returns
    -------
    DataFrame
        ``product_id``, ``rank`` (from 1), ``associated_product_id``, ``baskets`` (with both),
        ``support`` (their share of all), ``confidence`` (their share of those with the product)
        and ``lift`` (confidence over the share of all baskets with the associated one; above 1,
        they are bought together more often than by chance). By baskets, then by lift.
    """
    limits = Limits() if limits is None else limits
    taken = baskets.baskets()
    count, products = taken.shape
    together = nearest_products(taken.T.tocsr(), products)
    found = _pairs(together, baskets.products, "associated_product_id", "baskets")
    found = found[found["baskets"] >= limits.fewest_baskets].reset_index(drop=True)
    each = pd.Series(np.asarray(taken.sum(axis=0)).ravel(), index=baskets.products, dtype="float64")
    own = found["product_id"].map(each).to_numpy(dtype=np.float64)
    other = found["associated_product_id"].map(each).to_numpy(dtype=np.float64)
    both = found["baskets"].to_numpy(dtype=np.float64)
    found["support"] = np.round(both / max(1, count), 6)
    found["confidence"] = np.round(both / own, 6)
    found["lift"] = np.round(both * count / (own * other), 6)
    ranked = _ranked(found, "baskets", limits.count, "lift")
    return ranked.astype({"baskets": "int64"})


def _pairs(matrix: sparse.csr_matrix, products: pd.Index, other: str, value: str) -> pd.DataFrame:
    cells = matrix.tocoo()
    names = products.to_numpy()
    frame = {"product_id": names[cells.row], other: names[cells.col], value: cells.data}
    return pd.DataFrame(frame).astype({value: "float64"})


def _ranked(frame: pd.DataFrame, by: str, count: int, then: str | None = None) -> pd.DataFrame:
    other = frame.columns[1]
    order = ["product_id", by, *([then] if then else []), other]
    ascending = [True, False, *([False] if then else []), True]
    frame = frame.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)
    rank = frame.groupby("product_id", sort=False).cumcount().to_numpy(dtype=np.int32) + 1
    frame.insert(1, "rank", rank)
    return frame[frame["rank"] <= count].reset_index(drop=True)
