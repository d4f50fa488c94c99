"""Fitting one kind of model on the rows of a training, unequal classes and all."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from ml.predictions import calibration, design, trees
from ml.predictions.model import Prediction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ml.predictions.model import Kind

FOREST = {"n_estimators": 60, "max_depth": 10, "min_samples_leaf": 10, "max_features": "sqrt"}
BOOSTING = {
    "max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 12, "min_samples_leaf": 40,
    "l2_regularization": 1.0,
}  # fmt: skip
LOGISTIC = {"C": 0.1, "max_iter": 500}
DEFAULTS: Mapping[Kind, Mapping[str, Any]] = {
    "logistic": LOGISTIC, "forest": FOREST, "boosting": BOOSTING,
}  # fmt: skip


def fit(
    kind: Kind,
    features: pd.DataFrame,
    labels: NDArray[np.bool_],
    columns: Sequence[str],
    *,
    weights: NDArray[np.float64] | None = None,
    settings: Mapping[str, Any] | None = None,
    random_state: int,
    num_threads: int = 1,
) -> Prediction:
    """Fit a model without calibration.

    No class is given more weight than it has: that would move every probability. What ``thin``
    left out is made up for by ``weights``.

    Parameters
    ----------
    kind : {"logistic", "forest", "boosting"}
    features : DataFrame of shape (n_rows, >= n_columns)
    labels : ndarray of bool, shape (n_rows,)
        Both values occur.
    columns : sequence of str
        The features to read.
    weights : ndarray of float, shape (n_rows,), optional
        How many rows each stands for; 1 by default.
    settings : mapping of str to value, optional
        What replaces ``DEFAULTS`` of the kind.
    random_state : int
    num_threads : int
        Of a forest; the result does not depend on it.

    Returns
    -------
    Prediction

    Raises
    ------
    ValueError
        If all labels are alike, or a column is missing, by name.
    """
    if labels.all() or not labels.any():
        raise ValueError("labels of both kinds are needed")
    if kind not in DEFAULTS:
        raise ValueError(f"no kind of model is called {kind!r}")
    made = design.learn(features, columns)
    none = calibration.NONE
    given = {**DEFAULTS[kind], **(settings or {})}
    if kind == "logistic":
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
            linear = LogisticRegression(**given)
            linear.fit(made.scaled(features), labels, sample_weight=weights)
        return Prediction(kind, made, float(linear.intercept_[0]), linear.coef_[0], None, none)
    matrix, nothing = made.plain(features), np.empty(0)
    if kind == "forest":
        from sklearn.ensemble import RandomForestClassifier

        forest = RandomForestClassifier(**given, random_state=random_state, n_jobs=num_threads)
        with warnings.catch_warnings():  # its threads set the filters, and may leave them empty
            forest.fit(matrix.astype(np.float32), labels, sample_weight=weights)
        return Prediction(kind, made, 0.0, nothing, trees.of_forest(forest), none)
    from sklearn.ensemble import HistGradientBoostingClassifier

    with threadpool_limits(
        1
    ):  # threads wait busily for each other: 2 of them took four times as long
        boosting = HistGradientBoostingClassifier(
            **given, early_stopping=False, random_state=random_state
        )
        boosting.fit(matrix, labels, sample_weight=weights)
    offset = float(np.ravel(boosting._baseline_prediction)[0])
    return Prediction(kind, made, offset, nothing, trees.of_boosting(boosting), none)


def thin(
    labels: NDArray[np.bool_], rows: int, *, random_state: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Choose rows where there are too many: all of the rarer kind as far as half the room goes.

    Parameters
    ----------
    labels : ndarray of bool, shape (n_rows,)
    rows : int
        At most this many are chosen.
    random_state : int

    Returns
    -------
    chosen : ndarray of int, shape (<= rows,)
        Rising positions.
    weights : ndarray of float, shape (<= rows,)
        How many rows of its kind each stands for, so that shares and probabilities stay.
    """
    if len(labels) <= rows:
        return np.arange(len(labels)), np.ones(len(labels))
    chance = np.random.default_rng(random_state)
    rarer = bool(labels.mean() <= 0.5)
    few, many = np.flatnonzero(labels == rarer), np.flatnonzero(labels != rarer)
    kept_few = min(len(few), rows // 2)
    chosen_few = chance.choice(few, kept_few, replace=False)
    chosen_many = chance.choice(many, min(len(many), rows - kept_few), replace=False)
    chosen = np.concatenate([chosen_few, chosen_many])
    weights = np.concatenate(
        [
            np.full(len(chosen_few), len(few) / max(1, len(chosen_few))),
            np.full(len(chosen_many), len(many) / len(chosen_many)),
        ]
    )
    order = np.argsort(chosen)
    return chosen[order], weights[order]
