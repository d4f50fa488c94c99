"""The strongest reasons of each row, as columns that a table can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ml.predictions.model import Prediction


def strongest(model: Prediction, features: pd.DataFrame, *, count: int = 5) -> pa.Array:
    """Name the features that move each row's log-odds most.

    Parameters
    ----------
    model : Prediction
    features : DataFrame of shape (n_rows, >= n_columns)
    count : int
        Features per row, fewer if the model has fewer.

    Returns
    -------
    pyarrow list array of n_rows lists
        Of structs ``feature``, ``value`` (null if missing) and ``contribution`` to the log-odds,
        the strongest first.
    """
    values = features[list(model.columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    return lists(model.columns, values, model.reasons(features).matrix, count=count)


def lists(
    features: Sequence[str],
    values: NDArray[np.float64],
    matrix: NDArray[np.float64],
    *,
    count: int,
) -> pa.Array:
    """Keep the features of each row that contribute most, either way.

    Parameters
    ----------
    features : sequence of str
        Names of the columns of the arrays.
    values, matrix : ndarray of float, shape (n_rows, n_features)
        What each is (NaN: unknown), and what it contributes.
    count : int
        Features per row, fewer if there are fewer.

    Returns
    -------
    pyarrow list array of n_rows lists
        Of structs ``feature``, ``value`` and ``contribution``, the strongest first.
    """
    count = min(count, matrix.shape[1])
    order = np.argsort(-np.abs(matrix), axis=1, kind="stable")[:, :count]
    names = np.array(features, dtype=object)
    return _lists(
        names[order].reshape(-1),
        np.take_along_axis(values, order, axis=1).reshape(-1),
        np.take_along_axis(matrix, order, axis=1).reshape(-1),
        count,
    )


def _lists(
    names: NDArray[np.object_],
    values: NDArray[np.float64],
    contributions: NDArray[np.float64],
    count: int,
) -> pa.Array:
    structs = pa.StructArray.from_arrays(
        [
            pa.array(names, pa.string()),
            pa.array(values, pa.float64(), from_pandas=True),
            pa.array(np.round(contributions, 6), pa.float64()),
        ],
        ["feature", "value", "contribution"],
    )
    offsets = np.arange(0, len(names) + 1, max(1, count), dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), structs)
