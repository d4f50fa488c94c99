"""From features of customers to the space in which they are grouped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml import standardisation
from ml.standardisation import Method, Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Components = Literal["all", "broken_stick"]
LEAST_SHARE = 0.02  # of the customers, for a value of a category to be a feature of its own


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature that groups customers.

    Attributes
    ----------
    name : str
        What labels and reports call it.
    of : str
        The column that it is, or that is divided.
    per : str, optional
        The column that it is divided by. The ratio of a customer with little behind it is drawn
        to that of everyone, as if they had done ``weight`` times what is divided by as all do.
    weight : float
        In units of ``per``.
    missing : float or 'median', 'lowest', 'highest'
        What stands for a missing value; of a ratio only where ``of`` is missing.
    """

    name: str
    of: str
    per: str | None = None
    weight: float = 2.0
    missing: float | Literal["median", "lowest", "highest"] = "median"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a preparation is learnt by.

    Attributes
    ----------
    features : tuple of Feature
        Of two that say the same, the earlier stays.
    categories : tuple of str
        Columns of text; each frequent value becomes a feature that is 0 or 1.
    scaling : Method
        How features come to one scale.
    correlated : float
        A feature whose correlation with an earlier one is at least this, up or down, is dropped.
    components : {'all', 'broken_stick'}
        Whether distances are taken between features, or between those principal components that
        explain more than chance would if it broke the variance like a stick.
    """

    features: tuple[Feature, ...]
    categories: tuple[str, ...] = ()
    scaling: Method = "z_score"
    correlated: float = 0.9
    components: Components = "broken_stick"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was learnt of the customers of one training; it holds nothing of any of them.

    Attributes
    ----------
    features : tuple of Feature
        Those that are kept, categories left out.
    shares : ndarray of float, shape (n_features,)
        The ratio of everyone, for features that are one; else 0.
    levels : tuple of (str, str)
        Column and value of each feature made of a category.
    scaling : Scaling
        Of the kept features, then of the levels, by name.
    projection : ndarray of float, shape (n_columns, n_components)
        From scaled features to the space of distances.
    dropped : tuple of (str, str)
        Features that were left out, and why.
    """

    features: tuple[Feature, ...]
    shares: NDArray[np.float64]
    levels: tuple[tuple[str, str], ...]
    scaling: Scaling
    projection: NDArray[np.float64]
    dropped: tuple[tuple[str, str], ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Name the columns of numbers that it reads."""
        read = [name for each in self.features for name in (each.of, each.per) if name is not None]
        return tuple(dict.fromkeys(read))

    @property
    def categories(self) -> tuple[str, ...]:
        """Name the columns of text that it reads."""
        return tuple(dict.fromkeys(column for column, _ in self.levels))

    @property
    def names(self) -> tuple[str, ...]:
        """Name the scaled features."""
        return self.scaling.columns

    def scaled(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """Give the scaled features of some customers; shape (n_customers, n_columns)."""
        return self.scaling.transform(self.derived(frame))

    def derived(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the features before scaling, in their own units, missing values left missing."""
        standardisation.require_columns(frame, [*self.numbers, *self.categories])
        return _derived(frame, self.features, self.shares, self.levels)

    def project(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give places in the space of distances; shape (n_customers, n_components)."""
        with threadpool_limits(1):
            return np.round(scaled @ self.projection, standardisation.DECIMALS).astype(np.float32)

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters to restore it from."""
        scaling = self.scaling
        arrays = {
            "shares": self.shares,
            "is_logged": scaling.is_logged,
            "fill": scaling.fill,
            "mean": scaling.mean,
            "scale": scaling.scale,
            "projection": self.projection,
        }
        parameters = {
            "features": [
                [each.name, each.of, each.per, each.weight, each.missing] for each in self.features
            ],
            "levels": [list(level) for level in self.levels],
            "columns": list(scaling.columns),
            "limit": scaling.limit,
            "dropped": [list(pair) for pair in self.dropped],
        }
        return arrays, parameters

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> Preparation:
        """Make the preparation again from its state."""
        scaling = Scaling(
            columns=tuple(parameters["columns"]),
            is_logged=arrays["is_logged"],
            fill=arrays["fill"],
            mean=arrays["mean"],
            scale=arrays["scale"],
            limit=parameters["limit"],
        )
        return cls(
            features=tuple(Feature(*given) for given in parameters["features"]),
            shares=arrays["shares"],
            levels=tuple((column, value) for column, value in parameters["levels"]),
            scaling=scaling,
            projection=arrays["projection"],
            dropped=tuple((name, why) for name, why in parameters["dropped"]),
        )


def learn(frame: pd.DataFrame, recipe: Recipe) -> Preparation:
    """Learn how the features of some customers come to one scale and one space.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, >= n_columns)
        The columns that the recipe names.
    recipe : Recipe
        What to learn.

    Returns
    -------
    Preparation
        Without features that say nothing (one value for all) or nothing new (correlated).

    Raises
    ------
    ValueError
        If a column is missing, by name, or there is no row.

    References
    ----------
    Jackson, D. A. (1993). Stopping rules in principal components analysis: a comparison of
    heuristical and statistical approaches. Ecology 74, 2204-2214.
    """
    features = recipe.features
    columns = [name for each in features for name in (each.of, each.per) if name is not None]
    standardisation.require_columns(frame, [*columns, *recipe.categories])
    shares = np.array([_share(frame, each) for each in features])
    levels = _levels(frame, recipe.categories)
    derived = _derived(frame, features, shares, levels)
    missing = {each.name: _missing(derived[each.name], each) for each in features}
    scaling = standardisation.learn(derived, list(derived.columns), missing, recipe.scaling)
    scaled = scaling.transform(derived)
    kept, dropped = _kept(scaled, scaling.columns, recipe.correlated)
    is_kept = [place for place in range(len(features)) if place in kept]
    return Preparation(
        features=tuple(features[place] for place in is_kept),
        shares=shares[is_kept],
        levels=tuple(level for place, level in enumerate(levels, len(features)) if place in kept),
        scaling=replace(
            scaling,
            columns=tuple(scaling.columns[place] for place in kept),
            is_logged=scaling.is_logged[kept],
            fill=scaling.fill[kept],
            mean=scaling.mean[kept],
            scale=scaling.scale[kept],
        ),
        projection=_projection(scaled[:, kept], recipe.components),
        dropped=dropped,
    )


def _derived(
    frame: pd.DataFrame,
    features: Sequence[Feature],
    shares: NDArray[np.float64],
    levels: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    found: dict[str, NDArray[np.float64]] = {}
    for feature, share in zip(features, shares, strict=True):
        values = _numbers(frame, feature.of)
        if feature.per is not None:
            per = np.nan_to_num(_numbers(frame, feature.per))
            values = (values + feature.weight * share) / (per + feature.weight)
        found[feature.name] = values
    for column, value in levels:
        found[f"{column} {value}"] = np.asarray(frame[column] == value, dtype=np.float64)
    return pd.DataFrame(found, index=frame.index)


def _share(frame: pd.DataFrame, feature: Feature) -> float:
    if feature.per is None:
        return 0.0
    of, per = _numbers(frame, feature.of), _numbers(frame, feature.per)
    total = float(np.nansum(per))
    share = float(np.nansum(of)) / total if total > 0 else 0.0
    return round(share, standardisation.DECIMALS)


def _numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _missing(values: pd.Series, feature: Feature) -> float:
    if not isinstance(feature.missing, str):
        return float(feature.missing)
    known = values.dropna()
    if known.empty:
        return 0.0
    if feature.missing == "median":
        return float(known.median())
    return float(known.max() if feature.missing == "highest" else known.min())


def _levels(frame: pd.DataFrame, categories: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for column in categories:
        shares = frame[column].dropna().astype(str).value_counts() / max(len(frame), 1)
        frequent = sorted(str(value) for value in shares.index[shares >= LEAST_SHARE])
        found += [(column, value) for value in frequent]
    return tuple(found)


def _kept(
    scaled: NDArray[np.float32], names: Sequence[str], limit: float
) -> tuple[list[int], tuple[tuple[str, str], ...]]:
    spread = scaled.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"), threadpool_limits(1):
        correlation = np.round(np.corrcoef(scaled.astype(np.float64), rowvar=False), 4)
    correlation = np.atleast_2d(correlation)
    kept: list[int] = []
    dropped: list[tuple[str, str]] = []
    for place, name in enumerate(names):
        if spread[place] == 0:
            dropped.append((name, "one value for all"))
            continue
        near = [other for other in kept if abs(correlation[place, other]) >= limit]
        if near:
            nearest = max(near, key=lambda other: abs(correlation[place, other]))
            told = f"correlation {correlation[place, nearest]:+.2f} with {names[nearest]}"
            dropped.append((name, told))
            continue
        kept.append(place)
    return kept, tuple(dropped)


def _projection(scaled: NDArray[np.float32], components: Components) -> NDArray[np.float64]:
    count = scaled.shape[1]
    if components == "all" or count < 3 or len(scaled) < 3:
        return np.eye(count)
    with threadpool_limits(1):
        covariance = np.cov(scaled.astype(np.float64), rowvar=False)
        variances, directions = np.linalg.eigh(np.round(covariance, standardisation.DECIMALS))
    variances, directions = variances[::-1], directions[:, ::-1]
    by_chance = np.cumsum((1 / np.arange(1, count + 1))[::-1])[::-1] / count
    above = variances / variances.sum() > by_chance
    most = count if above.all() else int(np.argmin(above))
    chosen = directions[:, : max(2, most)]
    # which way a component points is chance: let its largest part point up
    signs = np.sign(chosen[np.abs(chosen).argmax(axis=0), np.arange(chosen.shape[1])])
    return np.round(chosen * np.where(signs == 0, 1.0, signs), standardisation.DECIMALS)
