"""Periods to learn from and to be judged on, cut by time with a gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.recommendations import interactions as interaction
from ml.recommendations.interactions import Interactions, positions, read

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse


@dataclass(frozen=True, slots=True)
class Fold:
    """What was known at a moment, and what customers took after a gap.

    Attributes
    ----------
    known : Interactions
        Up to ``cut`` less the gap, seen from ``cut``; about everyone judged, who may be new.
    relevant : csr_matrix of shape (n_customers, n_products)
        1 where a customer took a product from ``cut`` on, for products known before.
    wanted : ndarray of int, shape (n_customers,)
        How many products a customer took, those unknown before included.
    cut : Timestamp
        The first instant of the judged period (UTC).
    """

    known: Interactions
    relevant: sparse.csr_matrix
    wanted: NDArray[np.int64]
    cut: pd.Timestamp

    def judged(self, most: int | None = None, *, seed: int = 0) -> NDArray[np.intp]:
        """Give the positions of customers who took something, or of a sample of at most so many."""
        rows = np.flatnonzero(self.wanted > 0)
        if most is None or len(rows) <= most:
            return rows
        return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def fold(
    frame: pd.DataFrame,
    *,
    end: pd.Timestamp,
    days: int,
    gap_days: int = 0,
    judged_on: pd.DataFrame | None = None,
    segments: pd.Series | None = None,
    products: pd.Index | None = None,
) -> Fold:
    """Cut one fold.

    Parameters
    ----------
    frame : DataFrame
        ``customer_id``, ``product_id``, ``weight`` and ``at`` (UTC).
    end : Timestamp
        The end of the judged period; what comes at or after it is left out.
    days : int
        The length of the judged period.
    gap_days : int
        So many days before it are neither learnt from nor judged.
    judged_on : DataFrame, optional
        ``customer_id``, ``product_id`` and ``at`` of what counts as taken, say purchases alone.
        By default everything does.
    segments : Series of str, optional
        By ``customer_id``.
    products : Index of str, optional
        Products on offer besides those taken before, say of a catalogue.

    Returns
    -------
    Fold

    Raises
    ------
    ValueError
        If ``days`` is below 1 or ``gap_days`` below 0.
    """
    if days < 1 or gap_days < 0:
        raise ValueError(f"days must be at least 1 and gap_days 0, got {days} and {gap_days}")
    cut = end - pd.Timedelta(days=days)
    before = frame[frame["at"] < cut - pd.Timedelta(days=gap_days)]
    taken = frame if judged_on is None else judged_on
    later = taken[(taken["at"] >= cut) & (taken["at"] < end)]
    later = later[["customer_id", "product_id"]].drop_duplicates()
    customers = pd.Index(
        pd.unique(pd.concat([before["customer_id"], later["customer_id"]])), dtype=object
    )
    goods = pd.Index(before["product_id"].unique(), dtype=object)
    if products is not None:
        goods = goods.union(products)
    known = read(before, as_of=cut, customers=customers, products=goods, segments=segments)
    counts = np.bincount(
        positions(later["customer_id"], known.customers), minlength=len(known.customers)
    )
    relevant = interaction.pairs(later, known.customers, known.products)
    return Fold(known, relevant, counts.astype(np.int64), cut)


def rolling(
    frame: pd.DataFrame,
    *,
    end: pd.Timestamp,
    days: int,
    count: int,
    gap_days: int = 0,
    judged_on: pd.DataFrame | None = None,
    segments: pd.Series | None = None,
    products: pd.Index | None = None,
) -> list[Fold]:
    """Cut several folds, each judged on the period before the next one's; oldest first.

    Parameters are those of ``fold``, and ``count``, how many folds.
    """
    ends = [end - pd.Timedelta(days=days * back) for back in reversed(range(count))]
    return [
        fold(
            frame,
            end=each,
            days=days,
            gap_days=gap_days,
            judged_on=judged_on,
            segments=segments,
            products=products,
        )
        for each in ends
    ]
