"""How well orders and values to come were foretold, on days later than all that was learnt from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from ml.lifetimes import value
from ml.predictions import evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ml.lifetimes.value import LifetimeModel
    from ml.predictions.evaluation import Gain

MOST_OFF = 1.5  # a shop that is told to expect more than half again as much would stock too much
USUAL = 0.99  # values are compared up to this quantile: an order of 300 times the usual decides all
FEWEST_ORDERS = 30  # a level from fewer is mostly chance
MODEL, LEVELLED, AVERAGE, RECENT = "bg_nbd", "bg_nbd_levelled", "average_rate", "recent_orders"
FORETOLD = ["foretold", "orders", "customers"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to foretell orders on the days after the cut.

    Attributes
    ----------
    deviance : float
        Mean Poisson deviance; lower is better.
    share, low, high : float
        What was foretold of all orders that there were; 1 is right. And where it lies but for
        chance (95 %): few customers order, so few that their sum is far from certain.
    gain : Gain
        Of deviance, by the way that was chosen over this one.
    """

    deviance: float
    share: float
    low: float
    high: float
    gain: Gain


@dataclass(frozen=True, slots=True)
class Judged:
    """A model fitted on customers before a cut, and how it did after it.

    Attributes
    ----------
    model : LifetimeModel
        Its values are left out where they did not beat the mean, its level where it did not
        beat the model without.
    passes : bool
        Whether it beat both baselines beyond noise, and what it foretold of all orders is not off
        by more than ``MOST_OFF`` beyond noise.
    reason : str
        In words.
    trials : mapping of str to Trial
        The model with and without its level, and the baselines: everybody's average rate since
        their first purchase (``AVERAGE``), and what a customer ordered on average in the days
        before the cut (``RECENT``, absent where that is not known).
    values : Gain
        Of Gamma deviance over everybody's mean value, among those who ordered; what the dearest
        hundredth paid counts as the least of it.
    foretold : DataFrame of shape (<= n_groups, 3)
        By groups of the customers, those of whom least was expected first: the mean orders
        ``foretold``, the mean ``orders`` there were, and ``customers``.
    rank_correlation : float
        Of orders foretold and orders (Spearman).
    """

    model: LifetimeModel
    passes: bool
    reason: str
    trials: Mapping[str, Trial]
    values: Gain
    foretold: pd.DataFrame
    rank_correlation: float

    @property
    def chosen(self) -> str:
        """The name of the trial that is the model."""
        return LEVELLED if self.model.level != 1.0 else MODEL


def level(before: pd.DataFrame, *, horizon_days: float) -> float | None:
    """Fit on what was known at a cut, and give by how much orders after it differed from that.

    Parameters
    ----------
    before : DataFrame of shape (n_customers, >= 6)
        ``value.COLUMNS`` at the cut, and ``orders``, days with orders within ``horizon_days``
        after it.
    horizon_days : float

    Returns
    -------
    float or None
        Orders there were ÷ orders foretold; None where too few are known.
    """
    if (before["repeats"] > 0).sum() < value.FEWEST or before["orders"].sum() < FEWEST_ORDERS:
        return None
    foretold = value.fit(before).expected_orders(before, horizon_days).sum()
    return float(before["orders"].sum() / foretold)


