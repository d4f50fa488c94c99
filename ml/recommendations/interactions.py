"""What customers did with products, dated, as arrays that every recommender reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from ml.standardisation import require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COLUMNS = ("customer_id", "product_id", "weight", "at")


@dataclass(frozen=True, slots=True)
class Interactions:
    """Dated interactions of some customers with some products, seen from one moment.

    Attributes
    ----------
    customers, products : Index of str
        Sorted; a customer or product may have no interaction.
    customer, product : ndarray of int, shape (n_interactions,)
        Positions in ``customers`` and ``products``; sorted by both.
    age_days : ndarray of float, shape (n_interactions,)
        How long before the moment it happened, 0 or more.
    weight : ndarray of float, shape (n_interactions,)
        How much it says on the day itself, positive.
    segments : ndarray of int, shape (n_customers,)
        The group that each customer is in, from 0; all in one unless told.
    segment_names : tuple of str
        What the groups are called; '' is that of customers without one.
    """

    customers: pd.Index
    products: pd.Index
    customer: NDArray[np.intp]
    product: NDArray[np.intp]
    age_days: NDArray[np.float64]
    weight: NDArray[np.float64]
    segments: NDArray[np.intp]
    segment_names: tuple[str, ...]

    def matrix(
        self, half_life_days: float | None = None, *, is_counted: bool = False
    ) -> sparse.csr_matrix:
        """Sum interactions by customer and product.

        Parameters
        ----------
        half_life_days : float, optional
            An interaction this old counts half. All count fully by default.
        is_counted : bool
            Count days with an interaction instead of summing weights.

        Returns
        -------
        csr_matrix of float32, shape (n_customers, n_products)
        """
        values = np.ones(len(self.weight)) if is_counted else self.weight
        values = values * decay(self.age_days, half_life_days)
        is_first = np.ones(len(values), dtype=bool)  # of a pair: they stand in order
        is_first[1:] = np.diff(self.customer) != 0
        is_first[1:] |= np.diff(self.product) != 0
        data = np.bincount(np.cumsum(is_first) - 1, values).astype(np.float32)
        counts = np.bincount(self.customer[is_first], minlength=self.shape[0])
        ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        cells = (data, self.product[is_first].astype(np.int32), ends)
        return sparse.csr_matrix(cells, shape=self.shape)

    def baskets(self) -> sparse.csr_matrix:
        """Mark what was taken together: one row per customer and day, 1 where a product is in it.

        Returns
        -------
        csr_matrix of float32, shape (n_baskets, n_products)
        """
        days = np.floor(self.age_days).astype(np.int64)
        span = int(days.max()) + 1 if len(days) else 1
        codes, _ = pd.factorize(self.customer * span + days, sort=True)
        shape = (int(codes.max()) + 1 if len(codes) else 0, len(self.products))
        return _summed(np.ones(len(codes)), codes, self.product, shape).sign()

    def active_days(self) -> NDArray[np.int64]:
        """Count the days on which each customer did anything; shape (n_customers,)."""
        days = np.floor(self.age_days).astype(np.int64)
        pairs = pd.DataFrame({"customer": self.customer, "day": days}).drop_duplicates()
        return np.bincount(pairs["customer"], minlength=len(self.customers)).astype(np.int64)

    def demand(self, half_life_days: float | None = None) -> NDArray[np.float64]:
        """Sum the decayed weights of each product; shape (n_products,)."""
        values = self.weight * decay(self.age_days, half_life_days)
        return np.bincount(self.product, values, minlength=len(self.products)).astype(np.float64)

    @property
    def shape(self) -> tuple[int, int]:
        """Customers and products."""
        return len(self.customers), len(self.products)


def read(
    frame: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    customers: Sequence[str] | pd.Index | None = None,
    products: Sequence[str] | pd.Index | None = None,
    segments: pd.Series | None = None,
) -> Interactions:
    """Take dated interactions up to a moment.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, >= 4)
        ``customer_id``, ``product_id``, ``weight`` (as on the day itself) and ``at`` (UTC).
        Rows after ``as_of`` and rows without a positive weight are left out.
    as_of : Timestamp
        The moment that ages are counted back from (UTC).
    customers, products : sequence of str, optional
        Whom and what the arrays are about; rows of others are left out. By default those of the
        rows kept.
    segments : Series of str, optional
        The group of a customer, by ``customer_id``; whoever it lacks is in a group of their own.

    Returns
    -------
    Interactions

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(frame, COLUMNS)
    frame = frame[(frame["at"] <= as_of) & (frame["weight"] > 0)]
    people = _sorted(frame["customer_id"] if customers is None else customers)
    goods = _sorted(frame["product_id"] if products is None else products)
    customer, product = (
        positions(frame["customer_id"], people),
        positions(frame["product_id"], goods),
    )
    is_known = (customer >= 0) & (product >= 0)
    age = (as_of - frame["at"]).dt.total_seconds().to_numpy(dtype=np.float64) / 86_400
    order = np.lexsort((age[is_known], product[is_known], customer[is_known]))
    codes, names = _segments(people, segments)
    return Interactions(
        customers=people,
        products=goods,
        customer=customer[is_known][order],
        product=product[is_known][order],
        age_days=age[is_known][order],
        weight=frame["weight"].to_numpy(dtype=np.float64)[is_known][order],
        segments=codes,
        segment_names=names,
    )


def _segments(
    customers: pd.Index, segments: pd.Series | None
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    if segments is None:
        return np.zeros(len(customers), dtype=np.intp), ("",)
    names = segments.reindex(customers).fillna("").astype(str)
    codes, distinct = pd.factorize(names, sort=True)
    return codes.astype(np.intp), tuple(map(str, distinct))


def decay(age_days: NDArray[np.float64], half_life_days: float | None) -> NDArray[np.float64]:
    """Give the factor that is 1 today and halves with every half-life; 1 without one.

    Raises
    ------
    ValueError
        If the half-life is not positive.
    """
    if half_life_days is None:
        return np.ones(len(age_days))
    if half_life_days <= 0:
        raise ValueError(f"half_life_days must be positive, got {half_life_days}")
    return np.asarray(0.5 ** (age_days / half_life_days), dtype=np.float64)


def pairs(frame: pd.DataFrame, customers: pd.Index, products: pd.Index) -> sparse.csr_matrix:
    """Mark pairs of ``customer_id`` and ``product_id`` by 1; unknown ones are left out."""
    rows, columns = (
        positions(frame["customer_id"], customers),
        positions(frame["product_id"], products),
    )
    is_known = (rows >= 0) & (columns >= 0)
    shape = (len(customers), len(products))
    return _summed(np.ones(is_known.sum()), rows[is_known], columns[is_known], shape).sign()


def positions(values: pd.Series, index: pd.Index) -> NDArray[np.intp]:
    """Find each value in an index; -1 where it is not."""
    codes, distinct = pd.factorize(values)
    found = index.get_indexer(pd.Index(distinct))
    return found[codes] if len(found) else np.empty(0, dtype=np.intp)


def _sorted(values: Sequence[str] | pd.Series | pd.Index) -> pd.Index:
    return pd.Index(pd.unique(pd.Series(values, dtype=object)), dtype=object).sort_values()


def _summed(
    values: NDArray[np.float64],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    shape: tuple[int, int],
) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix.astype(np.float32)
