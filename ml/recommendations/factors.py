"""Products and customers as short vectors: truncated SVD, alternating least squares, BPR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.extmath import randomized_svd

from ml.recommendations import blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from implicit.cpu.als import AlternatingLeastSquares
    from numpy.typing import NDArray
    from scipy import sparse

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Scores, State


@dataclass(frozen=True, slots=True)
class TruncatedSvd:
    """The leading directions of the logarithms of decayed weights; a customer is projected on them.

    Attributes
    ----------
    factors : int
        How many directions.
    half_life_days : float, optional
        An interaction this old counts half. All count fully by default.
    """

    factors: int = 48
    half_life_days: float | None = 180.0

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> _Projection:
        """Find the directions."""
        matrix = _logarithms(interactions.matrix(self.half_life_days))
        count = min(self.factors, *(size - 1 for size in matrix.shape))
        if count < 1:
            return _Projection(np.zeros((matrix.shape[1], 0), np.float32), self.half_life_days)
        with blocks.one_thread():
            _, _, directions = randomized_svd(matrix, count, random_state=seed)
        return _Projection(directions.T.astype(np.float32).copy(), self.half_life_days)

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> _Projection:
        """Make the model again."""
        return _Projection(arrays["factors"], self.half_life_days)


@dataclass(frozen=True, slots=True)
class _Projection:
    factors: NDArray[np.float32]
    half_life_days: float | None

    def state(self) -> State:
        return {"factors": self.factors}, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        matrix = _logarithms(interactions.matrix(self.half_life_days))

        def score(rows: NDArray[np.intp]) -> Scores:
            with blocks.one_thread():
                found = (matrix[rows] @ self.factors) @ self.factors.T
            return np.asarray(np.maximum(found, 0.0), dtype=np.float32)

        return score


@dataclass(frozen=True, slots=True)
class Als:
    """Alternating least squares over confidences.

    Attributes
    ----------
    factors : int
        Length of a vector.
    regularization : float
        Pulls vectors towards zero.
    alpha : float
        Times the weight gives the confidence in an interaction; no interaction has 1.
    iterations : int
        Rounds of solving for customers, then for products.
    half_life_days : float, optional
        An interaction this old counts half. All count fully by default.
    threads : int
        Threads that solve; the result does not depend on it.

    References
    ----------
    Hu, Y., Koren, Y., Volinsky, C. (2008). Collaborative filtering for implicit feedback datasets.
    IEEE International Conference on Data Mining, 263-272.
    """

    factors: int = 64
    regularization: float = 10.0
    alpha: float = 0.3
    iterations: int = 15
    half_life_days: float | None = 180.0
    threads: int = 1

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> _Solved:
        """Learn a vector for each product; those of customers are thrown away."""
        als = _als(self, seed)
        with blocks.one_thread():
            als.fit(interactions.matrix(self.half_life_days), show_progress=False)
        return _Solved(np.asarray(als.item_factors, dtype=np.float32), self)

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> _Solved:
        """Make the model again."""
        return _Solved(arrays["factors"], self)


@dataclass(frozen=True, slots=True)
class Bpr:
    """Bayesian personalised ranking: what was taken ranks above what was not.

    The vector of a customer is solved by one step of least squares against the vectors of the
    products, so that no customer is stored.

    Attributes
    ----------
    factors : int
        Length of a vector.
    learning_rate, regularization : float
        Of the gradient descent.
    iterations : int
        Passes over the interactions.
    half_life_days : float, optional
        Decay when a customer's vector is solved. All count fully by default.

    References
    ----------
    Rendle, S., Freudenthaler, C., Gantner, Z., Schmidt-Thieme, L. (2009). BPR: Bayesian
    personalized ranking from implicit feedback. UAI, 452-461.
    """

    factors: int = 48
    learning_rate: float = 0.05
    regularization: float = 0.01
    iterations: int = 60
    half_life_days: float | None = 180.0

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> _Solved:
        """Learn a vector for each product, on one thread: several race."""
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        matrix = interactions.matrix(is_counted=True)
        with blocks.one_thread():
            bpr = BayesianPersonalizedRanking(
                factors=self.factors,
                learning_rate=self.learning_rate,
                regularization=self.regularization,
                iterations=self.iterations,
                num_threads=1,
                random_state=seed,
            )
            bpr.fit(matrix, show_progress=False)
        # the last column is the bias of a product; a customer's share of it is solved as well
        return _Solved(np.asarray(bpr.item_factors, dtype=np.float32), self._solver())

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> _Solved:
        """Make the model again."""
        return _Solved(arrays["factors"], self._solver())

    def _solver(self) -> Als:
        return Als(factors=self.factors + 1, half_life_days=self.half_life_days)


@dataclass(frozen=True, slots=True)
class _Solved:
    factors: NDArray[np.float32]
    solver: Als

    def state(self) -> State:
        return {"factors": self.factors}, {}

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        matrix = interactions.matrix(self.solver.half_life_days)
        als = _als(self.solver, 0)
        als.item_factors = self.factors
        is_known = np.diff(matrix.indptr) > 0

        def score(rows: NDArray[np.intp]) -> Scores:
            scores = np.zeros((len(rows), len(self.factors)), dtype=np.float32)
            warm = np.flatnonzero(is_known[rows])
            if warm.size:
                with blocks.one_thread():
                    vectors = als.recalculate_user(np.arange(warm.size), matrix[rows[warm]])
                    scores[warm] = np.maximum(vectors @ self.factors.T, 0.0)
            return scores

        return score


def _als(parameters: Als, seed: int) -> AlternatingLeastSquares:
    from implicit.cpu.als import AlternatingLeastSquares

    with blocks.one_thread():  # it warns of BLAS threads as it is made
        return AlternatingLeastSquares(
            factors=parameters.factors,
            regularization=parameters.regularization,
            alpha=parameters.alpha,
            iterations=parameters.iterations,
            num_threads=parameters.threads,
            random_state=seed,
        )


def _logarithms(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    matrix.data = np.log1p(matrix.data)
    return matrix
