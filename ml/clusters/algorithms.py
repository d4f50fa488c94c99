"""Six ways to group points, behind one interface: each gives a shape that decides for everyone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.cluster import hierarchy
from sklearn import cluster, mixture
from sklearn.exceptions import ConvergenceWarning
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml.clusters.shapes import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Algorithm(Protocol):
    """A way to group points, with its parameters.

    Attributes
    ----------
    name : str
        What reports call it, with the parameters searched over.
    is_sampled : bool
        Whether it compares every pair of points, so that it is fitted on a stratified sample; the
        rest go where the shape says.
    """

    @property
    def name(self) -> str:
        """Give its name."""
        ...

    @property
    def is_sampled(self) -> bool:
        """Say whether it is fitted on a sample."""
        ...

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Group points of shape (n_points, n_components); None where it finds fewer than two."""
        ...


@dataclass(frozen=True, slots=True)
class KMeans:
    """Lloyd's algorithm from several starts; ``mini_batch`` for batches of a large shop."""

    k: int
    mini_batch: bool = False
    starts: int = 4

    @property
    def name(self) -> str:
        """Give its name."""
        return f"{'mini-batch K-Means' if self.mini_batch else 'K-Means'}, k={self.k}"

    @property
    def is_sampled(self) -> bool:
        """It takes everyone."""
        return False

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Find centres that squared distances are least to."""
        kind = cluster.MiniBatchKMeans if self.mini_batch else cluster.KMeans
        model = kind(self.k, n_init=self.starts, random_state=seed)
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # coinciding points
            model.fit(points)
        return Shape.of_centres(model.cluster_centers_)


@dataclass(frozen=True, slots=True)
class Mixture:
    """A Gaussian mixture with full covariances, each a little rounded towards a sphere."""

    k: int
    rounding: float = 0.01

    @property
    def name(self) -> str:
        """Give its name."""
        return f"Gaussian mixture, k={self.k}"

    @property
    def is_sampled(self) -> bool:
        """It takes everyone."""
        return False

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Maximise the likelihood of the points."""
        model = mixture.GaussianMixture(
            self.k, reg_covar=self.rounding, n_init=1, random_state=seed
        )
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(np.asarray(points, dtype=np.float64))
        return Shape(
            np.round(model.means_, 6),
            np.round(model.precisions_cholesky_, 6),
            np.round(np.log(model.weights_), 6),
        )


@dataclass(frozen=True, slots=True)
class Ward:
    """Hierarchical: the two clusters are joined whose squares grow least."""

    k: int

    @property
    def name(self) -> str:
        """Give its name."""
        return f"Ward, k={self.k}"

    @property
    def is_sampled(self) -> bool:
        """It compares every pair."""
        return True

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Cut the tree of joins at k clusters."""
        del seed  # nothing is left to chance
        with threadpool_limits(1):
            tree = hierarchy.ward(np.asarray(points, dtype=np.float64))
        return _centres(points, hierarchy.fcluster(tree, self.k, "maxclust") - 1)


@dataclass(frozen=True, slots=True)
class Dbscan:
    """Dense regions: points with ``fewest`` neighbours within a radius, joined where they touch.

    The radius is a quantile of the distances to the neighbour of that rank.
    """

    radius_quantile: float
    fewest: int = 10

    @property
    def name(self) -> str:
        """Give its name."""
        return f"DBSCAN, radius at the {self.radius_quantile:.0%} quantile"

    @property
    def is_sampled(self) -> bool:
        """It compares every pair."""
        return True

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Find the regions; what is in none goes to the nearest."""
        del seed
        if len(points) <= self.fewest:
            return None
        with threadpool_limits(1):
            known = NearestNeighbors(n_neighbors=self.fewest).fit(points)
            radius = float(np.quantile(known.kneighbors()[0][:, -1], self.radius_quantile))
            if radius <= 0:
                return None
            model = cluster.DBSCAN(eps=radius, min_samples=self.fewest).fit(points)
        return _centres(points, model.labels_)


@dataclass(frozen=True, slots=True)
class Hdbscan:
    """Regions denser than what surrounds them, at whatever density, of at least a share of all."""

    least_share: float
    fewest: int = 5

    @property
    def name(self) -> str:
        """Give its name."""
        return f"HDBSCAN, at least {self.least_share:.1%}"

    @property
    def is_sampled(self) -> bool:
        """It compares every pair."""
        return True

    def fit(self, points: NDArray[np.floating], *, seed: int) -> Shape | None:
        """Find the regions; what is in none goes to the nearest."""
        del seed
        least = max(self.fewest, round(self.least_share * len(points)))
        if len(points) <= least:
            return None
        with threadpool_limits(1):
            model = cluster.HDBSCAN(min_cluster_size=least, min_samples=self.fewest, copy=True)
            model.fit(points)
        return _centres(points, model.labels_)


def _centres(points: NDArray[np.floating], labels: NDArray[np.int64]) -> Shape | None:
    found = np.unique(labels[labels >= 0])
    if len(found) < 2:
        return None
    means = [points[labels == label].mean(axis=0, dtype=np.float64) for label in found]
    return Shape.of_centres(np.array(means))