def judge(
    before: pd.DataFrame, earlier: pd.DataFrame, *, horizon_days: float, groups: int = 10
) -> Judged:
    """Fit on what was known at a cut, and see how the days after it were foretold.

    The level of the days before the cut, learnt at an earlier one, is kept where the days after
    the cut are foretold better by it, beyond noise.

    Parameters
    ----------
    before : DataFrame of shape (n_customers, >= 7)
        ``value.COLUMNS`` at the cut, and what came within ``horizon_days`` after it: ``orders``
        (days with orders) and ``value`` (in all).
    earlier : DataFrame of shape (n_earlier_customers, >= 7)
        The same at a cut ``horizon_days`` before that one; perhaps nobody.
    horizon_days : float
    groups : int
        Into how many groups of equal size customers are put to compare orders with the foretold.

    Returns
    -------
    Judged

    Raises
    ------
    ValueError
        If too few bought again before the cut.
    """
    model = value.fit(before)
    orders = before["orders"].to_numpy(dtype=np.float64)
    rate = before["repeats"].sum() / max(1.0, before["age_days"].sum())
    given = {
        MODEL: model.expected_orders(before, horizon_days),
        AVERAGE: np.full(len(orders), rate * horizon_days),
    }
    found = level(earlier, horizon_days=horizon_days)
    levelled = model
    if found is not None:
        levelled = replace(model, level=found, level_days=horizon_days)
        given[LEVELLED] = levelled.expected_orders(before, horizon_days)
    if len(earlier):
        given[RECENT] = np.full(len(orders), float(earlier["orders"].mean()))
    lost = {name: _poisson(orders, expected) for name, expected in given.items()}
    chosen = MODEL
    if LEVELLED in lost and evaluation.gain(lost[LEVELLED], lost[MODEL]).is_beyond_noise:
        chosen, model = LEVELLED, levelled
    trials = {
        name: Trial(
            float(lost[name].mean()),
            *_share(float(expected.sum()), orders),
            evaluation.gain(lost[chosen], lost[name]),
        )
        for name, expected in given.items()
    }
    in_values = _gain_in_values(model, before)
    if not in_values.is_beyond_noise:
        model = replace(model, values=None)
    passes, reason = _verdict(trials, chosen)
    return Judged(
        model=model,
        passes=passes,
        reason=reason,
        trials=trials,
        values=in_values,
        foretold=_by_groups(orders, given[chosen], groups),
        rank_correlation=_rank_correlation(orders, given[chosen]),
    )


def _verdict(trials: Mapping[str, Trial], chosen: str) -> tuple[bool, str]:
    words = []
    for name, called in ((AVERAGE, "the average rate"), (RECENT, "the recent orders")):
        if name in trials:
            gain = trials[name].gain
            verb = "beats" if gain.is_beyond_noise else "does not beat"
            interval = f"{gain.low:.4f} to {gain.high:.4f}"
            words.append(
                f"{verb} {called} by {gain.mean:.4f} of Poisson deviance (95 %: {interval})"
            )
    own = trials[chosen]
    is_near = own.high >= 1.0 / MOST_OFF and own.low <= MOST_OFF
    words.append(
        f"foretells {own.share:.2f} times the orders there were (95 %: {own.low:.2f} to "
        f"{own.high:.2f}), {'' if is_near else 'not '}{1 / MOST_OFF:.2f} to {MOST_OFF:.2f} as asked"
    )
    beats = all(trials[n].gain.is_beyond_noise for n in (AVERAGE, RECENT) if n in trials)
    return beats and is_near, " and ".join(words)


def _share(foretold: float, orders: NDArray[np.float64]) -> tuple[float, float, float]:
    total = float(orders.sum())
    error = evaluation.NOISE * float(orders.std()) * np.sqrt(len(orders))
    low = foretold / (total + error) if total + error > 0 else np.inf
    high = foretold / (total - error) if total > error else np.inf
    return (foretold / total if total else np.inf), low, high


def _gain_in_values(model: LifetimeModel, before: pd.DataFrame) -> Gain:
    orders = before["orders"].to_numpy(dtype=np.float64)
    spent = before["value"].to_numpy(dtype=np.float64)
    paid = (orders > 0) & (spent > 0)
    worth = spent[paid] / orders[paid]
    if len(worth) < 2 or model.mean_value <= 0:
        return evaluation.Gain(0.0, -np.inf, np.inf)
    worth = np.minimum(worth, np.quantile(worth, USUAL))
    alike = np.full(len(worth), model.mean_value)
    return evaluation.gain(_gamma(worth, model.order_values(before)[paid]), _gamma(worth, alike))


def _by_groups(
    orders: NDArray[np.float64], expected: NDArray[np.float64], groups: int
) -> pd.DataFrame:
    order = np.argsort(expected, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    rows = [(expected[part].mean(), orders[part].mean(), len(part)) for part in parts]
    return pd.DataFrame(rows, columns=FORETOLD)


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
