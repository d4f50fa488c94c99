"""Searching the settings of a kind of model on past moments, never on the held-out one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ml.predictions.fitting import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optuna import Trial

    from ml.predictions.model import Kind

Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tried:
    """Settings and the validation loss that they reached; lower is better."""

    settings: Mapping[str, Any]
    loss: float


def search(
    kind: Kind, loss: Callable[[Settings], float], *, trials: int, seed: int
) -> tuple[Tried, ...]:
    """Search by Optuna's tree-structured Parzen estimator, in memory and seeded.

    The first trial is the default, so the best is never worse than it on validation.

    Parameters
    ----------
    kind : {"logistic", "forest", "boosting"}
    loss : callable
        Takes settings and gives their validation loss.
    trials : int
        How many, the default included; at least 1.
    seed : int
        Decides what is tried.

    Returns
    -------
    tuple of Tried
        In order of trial.

    Raises
    ------
    ValueError
        If ``trials`` is below 1.

    References
    ----------
    Bergstra, J., Bardenet, R., Bengio, Y., Kegl, B. (2011). Algorithms for hyper-parameter
    optimization. Advances in Neural Information Processing Systems 24.
    """
    import optuna

    if trials < 1:
        raise ValueError(f"at least 1 trial needed, got {trials}")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="minimize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)
    )
    space = SPACES[kind]
    study.enqueue_trial({name: DEFAULTS[kind][name] for name in NAMES[kind]})
    found = []
    for _ in range(trials):
        trial = study.ask()
        settings = space(trial)
        found.append(Tried(settings, loss(settings)))
        study.tell(trial, found[-1].loss)
    return tuple(found)


def best(tried: tuple[Tried, ...]) -> Tried:
    """Give the one with the lowest loss; of equals the first."""
    return min(tried, key=lambda one: one.loss)


def _logistic(trial: Trial) -> Settings:
    return {"C": trial.suggest_float("C", 0.001, 10.0, log=True)}


def _forest(trial: Trial) -> Settings:
    return {
        "max_depth": trial.suggest_int("max_depth", 4, 16),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 60, log=True),
    }


def _boosting(trial: Trial) -> Settings:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.3, log=True),
        "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 4, 32, log=True),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 10, 160, log=True),
    }


SPACES: Mapping[Kind, Callable[[Trial], Settings]] = {
    "logistic": _logistic, "forest": _forest, "boosting": _boosting,
}  # fmt: skip
NAMES: Mapping[Kind, tuple[str, ...]] = {
    "logistic": ("C",),
    "forest": ("max_depth", "min_samples_leaf"),
    "boosting": ("learning_rate", "max_leaf_nodes", "min_samples_leaf"),
}
