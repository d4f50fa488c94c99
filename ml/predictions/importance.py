"""What a model rests on: permutation importance, and how its answer moves with a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.predictions.evaluation import losses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ml.predictions.model import Prediction


def permutation(
    model: Prediction,
    features: pd.DataFrame,
    labels: NDArray[np.bool_],
    *,
    most_columns: int = 20,
    repeats: int = 3,
    most_rows: int = 2_000,
    random_state: int,
) -> pd.DataFrame:
    """Measure how much worse a model is when one feature's values are dealt out anew.

    Parameters
    ----------
    model : Prediction
    features : DataFrame of shape (n_rows, >= n_columns)
        Rows that the model has not learnt from.
    labels : ndarray of bool, shape (n_rows,)
    most_columns : int
        Only this many, of the largest mean contributions, are tried: the others hardly decide.
    repeats : int
        Times each feature is dealt out.
    most_rows : int
        Of more rows a sample is taken.
    random_state : int

    Returns
    -------
    DataFrame of shape (<= most_columns, 3)
        ``feature``, the mean rise of the logarithmic loss as ``importance`` and its ``deviation``
        over the repeats, the most important first. Of features that say the same each may look
        unimportant.

    References
    ----------
    Breiman, L. (2001). Random forests. Machine Learning 45(1).
    """
    chance = np.random.default_rng(random_state)
    if len(features) > most_rows:
        chosen = np.sort(chance.choice(len(features), most_rows, replace=False))
        features, labels = features.iloc[chosen], labels[chosen]
    at_first = losses(labels, model.probabilities(features)).mean()
    rows = []
    sizes = np.abs(model.reasons(features).matrix).mean(axis=0)
    for place in np.argsort(-sizes, kind="stable")[:most_columns]:
        column = model.columns[place]
        rises = []
        for _ in range(repeats):
            values = features[column].to_numpy()[chance.permutation(len(features))]
            dealt = features.assign(**{column: values})
            rises.append(losses(labels, model.probabilities(dealt)).mean() - at_first)
        rows.append((column, float(np.mean(rises)), float(np.std(rises))))
    found = pd.DataFrame(rows, columns=["feature", "importance", "deviation"])
    return found.sort_values(["importance", "feature"], ascending=[False, True], ignore_index=True)


def partial_dependence(
    model: Prediction,
    features: pd.DataFrame,
    columns: Sequence[str],
    *,
    places: int = 10,
    most_rows: int = 500,
    random_state: int,
) -> pd.DataFrame:
    """Give the mean probability if everybody had one value of a feature.

    Parameters
    ----------
    model : Prediction
    features : DataFrame of shape (n_rows, >= n_columns)
    columns : sequence of str
        The features to vary, one at a time.
    places : int
        Quantiles of the feature at which it is looked at; equal ones once.
    most_rows : int
        Of more rows a sample is taken.
    random_state : int

    Returns
    -------
    DataFrame of shape (<= n_columns * places, 3)
        ``feature``, ``value`` and ``probability``, in the order of ``columns`` and values.

    References
    ----------
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine.
    """
    chance = np.random.default_rng(random_state)
    if len(features) > most_rows:
        features = features.iloc[np.sort(chance.choice(len(features), most_rows, replace=False))]
    rows = []
    for column in columns:
        values = features[column].to_numpy(dtype=np.float64, na_value=np.nan)
        known = values[np.isfinite(values)]
        if not len(known):
            continue
        for value in np.unique(np.quantile(known, np.linspace(0.05, 0.95, places))):
            moved = features.assign(**{column: value})
            rows.append((column, float(value), float(model.probabilities(moved).mean())))
    return pd.DataFrame(rows, columns=["feature", "value", "probability"])
