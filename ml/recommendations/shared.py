"""Recommenders on the same interactions, each fitted and asked once, however many mixes hold it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ml.recommendations.hybrid import Hybrid, mixed
from ml.recommendations.objectives import ByValue

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Algorithm, Scores


@dataclass(slots=True)
class _Remembered:
    """A scorer that keeps its newest answer, for whoever asks about the same customers next."""

    scorer: Callable[[NDArray[np.intp]], Scores]
    rows: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    scores: Scores | None = None

    def __call__(self, rows: NDArray[np.intp]) -> Scores:
        """Score customers, or take what is known of them; it must not be written to."""
        if self.scores is not None and len(rows) <= len(self.rows):
            places = np.searchsorted(self.rows, rows)
            found = np.minimum(places, len(self.rows) - 1)
            if np.array_equal(self.rows[found], rows):
                return self.scores if len(rows) == len(self.rows) else self.scores[found]
        self.scores, self.rows = self.scorer(rows), rows
        return self.scores


@dataclass(frozen=True, slots=True)
class Shared:
    """Fits each recommender once; equal ones, alone or in a mix, share the work.

    Attributes
    ----------
    interactions : Interactions
        What is learnt from and scored.
    catalogue : DataFrame
        By ``product_id``.
    seed : int
        Decides whatever chance decides.
    """

    interactions: Interactions
    catalogue: pd.DataFrame
    seed: int
    found: list[tuple[Algorithm, _Remembered]] = field(default_factory=list)

    def scorer(self, algorithm: Algorithm) -> Callable[[NDArray[np.intp]], Scores]:
        """Fit a recommender, or the components of a mix, unless an equal one was.

        Parameters
        ----------
        algorithm : Algorithm

        Returns
        -------
        callable
            As ``Model.scorer`` gives it, for positions of customers that rise. Its memory is one
            batch: give each batch to all scorers before the next. Answers are not to be written to.
        """
        if isinstance(algorithm, Hybrid):
            parts = {name: self.scorer(each) for name, each in algorithm.used().items()}
            return mixed(parts, algorithm.weights, self.interactions)
        if isinstance(algorithm, ByValue) and algorithm.is_plain(self.interactions, self.catalogue):
            return self.scorer(algorithm.algorithm)
        for known, remembered in self.found:
            if type(known) is type(algorithm) and known == algorithm:
                return remembered
        model = algorithm.fit(self.interactions, self.catalogue, seed=self.seed)
        self.found.append((algorithm, _Remembered(model.scorer(self.interactions))))
        return self.found[-1][1]
