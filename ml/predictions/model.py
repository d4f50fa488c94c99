"""A probability with its reasons: design, estimator and calibration in arrays and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import special

from ml.predictions.calibration import Calibration
from ml.predictions.design import Design
from ml.predictions.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

Kind = Literal["logistic", "forest", "boosting"]
KINDS: tuple[Kind, ...] = ("logistic", "forest", "boosting")  # from the simplest
SMALLEST = 1e-6  # a forest whose trees all say 0 still knows no certainty


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why rows have their log-odds, which are ``base`` + a row of ``matrix`` + ``calibration``.

    Attributes
    ----------
    base : float
        Log-odds before any feature is looked at.
    matrix : ndarray of float, shape (n_rows, n_columns)
        What each feature adds.
    calibration : ndarray of float, shape (n_rows,)
        What calibration adds.
    """

    base: float
    matrix: NDArray[np.float64]
    calibration: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A fitted model of one target.

    Attributes
    ----------
    kind : {"logistic", "forest", "boosting"}
    design : Design
        The columns read and how.
    offset : float
        The intercept of a logistic regression, or the baseline log-odds of boosting.
    coefficients : ndarray of float, shape (n_columns + n_marked,)
        Of the logistic regression; empty otherwise.
    trees : Trees or None
        Of forest and boosting.
    calibration : Calibration
    """

    kind: Kind
    design: Design
    offset: float
    coefficients: NDArray[np.float64]
    trees: Trees | None
    calibration: Calibration

    @property
    def columns(self) -> tuple[str, ...]:
        """The features read."""
        return self.design.columns

    def scores(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Give the log-odds before calibration, shape (n_rows,)."""
        if self.trees is None:
            return np.asarray(self.design.scaled(features) @ self.coefficients + self.offset)
        return self._log_odds(self.trees.sums(self.design.plain(features), self.offset))

    def probabilities(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Give the calibrated probabilities, 0 to 1, shape (n_rows,)."""
        return np.asarray(special.expit(self.calibration.log_odds(self.scores(features))))

    def reasons(self, features: pd.DataFrame) -> Reasons:
        """Part the log-odds of each row among the features.

        A logistic regression adds coefficient × z-score. Trees add what the mean moves by along
        a row's path; those of a forest are probabilities, so their parts are stretched to the
        log-odds in proportion.

        Parameters
        ----------
        features : DataFrame of shape (n_rows, >= n_columns)

        Returns
        -------
        Reasons

        References
        ----------
        Saabas, A. (2014). Interpreting random forests.
        """
        if self.trees is None:
            parts = self.design.scaled(features) * self.coefficients
            count = len(self.columns)
            matrix = parts[:, :count].copy()
            matrix[:, self.design.is_marked] += parts[:, count:]
            base, scores = self.offset, self.offset + matrix.sum(axis=1)
        else:
            plain = self.design.plain(features)
            matrix = self.trees.contributions(plain)
            base = float(self._log_odds(np.array([self.trees.base() + self.offset]))[0])
            scores = self._log_odds(self.trees.sums(plain, self.offset))
            if self.kind == "forest":
                matrix *= _stretch(matrix.sum(axis=1), scores - base, base)[:, None]
        return Reasons(base, matrix, self.calibration.log_odds(scores) - scores)

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs; they name no customer."""
        arrays, parameters = self.calibration.state()
        arrays |= self.design.arrays() | {"coefficients": self.coefficients}
        if self.trees is not None:
            arrays |= self.trees.arrays()
        return arrays, {
            "kind": self.kind,
            "columns": list(self.columns),
            "offset": self.offset,
            "calibration": parameters,
        }

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> Prediction:
        """Make the model again from its state."""
        return cls(
            kind=parameters["kind"],
            design=Design.restore(arrays, parameters["columns"]),
            offset=parameters["offset"],
            coefficients=arrays["coefficients"],
            trees=None if parameters["kind"] == "logistic" else Trees.restore(arrays),
            calibration=Calibration.restore(arrays, parameters["calibration"]),
        )

    def _log_odds(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self.trees is not None
        if self.kind == "boosting":
            return sums
        share = sums / len(self.trees.roots)
        return np.asarray(special.logit(np.clip(share, SMALLEST, 1.0 - SMALLEST)))


def _stretch(
    moved: NDArray[np.float64], log_odds: NDArray[np.float64], base: float
) -> NDArray[np.float64]:
    """Give the factor that makes parts of sums of probabilities into parts of log-odds."""
    is_still = np.abs(moved) < 1e-9
    share = special.expit(base)
    slope = 1.0 / (share * (1.0 - share))
    return np.asarray(np.where(is_still, slope, log_odds / np.where(is_still, 1.0, moved)))
