"""How good probabilities are: ranking, honesty, and what a campaign would gain by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

CERTAIN = 1e-6  # a probability is held this far from 0 and 1, or one mistake would cost everything
NOISE = 1.96  # standard errors: in 5 of 100 cases chance alone goes further


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on held-out rows.

    Attributes
    ----------
    auc : float
        Chance that one who did it was given more than one who did not; 0.5 is guessing.
    average_precision : float
        Area under precision by recall; the share of those who did it is guessing.
    brier : float
        Mean squared error of the probability; lower is better.
    log_loss : float
        Mean of minus the natural logarithm of the probability of what happened.
    calibration_error : float
        Mean distance of probability and share that did it, over ten groups of equal size.
    prevalence : float
        Share that did it.
    rows : int
    """

    auc: float
    average_precision: float
    brier: float
    log_loss: float
    calibration_error: float
    prevalence: float
    rows: int


@dataclass(frozen=True, slots=True)
class Gain:
    """How much lower one model's mean loss is than another's, with a 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def is_beyond_noise(self) -> bool:
        """Whether the whole interval is above 0."""
        return self.low > 0


def quality(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> Quality:
    """Measure probabilities against what happened.

    Parameters
    ----------
    labels : ndarray of bool, shape (n_rows,)
        Both values occur.
    probabilities : ndarray of float, shape (n_rows,)

    Returns
    -------
    Quality

    Raises
    ------
    ValueError
        If all labels are alike, so that nothing can be ranked.
    """
    if labels.all() or not labels.any():
        raise ValueError("labels of both kinds are needed")
    curve = calibration_curve(labels, probabilities)
    distance = np.abs(curve["probability"] - curve["share"])
    return Quality(
        auc=area_under_curve(labels, probabilities),
        average_precision=_average_precision(labels, probabilities),
        brier=float(np.mean((probabilities - labels) ** 2)),
        log_loss=float(losses(labels, probabilities).mean()),
        calibration_error=float(np.average(distance, weights=curve["rows"])),
        prevalence=float(labels.mean()),
        rows=len(labels),
    )


def losses(labels: NDArray[np.bool_], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each row's logarithmic loss, shape (n_rows,): a proper score, honesty serves it best."""
    given = np.clip(probabilities, CERTAIN, 1.0 - CERTAIN)
    return np.asarray(-np.log(np.where(labels, given, 1.0 - given)))


def gain(better: NDArray[np.float64], worse: NDArray[np.float64]) -> Gain:
    """Compare the losses of two models on the same rows.

    Parameters
    ----------
    better, worse : ndarray of float, shape (n_rows,)
        Losses; ``better`` is the model that is to prove itself.

    Returns
    -------
    Gain
        Of the mean difference, the interval by its standard error over rows.
    """
    difference = worse - better
    mean = float(difference.mean())
    if len(difference) < 2:
        return Gain(mean, -np.inf, np.inf)
    error = float(difference.std(ddof=1)) / np.sqrt(len(difference))
    return Gain(mean, mean - NOISE * error, mean + NOISE * error)


def calibration_curve(
    labels: NDArray[np.bool_], probabilities: NDArray[np.float64], *, groups: int = 10
) -> pd.DataFrame:
    """Compare probabilities with what happened, in groups of equal size by probability.

    Returns
    -------
    DataFrame of shape (<= groups, 3)
        Mean ``probability``, ``share`` that did it and ``rows``, from the lowest.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    return pd.DataFrame(
        {
            "probability": [float(probabilities[part].mean()) for part in parts],
            "share": [float(labels[part].mean()) for part in parts],
            "rows": [len(part) for part in parts],
        }
    )


def deciles(
    labels: NDArray[np.bool_], probabilities: NDArray[np.float64], *, groups: int = 10
) -> pd.DataFrame:
    """Say what each tenth of the customers, the likeliest first, would bring.

    Parameters
    ----------
    labels : ndarray of bool, shape (n_rows,)
    probabilities : ndarray of float, shape (n_rows,)
    groups : int
        How many parts instead of tenths, where there are too few customers for these.

    Returns
    -------
    DataFrame of shape (<= groups, 5)
        ``decile`` from 1, ``rows``, ``share`` that did it, ``lift`` (that share by the overall
        one) and ``gain`` (share of all who did it who are in this decile or an earlier one).
    """
    order = np.argsort(-probabilities, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    found = np.array([labels[part].sum() for part in parts], dtype=float)
    sizes = np.array([len(part) for part in parts])
    overall, total = labels.mean(), labels.sum()
    return pd.DataFrame(
        {
            "decile": np.arange(1, len(parts) + 1),
            "rows": sizes,
            "share": found / sizes,
            "lift": found / sizes / overall,
            "gain": found.cumsum() / total,
        }
    )


def area_under_curve(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Give the area under the ROC curve by ranks; equal scores count half."""
    count = int(labels.sum())
    ranks = stats.rankdata(scores)[labels].sum()
    return float((ranks - count * (count + 1) / 2) / (count * (len(labels) - count)))


def _average_precision(labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    order = np.argsort(-scores, kind="stable")
    ordered, hits = scores[order], np.cumsum(labels[order])
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # equal scores together
    precision = hits[ends] / (ends + 1)
    recalled = np.diff(np.concatenate([[0], hits[ends]])) / hits[-1]
    return float(precision @ recalled)
