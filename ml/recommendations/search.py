"""Searching the hyper-parameters of a recommender on validation periods, never on the last one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml.recommendations.comparison import compare
from ml.recommendations.content import Content
from ml.recommendations.factors import Als, TruncatedSvd
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.neighbours import CustomerNeighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optuna import Trial

    from ml.recommendations.folds import Fold
    from ml.recommendations.interface import Algorithm

REGULARIZATIONS = (0.1, 1.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best of some trials.

    Attributes
    ----------
    algorithm : Algorithm
        With the parameters that reached most; the first of equals.
    trials : DataFrame
        One row each in order: the parameters tried, and ``recall``, the mean recall at ``MAIN``
        over all customers of all periods. The first row is the algorithm as it was given.
    """

    algorithm: Algorithm
    trials: pd.DataFrame


def tune(
    algorithm: Algorithm,
    folds: Sequence[Fold],
    catalogue: pd.DataFrame,
    *,
    trials: int,
    seed: int,
    most_customers: int | None = None,
) -> Tuned:
    """Search by Optuna's tree-structured Parzen estimator, in memory and seeded.

    The first trial is the algorithm as it is, so the best is never worse than it on validation.
    For ALS a grid over its regularisation comes last.

    Parameters
    ----------
    algorithm : Algorithm
        Of a class in ``SPACES``.
    folds : sequence of Fold
        Validation periods.
    catalogue : DataFrame
        By ``product_id``.
    trials : int
        How many, at least 1; those of the grid are not counted.
    seed : int
        Decides what is tried and whatever else chance decides.
    most_customers : int, optional
        Measured on a sample of at most so many of each period.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        If the class has no space, ``trials`` is below 1, or there is no period.

    References
    ----------
    Bergstra, J., Bardenet, R., Bengio, Y., Kegl, B. (2011). Algorithms for hyper-parameter
    optimization. Advances in Neural Information Processing Systems 24.
    """
    import optuna

    kind = type(algorithm).__name__
    if kind not in SPACES:
        raise ValueError(f"no space to search for {kind}; known are {', '.join(SPACES)}")
    if trials < 1 or not folds:
        raise ValueError(f"at least 1 trial and 1 period needed, got {trials} and {len(folds)}")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space, tried = SPACES[kind], [algorithm]
    reached = [_recall(algorithm, folds, catalogue, seed, most_customers)]
    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)
    )
    for _ in range(trials - 1):
        trial = study.ask()
        tried.append(replace(algorithm, **space(trial)))  # type: ignore[type-var]  # of one class
        reached.append(_recall(tried[-1], folds, catalogue, seed, most_customers))
        study.tell(trial, reached[-1])
    best = tried[int(np.argmax(reached))]
    if isinstance(best, Als):
        for value in REGULARIZATIONS:
            if value != best.regularization:
                tried.append(replace(best, regularization=value))
                reached.append(_recall(tried[-1], folds, catalogue, seed, most_customers))
    rows = [{**_told(each), "recall": value} for each, value in zip(tried, reached, strict=True)]
    return Tuned(tried[int(np.argmax(reached))], pd.DataFrame(rows).rename_axis("trial"))


def _recall(
    algorithm: Algorithm,
    folds: Sequence[Fold],
    catalogue: pd.DataFrame,
    seed: int,
    most_customers: int | None,
) -> float:
    found = [
        compare({"": algorithm}, fold, catalogue, seed=seed, most_customers=most_customers)
        for fold in folds
    ]
    return round(float(np.concatenate([each.of("").recall() for each in found]).mean()), 9)


def _told(algorithm: Any) -> dict[str, Any]:  # noqa: ANN401  # each class tells others
    return {name: value for name, value in asdict(algorithm).items() if name != "threads"}


def _half_life(trial: Trial, name: str, low: float, high: float) -> float:
    return round(trial.suggest_float(name, low, high, log=True), 1)


def _frequency(trial: Trial) -> dict[str, Any]:
    return {
        "half_life_days": _half_life(trial, "half_life_days", 20.0, 500.0),
        "demand_half_life_days": _half_life(trial, "demand_half_life_days", 3.0, 60.0),
    }


def _neighbours(trial: Trial) -> dict[str, Any]:
    return {
        "half_life_days": _half_life(trial, "half_life_days", 20.0, 500.0),
        "taken_half_life_days": _half_life(trial, "taken_half_life_days", 3.0, 90.0),
        "neighbours": trial.suggest_int("neighbours", 30, 1_000, log=True),
    }


def _svd(trial: Trial) -> dict[str, Any]:
    return {
        "factors": trial.suggest_int("factors", 8, 128, log=True),
        "half_life_days": _half_life(trial, "half_life_days", 20.0, 500.0),
    }


def _als(trial: Trial) -> dict[str, Any]:
    return {
        "factors": trial.suggest_int("factors", 16, 128, log=True),
        "alpha": round(trial.suggest_float("alpha", 0.02, 2.0, log=True), 4),
        "half_life_days": _half_life(trial, "half_life_days", 20.0, 500.0),
    }


def _content(trial: Trial) -> dict[str, Any]:
    parts = ("name_weight", "category_weight", "brand_weight", "price_weight")
    return {
        "half_life_days": _half_life(trial, "half_life_days", 20.0, 500.0),
        **{name: round(trial.suggest_float(name, 0.05, 2.0, log=True), 3) for name in parts},
    }


SPACES: Mapping[str, Callable[[Trial], dict[str, Any]]] = {
    PersonalFrequency.__name__: _frequency,
    CustomerNeighbours.__name__: _neighbours,
    TruncatedSvd.__name__: _svd,
    Als.__name__: _als,
    Content.__name__: _content,
}
