"""Whether customers have moved away from what a grouping learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.clusters import measures

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from ml.clusters.model import ClusterModel

EDGES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)  # of scaled features, in standard deviations
RARE = 1e-3  # of the customers: what an empty cell counts as, so that logarithms stay finite


@dataclass(frozen=True, slots=True)
class Baseline:
    """How customers were when a grouping was trained; it counts them and names none.

    Attributes
    ----------
    cells : ndarray of float, shape (n_columns, n_cells)
        The share of the customers between the ``EDGES`` of each scaled feature.
    shares : ndarray of float, shape (k,)
        Of the customers, in each cluster.
    silhouette : float
        Not a number where it could not be measured.
    """

    cells: NDArray[np.float64]
    shares: NDArray[np.float64]
    silhouette: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How far customers may move before a grouping is trained anew.

    Attributes
    ----------
    stability_index : float
        Of any feature; more than 0.25 is commonly called a major shift.
    moved_share : float
        Half the sum of the changes of the clusters' shares: of the customers, those who would have
        to move back.
    silhouette_fall : float
        As a share of what it was.
    """

    stability_index: float = 0.25
    moved_share: float = 0.15
    silhouette_fall: float = 0.25


@dataclass(frozen=True, slots=True)
class Drift:
    """How far customers have moved.

    Attributes
    ----------
    indices : mapping of str to float
        Population stability index by feature.
    moved_share, silhouette_fall : float
        See ``Limits``; the fall is 0 where the silhouette rose.
    alarms : tuple of str
        What passed its limit, in words; empty where nothing did.
    """

    indices: Mapping[str, float]
    moved_share: float
    silhouette_fall: float
    alarms: tuple[str, ...]


def baseline(
    model: ClusterModel, features: pd.DataFrame, *, seed: int, measured_rows: int = 2_000
) -> Baseline:
    """Describe the customers of a moment as a model sees them."""
    scaled = model.preparation.scaled(features)
    places = model.preparation.project(scaled)
    best, _ = model.shape.nearest(places)
    shares = np.bincount(best, minlength=len(model.shape)) / max(len(best), 1)
    rows = np.arange(len(places))
    if len(rows) > measured_rows:
        rows = np.sort(np.random.default_rng(seed).choice(rows, measured_rows, replace=False))
    found = measures.silhouettes(model.shape, places[rows], places[rows])
    silhouette = float("nan") if found is None else float(found.mean())
    return Baseline(_cells(scaled), shares, silhouette)


def compare(
    model: ClusterModel, before: Baseline, now: Baseline, limits: Limits | None = None
) -> Drift:
    """Compare the customers of now with those a model was trained on.

    Parameters
    ----------
    model : ClusterModel
        Through which both are seen.
    before, now : Baseline
        Of the training, and of now.
    limits : Limits, optional
        What raises an alarm.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley: the population stability index.
    """
    limits = Limits() if limits is None else limits
    indices = {
        name: stability_index(then, today)
        for name, then, today in zip(model.preparation.names, before.cells, now.cells, strict=True)
    }
    moved = float(np.abs(before.shares - now.shares).sum() / 2)
    fall = 0.0
    if np.isfinite(before.silhouette) and np.isfinite(now.silhouette) and before.silhouette > 0:
        fall = max(0.0, (before.silhouette - now.silhouette) / before.silhouette)
    alarms = [
        f"{name} shifted (stability index {index:.2f})"
        for name, index in sorted(indices.items(), key=lambda pair: (-pair[1], pair[0]))
        if index > limits.stability_index
    ]
    if moved > limits.moved_share:
        alarms.append(f"{moved:.0%} of the customers moved between clusters")
    if fall > limits.silhouette_fall:
        alarms.append(f"the silhouette fell by {fall:.0%}")
    return Drift(indices, moved, fall, tuple(alarms))


def stability_index(before: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """Give the population stability index of two distributions over the same cells."""
    then, today = np.maximum(before, RARE), np.maximum(now, RARE)
    then, today = then / then.sum(), today / today.sum()
    return float(((today - then) * np.log(today / then)).sum())


def _cells(scaled: NDArray[np.float32]) -> NDArray[np.float64]:
    found = np.zeros((scaled.shape[1], len(EDGES) + 1))
    for column in range(scaled.shape[1]):
        cells = np.searchsorted(EDGES, scaled[:, column], side="right")
        found[column] = np.bincount(cells, minlength=len(EDGES) + 1) / max(len(scaled), 1)
    return found
