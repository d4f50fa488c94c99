"""Which products may not be shown to whom: what is gone, and what one buys only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions


@dataclass(frozen=True, slots=True)
class Rule:
    """When a product is bought again, and when it is gone.

    Attributes
    ----------
    repeat_share : float
        A product is repeatable where at least this share of its buyers bought it again on a later
        day; the share of its category stands in for as many buyers as ``prior`` says.
    prior : float
        So many buyers are needed before a product's own share counts as much as its category's.
    gone_days : float, optional
        A product that nobody took for so long is gone. None is ever by default.
    """

    repeat_share: float = 0.05
    prior: float = 20.0
    gone_days: float | None = None


def repeatable(
    purchases: Interactions, categories: pd.Series | None = None, rule: Rule | None = None
) -> NDArray[np.bool_]:
    """Say which products are bought again.

    Parameters
    ----------
    purchases : Interactions
        Purchases alone, each on its day.
    categories : Series of str, optional
        By ``product_id``; a product that it lacks is judged with all others.
    rule : Rule, optional
        Where the limit lies.

    Returns
    -------
    ndarray of bool, shape (n_products,)
    """
    rule = Rule() if rule is None else rule
    days = _days_bought(purchases)
    buyers = np.asarray((days > 0).sum(axis=0)).ravel().astype(np.float64)
    again = np.asarray((days > 1).sum(axis=0)).ravel().astype(np.float64)
    overall = again.sum() / max(buyers.sum(), 1.0)
    prior = np.full(len(buyers), overall)
    if categories is not None:
        known = categories.reindex(purchases.products)
        codes, distinct = pd.factorize(known)
        of_category = np.bincount(codes[codes >= 0], buyers[codes >= 0], minlength=len(distinct))
        repeated = np.bincount(codes[codes >= 0], again[codes >= 0], minlength=len(distinct))
        share = (repeated + rule.prior * overall) / (of_category + rule.prior)
        prior = np.where(codes >= 0, share[codes] if len(distinct) else overall, overall)
    return np.asarray((again + rule.prior * prior) / (buyers + rule.prior) >= rule.repeat_share)


def available(interactions: Interactions, rule: Rule) -> NDArray[np.bool_]:
    """Say which products someone took of late; shape (n_products,)."""
    if rule.gone_days is None:
        return np.ones(len(interactions.products), dtype=bool)
    youngest = np.full(len(interactions.products), np.inf)
    np.minimum.at(youngest, interactions.product, interactions.age_days)
    return youngest <= rule.gone_days


def hidden(
    purchases: Interactions, is_repeatable: NDArray[np.bool_], is_available: NDArray[np.bool_]
) -> sparse.csr_matrix:
    """Mark what may not be shown: what is gone, and what was bought and is bought but once.

    Returns
    -------
    csr_matrix of bool, shape (n_customers, n_products)
        What is gone is marked for everyone.
    """
    bought = purchases.matrix().sign().multiply(~is_repeatable).tocsr()
    gone = sparse.csr_matrix(~is_available[None, :])
    if not gone.nnz:
        return bought.astype(bool)
    everyone = sparse.csr_matrix(np.ones((bought.shape[0], 1), dtype=np.float32))
    return (bought + everyone @ gone).astype(bool).tocsr()


def _days_bought(purchases: Interactions) -> sparse.csr_matrix:
    days = np.floor(purchases.age_days).astype(np.int64)
    frame = pd.DataFrame(
        {"customer": purchases.customer, "product": purchases.product, "day": days}
    ).drop_duplicates()
    cells = (np.ones(len(frame)), (frame["customer"], frame["product"]))
    return sparse.csr_matrix(cells, shape=purchases.shape)
