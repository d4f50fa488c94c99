"""Choosing a grouping: several algorithms, features and numbers of clusters on one yardstick."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.clusters import choice, measures, preparation
from ml.clusters.algorithms import Dbscan, Hdbscan, KMeans, Mixture, Ward

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ml.clusters.algorithms import Algorithm
    from ml.clusters.measures import Quality
    from ml.clusters.preparation import Preparation, Recipe
    from ml.clusters.shapes import Shape


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, and what a grouping must reach.

    Attributes
    ----------
    k_values : tuple of int
        For algorithms that are told how many clusters to find. Two are left out: they part buyers
        from the others, which a rule does as well.
    radius_quantiles, least_shares : tuple of float
        For DBSCAN and HDBSCAN.
    minimum_customers : int
        Fewer give no model.
    minimum_share, minimum_members : float, int
        Of the customers, in the smallest cluster: profiles of a few would tell of persons.
    minimum_stability : float
        Mean adjusted Rand index over bootstrap samples.
    search_rows, measured_rows : int
        Candidates are fitted on at most so many customers, and measured on at most so many: both
        compare every pair in places.
    finalists : int
        The clearest grouping of so many numbers of clusters is also measured for stability, which
        is dear.
    followed : int
        The numbers of clusters at which other algorithms are tried: the best of K-Means.
    """

    k_values: tuple[int, ...] = (3, 4, 5, 6, 7, 8, 9, 10)
    radius_quantiles: tuple[float, ...] = (0.3, 0.5, 0.7)
    least_shares: tuple[float, ...] = (0.02, 0.05)
    minimum_customers: int = 30
    minimum_share: float = 0.02
    minimum_members: int = 10
    minimum_stability: float = 0.7
    search_rows: int = 20_000
    measured_rows: int = 2_000
    finalists: int = 6
    followed: int = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One grouping that was tried.

    Attributes
    ----------
    algorithm : Algorithm
        With its parameters.
    features : str
        The set of features it groups by.
    quality : Quality
        Measured in the space of the first set.
    stability : float
        Not a number where it was not measured.
    verdict : str
        'chosen', or why not.
    """

    algorithm: Algorithm
    features: str
    quality: Quality
    stability: float = float("nan")
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave.

    Attributes
    ----------
    preparation : Preparation, optional
        Of the chosen set of features; None where there is nothing to group.
    shape : Shape, optional
        The chosen grouping; None where no candidate is allowed.
    algorithm : Algorithm, optional
        What gave it.
    features : str
        The set of features that was chosen.
    candidates : tuple of Candidate
        All, the chosen first.
    reason : str
        Why this one, or why none.
    """

    preparation: Preparation | None
    shape: Shape | None
    algorithm: Algorithm | None
    features: str
    candidates: tuple[Candidate, ...]
    reason: str

    def table(self) -> pd.DataFrame:
        """Give every candidate as a row, the chosen first."""
        return pd.DataFrame(
            [
                {
                    "algorithm": candidate.algorithm.name,
                    "features": candidate.features,
                    **asdict(candidate.quality),
                    "stability": candidate.stability,
                    "verdict": candidate.verdict,
                }
                for candidate in self.candidates
            ]
        )


def choose(
    frame: pd.DataFrame,
    recipes: Mapping[str, Recipe],
    *,
    strata: Sequence[str] = (),
    plan: Plan | None = None,
    seed: int,
) -> Found:
    """Try every candidate on a sample, and fit the best on everyone.

    The best is the grouping with the most clusters among those that are stable, have no tiny
    cluster and are as clear as the clearest: whose silhouettes are not lower beyond noise. Two
    clusters are easily read as one, but one never as two.

    Parameters
    ----------
    frame : DataFrame of shape (n_customers, >= n_columns)
        In an order that does not change from run to run.
    recipes : mapping of str to Recipe
        Sets of features. K-Means is tried on each, other algorithms on the first, at the numbers
        of clusters that served K-Means best. All are measured in the space of the first: a space
        of fewer features looks better grouped than it is.
    strata : sequence of str
        Columns of few values; samples hold each combination in its share.
    plan : Plan, optional
        What is tried.
    seed : int
        Decides whatever chance decides.

    Returns
    -------
    Found

    Raises
    ------
    ValueError
        If there is no recipe.
    """
    plan = Plan() if plan is None else plan
    if not recipes:
        raise ValueError("no set of features to group by")
    if len(frame) < plan.minimum_customers:
        return _nothing(f"{len(frame)} customers, {plan.minimum_customers} needed")
    first = next(iter(recipes))
    prepared = {name: preparation.learn(frame, recipe) for name, recipe in recipes.items()}
    scaled = {name: each.scaled(frame) for name, each in prepared.items()}
    spaces = {name: prepared[name].project(each) for name, each in scaled.items() if each.size}
    distinct = len(np.unique(spaces[first], axis=0)) if first in spaces else 1
    k_values = [k for k in plan.k_values if k < distinct]
    if not k_values:
        return _nothing(f"{distinct} different customers, too few to group")
    codes = _codes(frame, strata)
    fitted_on = sample(codes, plan.search_rows, seed)
    measured = sample(codes, plan.measured_rows, seed)
    tried: list[tuple[Candidate, Shape]] = []

    def attempt(name: str, algorithms: Iterable[Algorithm]) -> None:
        for algorithm in algorithms:
            rows = measured if algorithm.is_sampled else fitted_on
            shape = algorithm.fit(spaces[name][rows], seed=seed)
            if shape is not None:
                points = spaces[name][measured]
                quality = measures.measure(shape, points, spaces[first][measured])
                tried.append((Candidate(algorithm, name, quality), shape))

    attempt(first, [KMeans(k) for k in k_values])
    by_silhouette = sorted(tried, key=lambda pair: -pair[0].quality.silhouette)
    best_k = sorted(pair[0].quality.k for pair in by_silhouette[: plan.followed])
    attempt(first, _others(plan, best_k))
    for name in list(spaces)[1:]:
        attempt(name, [KMeans(k) for k in best_k])
    judged = choice.judge(tried, spaces, first, measured, plan, seed)
    candidates = tuple(candidate for candidate, _ in judged)
    best, shape = judged[0]
    if best.verdict != "chosen":
        return Found(prepared[first], None, None, first, candidates, _none_allowed(plan))
    shape = _on_everyone(best.algorithm, shape, spaces[best.features], plan)
    return Found(
        prepared[best.features],
        shape,
        best.algorithm,
        best.features,
        candidates,
        choice.why(candidates),
    )


