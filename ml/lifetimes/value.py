"""What customers who bought will still order and be worth: BG/NBD times Gamma-Gamma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.lifetimes import bg_nbd, gamma_gamma
from ml.lifetimes.bg_nbd import BgNbd, Histories
from ml.lifetimes.gamma_gamma import GammaGamma

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

COLUMNS = ("repeats", "last_days", "age_days", "valued_days", "mean_value")
STEPS = 4  # parts of the time to come between which value is discounted
FEWEST = 30  # customers who bought again, to learn from


@dataclass(frozen=True, slots=True)
class LifetimeModel:
    """How often, times how much.

    Attributes
    ----------
    purchases : BgNbd
        In days.
    values : GammaGamma or None
        Of a day with purchases; None where it was no better than everybody's mean.
    mean_value : float
        Mean value of a day with purchases.
    level : float
        What the orders expected of the first ``level_days`` to come are multiplied by: a season
        or a drift that the shop is in, which no steady rate knows.
    level_days : float
        How long that is known to last; later orders are as the rates say.
    """

    purchases: BgNbd
    values: GammaGamma | None
    mean_value: float
    level: float = 1.0
    level_days: float = 0.0

    def expected_orders(self, customers: pd.DataFrame, horizon_days: float) -> NDArray[np.float64]:
        """Expect the days with orders in the time to come, shape (n_customers,)."""
        return self.orders_if_active(customers, horizon_days) * self.alive(customers)

    def alive(self, customers: pd.DataFrame) -> NDArray[np.float64]:
        """Give the probability that customers will ever buy again, shape (n_customers,)."""
        distinct, inverse = _distinct(customers)
        return self.purchases.alive(distinct)[inverse]

    def order_values(self, customers: pd.DataFrame) -> NDArray[np.float64]:
        """Expect what a day with orders is worth, shape (n_customers,)."""
        if self.values is None:
            return np.full(len(customers), self.mean_value)
        counts = customers["valued_days"].to_numpy(dtype=np.float64)
        means = customers["mean_value"].to_numpy(dtype=np.float64, na_value=np.nan)
        found = self.values.expected(counts, means)
        return np.where(np.isfinite(found), found, self.mean_value)

    def lifetime_values(
        self, customers: pd.DataFrame, *, horizon_days: float, yearly_discount: float
    ) -> NDArray[np.float64]:
        """Expect what customers will spend in the time to come, later money being worth less.

        Parameters
        ----------
        customers : DataFrame of shape (n_customers, >= 5)
            ``COLUMNS``: repeat days, days from the first to the last purchase and to now, days
            with a value above 0 and their mean.
        horizon_days : float
        yearly_discount : float
            0.1 makes what comes in a year worth a tenth less than now.

        Returns
        -------
        ndarray of float, shape (n_customers,)
        """
        orders = self.orders_if_active(customers, horizon_days, yearly_discount=yearly_discount)
        return orders * self.alive(customers) * self.order_values(customers)

    def orders_if_active(
        self, customers: pd.DataFrame, horizon_days: float, *, yearly_discount: float = 0.0
    ) -> NDArray[np.float64]:
        """Expect the days with orders to come of customers who have not left yet.

        Parameters
        ----------
        customers : DataFrame of shape (n_customers, >= 3)
            The first of ``COLUMNS``.
        horizon_days : float
        yearly_discount : float
            As of ``lifetime_values``: an order that comes in a year counts less than one now.

        Returns
        -------
        ndarray of float, shape (n_customers,)
        """
        distinct, inverse = _distinct(customers)
        total, before = np.zeros(len(distinct.age)), np.zeros(len(distinct.age))
        steps = STEPS if yearly_discount else 1
        for step in range(1, steps + 1):
            expected = self._if_alive(distinct, horizon_days * step / steps)
            middle = horizon_days * (step - 0.5) / steps
            total += (expected - before) * (1.0 - yearly_discount) ** (middle / 365.0)
            before = expected
        return total[inverse]

    def _if_alive(self, histories: Histories, horizon_days: float) -> NDArray[np.float64]:
        expected = self.purchases.expected_if_alive(histories, horizon_days)
        if self.level == 1.0:
            return expected
        near = min(horizon_days, self.level_days)
        moved = self.purchases.expected_if_alive(histories, near)
        return expected + (self.level - 1.0) * moved

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs."""
        return {}, {
            "purchases": self.purchases.state()[1],
            "values": None if self.values is None else self.values.state()[1],
            "mean_value": self.mean_value,
            "level": self.level,
            "level_days": self.level_days,
        }

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> LifetimeModel:
        """Make the model again from its state."""
        values = parameters["values"]
        return cls(
            purchases=BgNbd.restore(arrays, parameters["purchases"]),
            values=None if values is None else GammaGamma.restore(arrays, values),
            mean_value=parameters["mean_value"],
            level=parameters.get("level", 1.0),  # versions of before have none
            level_days=parameters.get("level_days", 0.0),
        )


def fit(customers: pd.DataFrame) -> LifetimeModel:
    """Fit both parts.

    Parameters
    ----------
    customers : DataFrame of shape (n_customers, >= 5)
        ``COLUMNS``.

    Returns
    -------
    LifetimeModel

    Raises
    ------
    ValueError
        If too few bought again.
    """
    again = int((customers["repeats"] > 0).sum())
    if again < FEWEST:
        raise ValueError(f"{again} customers bought again, {FEWEST} needed")
    valued = customers[(customers["valued_days"] > 0) & (customers["mean_value"] > 0)]
    counts = valued["valued_days"].to_numpy(dtype=np.float64)
    means = valued["mean_value"].to_numpy(dtype=np.float64)
    spreads = len(np.unique(means)) > 1
    return LifetimeModel(
        purchases=bg_nbd.fit(_histories(customers)),
        values=gamma_gamma.fit(counts, means) if spreads else None,
        mean_value=float(counts @ means / counts.sum()) if len(valued) else 0.0,
    )


def _histories(customers: pd.DataFrame) -> Histories:
    names = ("repeats", "last_days", "age_days")
    return Histories(*(customers[name].to_numpy(dtype=np.float64) for name in names))


def _distinct(customers: pd.DataFrame) -> tuple[Histories, NDArray[np.int64]]:
    """Give each history once: days are whole, so that many customers share one."""
    names = ["repeats", "last_days", "age_days"]
    rows = customers[names].to_numpy(dtype=np.float64).reshape(-1, 3)
    found, inverse = np.unique(rows, axis=0, return_inverse=True)
    return Histories(found[:, 0], found[:, 1], found[:, 2]), inverse.reshape(-1)
