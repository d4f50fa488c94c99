"""From features to the matrices that models read: nothing missing, nothing endless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ml import standardisation
from ml.standardisation import Scaling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Design:
    """How the columns of a frame become numbers; learnt once, applied alike ever after.

    Attributes
    ----------
    scaling : Scaling
        The columns, and their z-scores for models that add them up.
    below : ndarray of float, shape (n_columns,)
        What stands for a missing value in the eyes of trees: less than every value seen.
    is_marked : ndarray of bool, shape (n_columns,)
        Whether some values were missing, so that the linear model is told which.
    """

    scaling: Scaling
    below: NDArray[np.float32]
    is_marked: NDArray[np.bool_]

    @property
    def columns(self) -> tuple[str, ...]:
        """The features read, in the order of the matrices."""
        return self.scaling.columns

    def plain(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Give the values themselves, in single precision as trees compare them.

        Parameters
        ----------
        features : DataFrame of shape (n_rows, >= n_columns)

        Returns
        -------
        ndarray of float, shape (n_rows, n_columns)
        """
        matrix = _numbers(features, self.columns)
        return np.where(np.isfinite(matrix), matrix, self.below).astype(np.float64)

    def scaled(self, features: pd.DataFrame) -> NDArray[np.float64]:
        """Give z-scores, and after them a mark for each value missing in a marked column.

        Parameters
        ----------
        features : DataFrame of shape (n_rows, >= n_columns)

        Returns
        -------
        ndarray of float, shape (n_rows, n_columns + n_marked)
        """
        missing = ~np.isfinite(_numbers(features, self.columns))[:, self.is_marked]
        return np.hstack([self.scaling.transform(features), missing]).astype(np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give the arrays that ``restore`` needs."""
        scaling = self.scaling
        return {
            "is_logged": scaling.is_logged,
            "fill": scaling.fill,
            "mean": scaling.mean,
            "scale": scaling.scale,
            "below": self.below,
            "is_marked": self.is_marked,
        }

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]], columns: Sequence[str]) -> Design:
        """Make the design again from its arrays and columns."""
        scaling = Scaling(
            tuple(columns), arrays["is_logged"], arrays["fill"], arrays["mean"], arrays["scale"]
        )
        return cls(scaling, arrays["below"], arrays["is_marked"])


def learn(features: pd.DataFrame, columns: Sequence[str]) -> Design:
    """Learn the design from the rows of a training.

    Parameters
    ----------
    features : DataFrame of shape (n_rows, >= n_columns)
        Numbers or booleans, some missing.
    columns : sequence of str
        The features to read.

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        If a column is missing, by name, or there is no row.
    """
    scaling = standardisation.learn(features, columns)
    matrix = _numbers(features, columns)
    is_known = np.isfinite(matrix)
    lowest = np.where(is_known, matrix, np.inf).min(axis=0)
    below = np.where(np.isfinite(lowest), lowest, 0.0) - 1.0
    is_marked = np.asarray(~is_known.all(axis=0) & is_known.any(axis=0))
    return Design(scaling, below.astype(np.float32), is_marked)


def _numbers(features: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float32]:
    matrix = np.empty((len(features), len(columns)), dtype=np.float32)
    for position, column in enumerate(columns):
        values = features[column].to_numpy(dtype=np.float64, na_value=np.nan)
        matrix[:, position] = np.round(values, standardisation.DECIMALS)
    return matrix
