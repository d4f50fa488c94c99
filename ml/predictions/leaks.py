"""Features that know too much: a label that one feature alone tells has leaked into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.predictions.evaluation import area_under_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

LIMIT = 0.97  # nothing known beforehand parts those who will buy from the others so well
FEWEST = 30  # with fewer of either kind, chance parts them too


def suspicious(
    features: pd.DataFrame,
    labels: NDArray[np.bool_],
    columns: Sequence[str],
    *,
    limit: float = LIMIT,
) -> dict[str, float]:
    """Find features that tell the label almost alone.

    Parameters
    ----------
    features : DataFrame of shape (n_rows, >= n_columns)
        Numbers or booleans; a missing value counts as one below all others.
    labels : ndarray of bool, shape (n_rows,)
    columns : sequence of str
    limit : float
        The area under the ROC curve, in either direction, above which a feature is suspicious.

    Returns
    -------
    dict of str to float
        The area, 0.5 to 1, by the name of each suspicious feature; empty where there are too few
        labels to tell.
    """
    count = int(labels.sum())
    if min(count, len(labels) - count) < FEWEST:
        return {}
    found = {}
    for column in columns:
        values = features[column].to_numpy(dtype=np.float64, na_value=np.nan)
        area = area_under_curve(labels, np.where(np.isnan(values), -np.inf, values))
        if max(area, 1.0 - area) > limit:
            found[column] = max(area, 1.0 - area)
    return found


def changed(known: pd.DataFrame, without_later: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Find features that change when everything after their moment is taken away.

    Parameters
    ----------
    known, without_later : DataFrame of shape (n_rows, >= n_columns)
        Evaluated at the same moment for the same customers, in one order.
    columns : sequence of str

    Returns
    -------
    list of str
        The features that are not identical, in the order of ``columns``.

    Raises
    ------
    ValueError
        If the rows are not of the same customers.
    """
    ours, theirs = (frame["customer_id"].to_numpy() for frame in (known, without_later))
    if not np.array_equal(ours, theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} customers are not the same")
    return [
        column
        for column in columns
        if not known[column]
        .reset_index(drop=True)
        .equals(without_later[column].reset_index(drop=True))
    ]
