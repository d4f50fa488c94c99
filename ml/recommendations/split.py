"""Parting dated interactions into what a model may learn from and what it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.standardisation import DECIMALS, require_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Split:
    """What came before the cut, as weights, and which pairs came at or after it.

    Attributes
    ----------
    train : DataFrame
        ``customer_id``, ``product_id``, ``weight``: one row per pair seen before ``cut``.
    test : DataFrame
        ``customer_id``, ``product_id``: one row per pair seen at or after ``cut``.
    cut : Timestamp
        The first instant of the test window (UTC).
    """

    train: pd.DataFrame
    test: pd.DataFrame
    cut: pd.Timestamp


def by_time(
    interactions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    test_days: int,
    half_life_days: float | None = None,
) -> Split:
    """Part interactions at a moment, so that nothing later than the cut is learnt from.

    Parameters
    ----------
    interactions : DataFrame of shape (n_interactions, >= 4)
        ``customer_id``, ``product_id``, ``weight`` (as on the day itself) and ``at`` (UTC).
    as_of : Timestamp
        The end of the test window; later interactions are left out.
    test_days : int
        The length of the test window: it begins that many days before ``as_of``.
    half_life_days : float, optional
        At the cut, an interaction this old counts half. All count fully by default.

    Returns
    -------
    Split
        Either side may be empty.

    Raises
    ------
    ValueError
        If a column is missing, or ``test_days`` or ``half_life_days`` is not positive.
    """
    require_columns(interactions, ["customer_id", "product_id", "weight", "at"])
    if test_days < 1:
        raise ValueError(f"test_days must be at least 1, got {test_days}")
    if half_life_days is not None and half_life_days <= 0:
        raise ValueError(f"half_life_days must be positive, got {half_life_days}")
    cut = as_of - pd.Timedelta(days=test_days)
    is_train = interactions["at"] < cut
    is_test = ~is_train & (interactions["at"] <= as_of)
    pairs = ["customer_id", "product_id"]
    train = interactions.loc[is_train, [*pairs, "weight"]].copy()
    train["weight"] = train["weight"] * _decay(
        interactions.loc[is_train, "at"], cut, half_life_days
    )
    totals = train.groupby(pairs, sort=True, observed=True)["weight"].sum().round(DECIMALS)
    test = interactions.loc[is_test, pairs].drop_duplicates().sort_values(pairs, ignore_index=True)
    return Split(totals.reset_index(), test, cut)


def _decay(at: pd.Series, cut: pd.Timestamp, half_life_days: float | None) -> NDArray[np.float64]:
    if half_life_days is None:
        return np.ones(len(at))
    age_days = (cut - at).dt.total_seconds().to_numpy(dtype=np.float64) / 86_400
    return np.asarray(0.5 ** (age_days / half_life_days), dtype=np.float64)