def fit(
    frame: pd.DataFrame,
    recipe: Recipe,
    algorithm: Algorithm,
    *,
    strata: Sequence[str] = (),
    plan: Plan | None = None,
    seed: int,
) -> tuple[Preparation, Shape | None]:
    """Fit one algorithm on one set of features, without a search."""
    plan = Plan() if plan is None else plan
    prepared = preparation.learn(frame, recipe)
    space = prepared.project(prepared.scaled(frame))
    most = plan.measured_rows if algorithm.is_sampled else plan.search_rows
    shape = algorithm.fit(space[sample(_codes(frame, strata), most, seed)], seed=seed)
    if shape is None:
        return prepared, None
    return prepared, _on_everyone(algorithm, shape, space, plan)


def sample(codes: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    """Draw at most so many rows, each stratum in its share and with one row at least.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        The stratum of each row, from 0 on.
    most : int
        Rows; strata of less than one row each may add as many as there are.
    seed : int
        Decides which.

    Returns
    -------
    ndarray of int
        Positions, rising; all of them where they are no more than ``most``.
    """
    if len(codes) <= most:
        return np.arange(len(codes))
    order = np.random.default_rng(seed).permutation(len(codes))
    sizes = np.bincount(codes)
    wanted = np.where(sizes > 0, np.maximum(1, np.floor(sizes * most / len(codes))), 0)
    shuffled = codes[order]
    by_stratum = np.argsort(shuffled, kind="stable")
    starts = np.cumsum(sizes) - sizes
    place = np.empty(len(codes), dtype=np.intp)
    place[by_stratum] = np.arange(len(codes)) - starts[shuffled[by_stratum]]
    chosen: NDArray[np.intp] = order[place < wanted[shuffled]].astype(np.intp)
    return np.sort(chosen)


def _codes(frame: pd.DataFrame, strata: Sequence[str]) -> NDArray[np.intp]:
    if not strata or frame.empty:
        return np.zeros(len(frame), dtype=np.intp)
    codes = frame.groupby(list(strata), dropna=False, sort=True).ngroup()
    return np.asarray(codes, dtype=np.intp)


def _others(plan: Plan, k_values: Sequence[int]) -> list[Algorithm]:
    found: list[Algorithm] = [KMeans(k, mini_batch=True) for k in k_values]
    found += [Mixture(k) for k in k_values]
    found += [Ward(k) for k in k_values]
    found += [Dbscan(quantile) for quantile in plan.radius_quantiles]
    found += [Hdbscan(share) for share in plan.least_shares]
    return found


def _on_everyone(
    algorithm: Algorithm, shape: Shape, space: NDArray[np.float32], plan: Plan
) -> Shape:
    """Move the centres found on a sample to those of everyone, where everyone is more."""
    if shape.is_mixture or algorithm.is_sampled or len(space) <= plan.search_rows:
        return shape
    for _ in range(5):
        best, _ = shape.nearest(space)
        sizes = np.bincount(best, minlength=len(shape))
        sums = [
            np.bincount(best, weights=space[:, axis], minlength=len(shape))
            for axis in range(space.shape[1])
        ]
        means = np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]
        centres = np.where(sizes[:, None] > 0, means, shape.centres)
        shape = type(shape).of_centres(centres)
    return shape


def _nothing(reason: str) -> Found:
    return Found(None, None, None, "", (), reason)


def _none_allowed(plan: Plan) -> str:
    return (
        f"every grouping leaves a cluster below {plan.minimum_share:.1%} of the customers, or is "
        f"less stable than {plan.minimum_stability:g}"
    )
