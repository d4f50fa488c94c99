"""Where clusters lie: what every algorithm gives, and what decides for every customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Centres, and how far clusters reach around them.

    Attributes
    ----------
    centres : ndarray of float, shape (k, n_components)
        In the space of distances.
    roots : ndarray of float, shape (k, n_components, n_components) or (0, 0, 0)
        Triangular roots of the precisions of a Gaussian mixture; empty where clusters are told
        apart by the nearest centre alone.
    logs : ndarray of float, shape (k,)
        Logarithms of the mixture's weights; 0 without one.
    """

    centres: NDArray[np.float64]
    roots: NDArray[np.float64]
    logs: NDArray[np.float64]

    @classmethod
    def of_centres(cls, centres: NDArray[np.floating]) -> Shape:
        """Give a shape in which the nearest centre decides."""
        rounded: NDArray[np.float64] = np.asarray(centres, dtype=np.float64).round(6)
        return cls(rounded, np.zeros((0, 0, 0)), np.zeros(len(rounded)))

    def __len__(self) -> int:
        return len(self.centres)

    @property
    def is_mixture(self) -> bool:
        """Say whether it is a Gaussian mixture."""
        return len(self.roots) > 0

    def take(self, order: NDArray[np.intp]) -> Shape:
        """Give the same clusters in another order."""
        roots = self.roots[order] if self.is_mixture else self.roots
        return Shape(self.centres[order], roots, self.logs[order])

    def scores(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give how well each cluster fits each point; shape (n_points, k), the higher the better.

        Minus half the squared distance to the centre; of a mixture the log of weight and density,
        but for a constant that all clusters share.
        """
        found = np.empty((len(points), len(self)))
        with threadpool_limits(1):
            for place, centre in enumerate(self.centres):
                offset = points - centre
                if self.is_mixture:
                    root = self.roots[place]
                    offset = offset @ root
                    base = self.logs[place] + np.log(np.diagonal(root)).sum()
                else:
                    base = 0.0
                found[:, place] = base - (offset**2).sum(axis=1) / 2
        return found

    def nearest(self, points: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Give the best cluster of each point, and the distance to its centre."""
        best = np.empty(len(points), dtype=np.intp)
        distance = np.empty(len(points))
        for rows in _batches(len(points)):
            part = np.asarray(points[rows], dtype=np.float64)
            best[rows] = self.scores(part).argmax(axis=1)
            distance[rows] = np.sqrt(((part - self.centres[best[rows]]) ** 2).sum(axis=1))
        return best, distance

    def slopes(self, point: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give how fast each cluster's score rises at a point; shape (k, n_components)."""
        offsets = self.centres - np.asarray(point, dtype=np.float64)
        if not self.is_mixture:
            return offsets
        pairs = zip(self.roots, offsets, strict=True)
        return np.array([root @ root.T @ offset for root, offset in pairs])


def _batches(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BATCH_ROWS):
        yield slice(start, start + BATCH_ROWS)
