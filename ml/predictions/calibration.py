"""Turning scores into probabilities that hold: of those given 10 %, a tenth do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Method = Literal["none", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("none", "platt", "isotonic")
FEWEST_OF_EACH = {"none": 0, "platt": 10, "isotonic": 100}  # labels of each kind; a step needs many


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising map from log-odds to a probability, linear on the log-odds between its knots.

    Attributes
    ----------
    method : {"none", "platt", "isotonic"}
    slope, offset : float
        Platt's: the log-odds are multiplied and moved by these.
    knots, levels : ndarray of float, shape (n_knots,)
        The isotonic: log-odds and the log-odds to give there; empty otherwise.
    """

    method: Method
    slope: float
    offset: float
    knots: NDArray[np.float64]
    levels: NDArray[np.float64]

    def log_odds(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the calibrated log-odds of scores, which are log-odds, shape (n_rows,)."""
        if self.method == "isotonic":
            return np.interp(scores, self.knots, self.levels)
        return self.slope * scores + self.offset

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs."""
        parameters = {"method": self.method, "slope": self.slope, "offset": self.offset}
        return {"knots": self.knots, "levels": self.levels}, parameters

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> Calibration:
        """Make the calibration again from its state."""
        return cls(
            method=parameters["method"],
            slope=parameters["slope"],
            offset=parameters["offset"],
            knots=arrays["knots"],
            levels=arrays["levels"],
        )


NONE = Calibration("none", 1.0, 0.0, np.empty(0), np.empty(0))


def fit(method: Method, scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> Calibration:
    """Learn a calibration from rows that the scoring model has not learnt from.

    Parameters
    ----------
    method : {"none", "platt", "isotonic"}
        ``platt`` is a logistic regression on the score, its labels smoothed as Platt did;
        ``isotonic`` any rising step function, kept away from 0 and 1, which it cannot know.
    scores : ndarray of float, shape (n_rows,)
        Log-odds.
    labels : ndarray of bool, shape (n_rows,)

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        If there are too few labels of either kind for the method.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines.
    Zadrozny, B., Elkan, C. (2002). Transforming classifier scores into accurate multiclass
    probability estimates. KDD.
    """
    if method == "none":
        return NONE
    if not fits(method, labels):
        raise ValueError(
            f"{method} needs {FEWEST_OF_EACH[method]} labels of each kind, "
            f"got {int(labels.sum())} of {len(labels)}"
        )
    if method == "platt":
        return _platt(scores, labels)
    from sklearn.isotonic import IsotonicRegression

    edge = 0.5 / (len(labels) + 1.0)
    steps = IsotonicRegression(y_min=edge, y_max=1.0 - edge, out_of_bounds="clip")
    steps.fit(scores, labels.astype(float))
    return Calibration(
        "isotonic",
        1.0,
        0.0,
        steps.X_thresholds_.astype(np.float64),
        special.logit(steps.y_thresholds_.astype(np.float64)),
    )


def fits(method: Method, labels: NDArray[np.bool_]) -> bool:
    """Say whether there are labels enough of each kind for a method."""
    count = int(labels.sum())
    return min(count, len(labels) - count) >= FEWEST_OF_EACH[method]


def _platt(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> Calibration:
    from scipy import optimize

    count = labels.sum()
    targets = np.where(labels, (count + 1.0) / (count + 2.0), 1.0 / (len(labels) - count + 2.0))

    def loss(place: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        given = place[0] * scores + place[1]
        error = special.expit(given) - targets
        value = float(np.mean(np.logaddexp(0.0, given) - targets * given))
        return value, np.array([np.mean(error * scores), np.mean(error)])

    bounds = [(1e-3, None), (None, None)]  # a higher score is never less likely
    found = optimize.minimize(loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=bounds)
    return Calibration("platt", float(found.x[0]), float(found.x[1]), np.empty(0), np.empty(0))
