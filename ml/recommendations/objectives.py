"""Recommenders that look after money: by margin or price, or tuned on the best customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ml.standardisation import require_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ml.recommendations.folds import Fold
    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Algorithm, Model, Scores, State
    from ml.recommendations.mixing import Candidates

Objective = Literal["price", "margin"]


@dataclass(frozen=True, slots=True)
class ByValue:
    """Another recommender, whose interactions weigh more for products that are worth more.

    Attributes
    ----------
    algorithm : Algorithm
        What is fitted and scored.
    objective : {'price', 'margin'}
        A weight is multiplied by the product's price, which leads to large orders, or by its
        margin (price times ``margin_share``), which leads to profit; relative to the mean of all
        products, and raised to ``strength``. What is unknown counts as the mean.
    strength : float
        0 changes nothing; 1 weighs in proportion.
    """

    algorithm: Algorithm
    objective: Objective = "margin"
    strength: float = 0.5

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> Valued:
        """Fit the other on weighted interactions."""
        values = self._values(interactions, catalogue)
        weighted = _weighted(interactions, values)
        return Valued(self.algorithm.fit(weighted, catalogue, seed=seed), values)

    def is_plain(self, interactions: Interactions, catalogue: pd.DataFrame) -> bool:
        """Say whether no weight would change: nothing is known of what products are worth."""
        return bool((self._values(interactions, catalogue) == 1.0).all())

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> Valued:
        """Make the model again."""
        return Valued.restore(self.algorithm.restore, arrays, parameters)

    def _values(self, interactions: Interactions, catalogue: pd.DataFrame) -> NDArray[np.float64]:
        return relative_values(interactions.products, catalogue, self.objective) ** self.strength


@dataclass(frozen=True, slots=True)
class Valued:
    """A recommender fitted on interactions weighted by what products are worth.

    Attributes
    ----------
    model : Model
        What was fitted.
    values : ndarray of float, shape (n_products,)
        What the weights of each product's interactions are multiplied by.
    """

    model: Model
    values: NDArray[np.float64]

    @classmethod
    def restore(
        cls,
        restore: Callable[[dict[str, NDArray[Any]], dict[str, Any]], Model],
        arrays: dict[str, NDArray[Any]],
        parameters: dict[str, Any],
    ) -> Valued:
        """Make it again, where ``restore`` makes what was fitted."""
        own = {name: array for name, array in arrays.items() if name != "values"}
        return cls(restore(own, parameters), arrays["values"])

    def state(self) -> State:
        """Give the arrays and parameters of the fitted one, and the values."""
        arrays, parameters = self.model.state()
        return {**arrays, "values": self.values}, parameters

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Score by interactions weighted alike."""
        return self.model.scorer(_weighted(interactions, self.values))


def relative_values(
    products: pd.Index, catalogue: pd.DataFrame, objective: Objective
) -> NDArray[np.float64]:
    """Give what each product is worth, relative to the mean.

    Parameters
    ----------
    products : Index of str
        Which, in the order wanted.
    catalogue : DataFrame
        ``price`` and, for the margin, ``margin_share``, by ``product_id``.
    objective : {'price', 'margin'}
        What it is worth.

    Returns
    -------
    ndarray of float, shape (n_products,)
        Positive; 1 where it is unknown.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(catalogue, ["price", "margin_share"] if objective == "margin" else ["price"])
    known = catalogue.reindex(products)
    values = known["price"].astype("float64")
    if objective == "margin":
        values = values * known["margin_share"].astype("float64")
    values = values.where(values > 0)
    mean = values.mean()
    return np.asarray((values / mean).fillna(1.0), dtype=np.float64)


def of_high_value(
    found: Sequence[Candidates],
    folds: Sequence[Fold],
    rows: Sequence[NDArray[np.intp]],
    share: float,
) -> list[Candidates]:
    """Keep the customers who had taken most, so that a hybrid is tuned on them.

    Parameters
    ----------
    found : sequence of Candidates
        One per period.
    folds : sequence of Fold
        The periods.
    rows : sequence of ndarray of int
        The positions of the candidates' customers in each period.
    share : float
        The share of the customers kept, those with the highest sum of weights.

    Returns
    -------
    list of Candidates
    """
    return [
        each.only(is_high_value(fold, own, share))
        for each, fold, own in zip(found, folds, rows, strict=True)
    ]


def is_high_value(fold: Fold, rows: NDArray[np.intp], share: float) -> NDArray[np.bool_]:
    """Say which of some customers had taken most.

    Parameters
    ----------
    fold : Fold
        What was known of them.
    rows : ndarray of int, shape (n_rows,)
        Their positions; at least one.
    share : float
        The share of them that counts as such, by the sum of weights; ties may make it more.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
    """
    totals = np.asarray(fold.known.matrix().sum(axis=1)).ravel()[rows]
    return np.asarray(totals >= np.quantile(totals, 1.0 - share))


def _weighted(interactions: Interactions, values: NDArray[np.float64]) -> Interactions:
    return replace(interactions, weight=interactions.weight * values[interactions.product])
