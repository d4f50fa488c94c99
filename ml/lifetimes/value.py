"""What customers who bought will still order and be worth: BG/NBD times Gamma-Gamma."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from ml.lifetimes import bg_nbd, gamma_gamma
from ml.lifetimes.bg_nbd import BgNbd, Histories
from ml.lifetimes.gamma_gamma import GammaGamma
from ml.predictions import evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from ml.predictions.evaluation import Gain

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
    """

    purchases: BgNbd
    values: GammaGamma | None
    mean_value: float

    def expected_orders(self, customers: pd.DataFrame, horizon_days: float) -> NDArray[np.float64]:
        """Expect the days with orders in the time to come, shape (n_customers,)."""
        distinct, inverse = _distinct(customers)
        return self.purchases.expected(distinct, horizon_days)[inverse]

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
        for step in range(1, STEPS + 1):
            expected = self.purchases.expected_if_alive(distinct, horizon_days * step / STEPS)
            middle = horizon_days * (step - 0.5) / STEPS
            total += (expected - before) * (1.0 - yearly_discount) ** (middle / 365.0)
            before = expected
        return total[inverse]

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs."""
        return {}, {
            "purchases": self.purchases.state()[1],
            "values": None if self.values is None else self.values.state()[1],
            "mean_value": self.mean_value,
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
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """A model fitted on customers before a cut, and how it did after it.

    Attributes
    ----------
    model : LifetimeModel
        Its values are left out where they did not beat the mean.
    orders : Gain
        Of Poisson deviance over everybody's average rate.
    values : Gain
        Of Gamma deviance over everybody's mean value, among those who ordered.
    metrics : mapping of str to float
    """

    model: LifetimeModel
    orders: Gain
    values: Gain
    metrics: Mapping[str, float]


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


def judge(before: pd.DataFrame, after: pd.DataFrame, *, horizon_days: float) -> Judged:
    """Fit on what was known at a cut, and see how the days after it were foretold.

    Parameters
    ----------
    before : DataFrame of shape (n_customers, >= 5)
        ``COLUMNS`` at the cut.
    after : DataFrame of shape (n_customers, >= 2)
        Of the same customers in one order, within ``horizon_days`` after the cut: ``orders``
        (days with orders) and ``value`` (in all).
    horizon_days : float

    Returns
    -------
    Judged

    Raises
    ------
    ValueError
        If too few bought again before the cut.
    """
    model = fit(before)
    orders = after["orders"].to_numpy(dtype=np.float64)
    expected = model.expected_orders(before, horizon_days)
    rate = before["repeats"].sum() / max(1.0, before["age_days"].sum())
    average = np.full(len(orders), max(rate * horizon_days, 1e-9))
    in_orders = evaluation.gain(_poisson(orders, expected), _poisson(orders, average))
    paid = (orders > 0) & (after["value"].to_numpy(dtype=np.float64) > 0)
    worth = after["value"].to_numpy(dtype=np.float64)[paid] / orders[paid]
    given = model.order_values(before)[paid]
    alike = np.full(len(worth), model.mean_value)
    if len(worth) > 1 and model.mean_value > 0:
        in_values = evaluation.gain(_gamma(worth, given), _gamma(worth, alike))
    else:
        in_values = evaluation.Gain(0.0, -np.inf, np.inf)
    foretold = float(expected.sum())
    metrics = {
        "orders_deviance": float(_poisson(orders, expected).mean()),
        "orders_deviance_of_average": float(_poisson(orders, average).mean()),
        "orders_foretold_share": foretold / orders.sum() if orders.sum() else np.nan,
        "orders_rank_correlation": _rank_correlation(orders, expected),
        "value_deviance_gain": in_values.mean,
        "measured_customers": float(len(orders)),
    }
    if not in_values.is_beyond_noise:
        model = replace(model, values=None)
    return Judged(model, in_orders, in_values, metrics)


def _histories(customers: pd.DataFrame) -> Histories:
    names = ("repeats", "last_days", "age_days")
    return Histories(*(customers[name].to_numpy(dtype=np.float64) for name in names))


def _distinct(customers: pd.DataFrame) -> tuple[Histories, NDArray[np.int64]]:
    """Give each history once: days are whole, so that many customers share one."""
    names = ["repeats", "last_days", "age_days"]
    rows = customers[names].to_numpy(dtype=np.float64).reshape(-1, 3)
    found, inverse = np.unique(rows, axis=0, return_inverse=True)
    return Histories(found[:, 0], found[:, 1], found[:, 2]), inverse.reshape(-1)


def _poisson(counts: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.maximum(means, 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(counts > 0, counts * np.log(counts / held), 0.0)
    return np.asarray(2.0 * (logs - counts + held))


def _gamma(values: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2.0 * (values / means - 1.0 - np.log(values / means)))


def _rank_correlation(counts: NDArray[np.float64], means: NDArray[np.float64]) -> float:
    if len(counts) < 2 or np.ptp(counts) == 0 or np.ptp(means) == 0:
        return float("nan")
    return float(stats.spearmanr(counts, means).statistic)
