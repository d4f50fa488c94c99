"""The one interface of all recommenders: fitted alike, scored alike, stored alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ml.recommendations.interactions import Interactions

Scores = NDArray[np.float32]
State = tuple[dict[str, NDArray[Any]], dict[str, Any]]
"""Arrays and JSON, neither of which names a customer."""


class Model(Protocol):
    """What was learnt of products. What customers did is given anew whenever it scores."""

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Make ready to score customers by what they did until now.

        Parameters
        ----------
        interactions : Interactions
            About the products that the model was fitted on, in their order.

        Returns
        -------
        callable
            Takes positions of customers, of shape (n_rows,), and gives scores of shape
            (n_rows, n_products): 0 where nothing speaks for a product, higher is better.
        """
        ...

    def state(self) -> State:
        """Give what ``restore`` of the algorithm needs to make the model again."""
        ...


class Algorithm(Protocol):
    """A way to recommend, with its parameters."""

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> Model:
        """Learn from interactions.

        Parameters
        ----------
        interactions : Interactions
            What customers did.
        catalogue : DataFrame
            ``name``, ``category``, ``brand`` and ``price`` by ``product_id`` (the index); products
            may be absent from it.
        seed : int
            Decides whatever chance decides.
        """
        ...

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> Model:
        """Make a model again from its state."""
        ...
