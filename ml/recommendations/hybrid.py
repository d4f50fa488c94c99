"""A mix of recommenders whose weights depend on how much is known of the customer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml.recommendations import knowledge
from ml.recommendations.content import Content
from ml.recommendations.factors import Als, Bpr, TruncatedSvd
from ml.recommendations.frequency import PersonalFrequency
from ml.recommendations.neighbours import CustomerNeighbours
from ml.recommendations.popularity import Popularity
from ml.recommendations.products import ProductNeighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from ml.recommendations.interactions import Interactions
    from ml.recommendations.interface import Algorithm, Model, Scores, State

KINDS: Mapping[str, Any] = {
    kind.__name__: kind
    for kind in (
        Popularity,
        PersonalFrequency,
        CustomerNeighbours,
        ProductNeighbours,
        TruncatedSvd,
        Als,
        Bpr,
        Content,
    )
}
SOURCES = ("hybrid", "content", "segment_popular", "popular")
SEGMENT_POPULAR = "popular_in_segment"
NOT_KEPT = ("threads",)  # of this machine, not of the model
TAIL = 1e-3  # of popularity, for everyone: so that no list ends early, and ties mean something

Weights = dict[str, dict[str, float]]
"""By level of knowledge and component."""


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Which recommenders are mixed, and how.

    Attributes
    ----------
    components : mapping of str to Algorithm
        By name.
    weights : dict of str to dict of str to float
        By level of knowledge and component; a component without a weight is left out.
    """

    components: Mapping[str, Algorithm]
    weights: Weights

    def fit(self, interactions: Interactions, catalogue: pd.DataFrame, *, seed: int) -> HybridModel:
        """Fit every component that any level gives weight to."""
        used = self.used()
        return HybridModel(
            products=interactions.products,
            components=used,
            models={
                name: algorithm.fit(interactions, catalogue, seed=seed)
                for name, algorithm in used.items()
            },
            weights=self.weights,
        )

    def used(self) -> dict[str, Algorithm]:
        """Give the components that any level gives weight to."""
        return {
            name: algorithm
            for name, algorithm in self.components.items()
            if any(given.get(name, 0.0) > 0 for given in self.weights.values())
        }

    def restore(self, arrays: dict[str, NDArray[Any]], parameters: dict[str, Any]) -> HybridModel:
        """Make a model again from its state."""
        return HybridModel.restore(arrays, parameters)


@dataclass(frozen=True, slots=True)
class HybridModel:
    """The fitted components and their weights. It holds nothing of any customer.

    Attributes
    ----------
    products : Index of str
        What it scores, sorted.
    components, models : mapping of str to Algorithm or Model
        By name.
    weights : dict of str to dict of str to float
        By level of knowledge and component.
    """

    products: pd.Index
    components: Mapping[str, Algorithm]
    models: Mapping[str, Model]
    weights: Weights

    def scorer(self, interactions: Interactions) -> Callable[[NDArray[np.intp]], Scores]:
        """Mix what the components say, each on a scale from 0 to 1 within a customer."""
        scorers = {name: model.scorer(interactions) for name, model in self.models.items()}
        return mixed(scorers, self.weights, interactions)

    def sources(
        self, interactions: Interactions
    ) -> Callable[[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]], NDArray[np.str_]]:
        """Make ready to say what a score rests on, the first that holds of ``SOURCES``.

        'hybrid': something the customer did speaks for the product; 'content': so does only what
        is said of it, for nobody took it yet; 'segment_popular': nothing is known of the customer
        but their segment; 'popular': nor that.

        Parameters
        ----------
        interactions : Interactions
            Those that are scored.

        Returns
        -------
        callable
            Takes positions of customers and of products and their scores, and names sources; all
            of shape (n_rows,).
        """
        levels, demand = knowledge.levels(interactions), interactions.demand()
        weights = self.weights[knowledge.LEVELS[0]]
        has_segments = weights.get(SEGMENT_POPULAR, 0.0) > 0 and len(set(interactions.segments)) > 1
        fallback = "segment_popular" if has_segments else "popular"

        def name(
            rows: NDArray[np.intp], products: NDArray[np.intp], scores: NDArray[np.float64]
        ) -> NDArray[np.str_]:
            known = np.where(demand[products] > 0, "hybrid", "content")
            known = np.where(scores <= TAIL, "popular", known)
            return np.where(levels[rows] == 0, fallback, known)

        return name

    def state(self) -> State:
        """Give the arrays of all components and what they are told; they name no customer."""
        arrays: dict[str, NDArray[Any]] = {"products": self.products.to_numpy(dtype=str)}
        described: dict[str, Any] = {}
        for name, model in self.models.items():
            found, parameters = model.state()
            arrays |= {f"{name}.{key}": array for key, array in found.items()}
            algorithm: Any = self.components[name]
            described[name] = {
                "kind": type(algorithm).__name__,
                "told": {k: v for k, v in asdict(algorithm).items() if k not in NOT_KEPT},
                "state": parameters,
            }
        return arrays, {"components": described, "weights": self.weights}

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> HybridModel:
        """Make the model again from its state."""
        components: dict[str, Algorithm] = {}
        models: dict[str, Model] = {}
        for name, described in parameters["components"].items():
            components[name] = KINDS[described["kind"]](**described["told"])
            prefix = f"{name}."
            own = {
                key.removeprefix(prefix): array
                for key, array in arrays.items()
                if key.startswith(prefix)
            }
            models[name] = components[name].restore(own, described["state"])
        products = pd.Index(arrays["products"].astype(object), dtype=object)
        return cls(products, components, models, parameters["weights"])


def mixed(
    scorers: Mapping[str, Callable[[NDArray[np.intp]], Scores]],
    weights: Weights,
    interactions: Interactions,
) -> Callable[[NDArray[np.intp]], Scores]:
    """Mix what scorers say, each on a scale from 0 to 1 within a customer.

    Parameters
    ----------
    scorers : mapping of str to callable
        By component.
    weights : dict of str to dict of str to float
        By level of knowledge and component.
    interactions : Interactions
        Those that are scored.

    Returns
    -------
    callable
        As ``Model.scorer`` gives it.
    """
    levels = knowledge.levels(interactions)
    popular = tail(interactions)

    def score(rows: NDArray[np.intp]) -> Scores:
        sums = np.zeros((len(rows), len(popular)), dtype=np.float32)
        sums += popular
        for name, scorer in scorers.items():
            given = [weights[level].get(name, 0.0) for level in knowledge.LEVELS]
            shares = np.array(given, dtype=np.float32)[levels[rows]]
            heard = np.flatnonzero(shares > 0)
            if not heard.size:
                continue
            own = scaled(scorer(rows[heard]))
            own *= shares[heard, None]
            if heard.size == len(rows):
                sums += own
            else:
                sums[heard] += own
        return sums

    return score


def tail(interactions: Interactions) -> NDArray[np.float32]:
    """Give the popularity, up to ``TAIL``, that everyone's score holds, shape (n_products,)."""
    popular = interactions.demand()
    return np.asarray(TAIL * popular / max(popular.max(initial=0.0), 1e-12), dtype=np.float32)


def scaled(scores: Scores) -> Scores:
    """Divide each row by its highest score, so that rows lie between 0 and 1."""
    highest = scores.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(scores / np.where(highest > 0, highest, 1.0), dtype=np.float32)
