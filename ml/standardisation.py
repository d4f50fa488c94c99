"""Features on one scale: missing values filled, long tails taken in by a logarithm, then scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

Method = Literal["z_score", "min_max", "robust"]
SKEWED = 1.0  # skewness above which a non-negative feature is logged; that of an exponential is 2
NORMAL_RANGE = 1.349  # the interquartile range of a normal distribution, in standard deviations
UNIFORM_RANGE = 12**0.5  # the range of a uniform distribution, in standard deviations
DECIMALS = 6  # sums made by several threads differ after about the tenth digit


@dataclass(frozen=True, slots=True)
class Scaling:
    """How each column becomes a z-score; learnt once, applied at training and at scoring alike.

    Attributes
    ----------
    columns : tuple of str
        The features, in the order of the matrix.
    is_logged : ndarray of bool, shape (n_columns,)
        Whether ``log1p`` is taken, of the value or of 0 where it is negative.
    fill, mean, scale : ndarray of float, shape (n_columns,)
        What stands for a missing value (in the column's unit, before the logarithm); mean and
        standard deviation after it. A constant column has scale 1, so its z-score is 0.
    limit : float
        z-scores are cut off at ± this, so that one extreme customer is not a group of their own.
    """

    columns: tuple[str, ...]
    is_logged: NDArray[np.bool_]
    fill: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    limit: float = 4.0

    def transform(self, features: pd.DataFrame) -> NDArray[np.float32]:
        """Give the z-scores of a frame.

        Parameters
        ----------
        features : DataFrame of shape (n_rows, >= n_columns)
            Holds at least ``columns``.

        Returns
        -------
        ndarray of float32, shape (n_rows, n_columns)

        Raises
        ------
        ValueError
            If a column is missing, by name.
        """
        require_columns(features, self.columns)
        matrix = np.empty((len(features), len(self.columns)), dtype=np.float32)
        for position, column in enumerate(self.columns):
            values = _filled(_numbers(features, column), self.fill[position])
            values = _logged(values) if self.is_logged[position] else values
            values = (values - self.mean[position]) / self.scale[position]
            matrix[:, position] = np.clip(np.round(values, DECIMALS), -self.limit, self.limit)
        return matrix


def learn(
    features: pd.DataFrame,
    columns: Sequence[str],
    missing: Mapping[str, float] | None = None,
    method: Method = "z_score",
) -> Scaling:
    """Learn the scaling of some columns.

    Parameters
    ----------
    features : DataFrame of shape (n_rows, >= n_columns)
        Numbers or booleans, some missing or infinite.
    columns : sequence of str
        The columns to scale.
    missing : mapping of str to float, optional
        What stands for a missing value of a column. By default the median of the others, or 0
        where there is no other.
    method : {'z_score', 'min_max', 'robust'}
        What is 0 and what is 1: mean and standard deviation; the middle of the range, and the
        range; or the median and the interquartile range. The two ranges are told in standard
        deviations, of a uniform and of a normal distribution, so that columns stay comparable.

    Returns
    -------
    Scaling

    Raises
    ------
    ValueError
        If a column is missing, by name, or there is no row.
    """
    require_columns(features, columns)
    if features.empty:
        raise ValueError("no rows to learn a scaling from")
    count, missing = len(columns), missing or {}
    is_logged = np.zeros(count, dtype=bool)
    fill, mean, scale = np.zeros(count), np.zeros(count), np.ones(count)
    for position, column in enumerate(columns):
        values = _numbers(features, column)
        known = values[np.isfinite(values)]
        fill[position] = missing.get(column, np.median(known) if known.size else 0.0)
        is_logged[position] = _is_skewed(known)
        values = _filled(values, fill[position])
        values = _logged(values) if is_logged[position] else values
        mean[position], deviation = _centre_and_spread(values, method)
        # the spread of a constant column is rounding error, not information
        is_constant = deviation <= 1e-9 * max(1.0, abs(float(mean[position])))
        scale[position] = 1.0 if is_constant else deviation
    return Scaling(tuple(columns), is_logged, fill, mean, scale)


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a ValueError that names the columns a frame lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"missing column(s): {', '.join(missing)}")


def _centre_and_spread(values: NDArray[np.float64], method: Method) -> tuple[float, float]:
    if method == "min_max":
        low, high = float(values.min()), float(values.max())
        return (low + high) / 2, (high - low) / UNIFORM_RANGE
    if method == "robust":
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
        spread = float(high - low) / NORMAL_RANGE
        # where half of the values are equal their quartiles say nothing of the others
        return float(middle), spread if spread > 0 else float(values.std())
    return float(values.mean()), float(values.std())


def _numbers(features: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = features[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.round(values, DECIMALS)


def _filled(values: NDArray[np.float64], fill: float) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, fill)


def _logged(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log1p(np.maximum(values, 0.0))


def _is_skewed(known: NDArray[np.float64]) -> bool:
    if known.size == 0 or known.min() < 0 or known.min() == known.max():
        return False
    return bool(stats.skew(known) > SKEWED)
