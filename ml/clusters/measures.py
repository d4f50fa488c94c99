"""How good a grouping is: apart, compact, likely, stable, and not in crumbs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn import metrics
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.clusters.algorithms import Algorithm
    from ml.clusters.shapes import Shape


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures of one grouping of one sample.

    Attributes
    ----------
    k : int
        Clusters with a member.
    silhouette, davies_bouldin, calinski_harabasz : float
        Higher, lower and higher is better.
    wcss : float
        Sum of squared distances to the centres.
    bic : float
        Bayesian information criterion of a Gaussian mixture, lower is better; else not a number.
    smallest_share : float
        Of all points, in the smallest cluster.
    """

    k: int
    silhouette: float
    davies_bouldin: float
    calinski_harabasz: float
    wcss: float
    bic: float
    smallest_share: float


def measure(
    shape: Shape,
    points: NDArray[np.floating],
    space: NDArray[np.floating] | None = None,
) -> Quality:
    """Measure a grouping.

    Parameters
    ----------
    shape : Shape
        What groups the points.
    points : ndarray of shape (n_points, n_components)
        Where it groups them: in its own space.
    space : ndarray of shape (n_points, any), optional
        Where the measures are taken, the same for all groupings that are compared; by default
        ``points``.

    Returns
    -------
    Quality
        With the worst silhouette where fewer than two clusters have members.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.
    """
    space = points if space is None else space
    best, distance = shape.nearest(points)
    sizes = np.bincount(best, minlength=len(shape))
    present = int((sizes > 0).sum())
    worst = (-1.0, np.inf, 0.0)
    found = worst
    if 2 <= present < len(points):
        with threadpool_limits(1):
            found = (
                float(metrics.silhouette_score(space, best)),
                float(metrics.davies_bouldin_score(space, best)),
                float(metrics.calinski_harabasz_score(space, best)),
            )
    return Quality(
        present, *found, float((distance**2).sum()), _bic(shape, points), sizes.min() / len(points)
    )


def silhouettes(
    shape: Shape, points: NDArray[np.floating], space: NDArray[np.floating]
) -> NDArray[np.float64] | None:
    """Give the silhouette of each point; None where there are no two clusters to compare."""
    best, _ = shape.nearest(points)
    if not 2 <= len(np.unique(best)) < len(points):
        return None
    with threadpool_limits(1):
        return np.asarray(metrics.silhouette_samples(space, best), dtype=np.float64)


def slices(values: NDArray[np.float64], k: int, space: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the silhouettes of the simplest grouping: equal slices by one feature.

    Parameters
    ----------
    values : ndarray of shape (n_points,)
        The feature.
    k : int
        Slices; equal values stay together, so there may be fewer.
    space : ndarray of shape (n_points, n_components)
        Where distances are taken.

    Returns
    -------
    ndarray of shape (n_points,)
        The worst, -1, for all where there is but one slice.
    """
    edges = np.unique(np.quantile(values, np.arange(1, k) / k))
    groups = np.searchsorted(edges, values, side="right")
    if not 2 <= len(np.unique(groups)) < len(values):
        return np.full(len(values), -1.0)
    with threadpool_limits(1):
        return np.asarray(metrics.silhouette_samples(space, groups), dtype=np.float64)


def stability(
    algorithm: Algorithm,
    shape: Shape,
    points: NDArray[np.floating],
    *,
    seed: int,
    times: int = 4,
) -> float:
    """Give how alike a grouping comes out from other samples of the same customers.

    Parameters
    ----------
    algorithm : Algorithm
        What is fitted again, each time on as many points drawn with replacement.
    shape : Shape
        What it gave for the points as they are.
    points : ndarray of shape (n_points, n_components)
        The sample.
    seed : int
        Decides what is drawn.
    times : int
        How often.

    Returns
    -------
    float
        Mean adjusted Rand index with ``shape``: 1 is the same every time, 0 is chance.

    References
    ----------
    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
    """
    chance = np.random.default_rng(seed)
    first, _ = shape.nearest(points)
    found = []
    for _ in range(times):
        drawn = points[chance.integers(0, len(points), len(points))]
        again = algorithm.fit(drawn, seed=seed)
        alike = 0.0
        if again is not None:
            alike = float(metrics.adjusted_rand_score(first, again.nearest(points)[0]))
        found.append(alike)
    return float(np.mean(found))


def gain(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], *, seed: int, times: int = 500
) -> tuple[float, float, float]:
    """Give the mean difference of two measures of the same customers, and its 95 % interval.

    Returns
    -------
    tuple of float
        Mean, lower and upper end, by bootstrap.
    """
    difference = ours - theirs
    chance = np.random.default_rng(seed)
    draws = chance.integers(0, len(difference), (times, len(difference)))
    low, high = np.quantile(difference[draws].mean(axis=1), (0.025, 0.975))
    return float(difference.mean()), float(low), float(high)


def _bic(shape: Shape, points: NDArray[np.floating]) -> float:
    if not shape.is_mixture:
        return float("nan")
    count, width = points.shape
    scores = shape.scores(np.asarray(points, dtype=np.float64))
    highest = scores.max(axis=1, keepdims=True)
    log = highest[:, 0] + np.log(np.exp(scores - highest).sum(axis=1))
    likelihood = float(log.sum()) - count * width * np.log(2 * np.pi) / 2
    free = len(shape) * (width + width * (width + 1) / 2 + 1) - 1
    return float(free * np.log(count) - 2 * likelihood)
