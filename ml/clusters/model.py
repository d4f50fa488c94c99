"""A grouping of customers as it is kept: from features to a cluster, its name and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml import standardisation
from ml.clusters.preparation import Preparation
from ml.clusters.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClusterModel:
    """Everything that decides for a customer; it holds nothing of any of them.

    Attributes
    ----------
    preparation : Preparation
        From features to the space of distances.
    shape : Shape
        Where the clusters lie in it.
    numbers : tuple of int
        What tables call each cluster; a number stays with its cluster from one training to the
        next, and is never given to another.
    labels : tuple of str
        What people call each cluster, no two alike.
    profiles : ndarray of float, shape (k, n_columns)
        Mean scaled feature of each cluster.
    sizes : ndarray of int, shape (k,)
        How many customers each had when it was last fitted or updated.
    next_number : int
        What the next new cluster will be called.
    """

    preparation: Preparation
    shape: Shape
    numbers: tuple[int, ...]
    labels: tuple[str, ...]
    profiles: NDArray[np.float64]
    sizes: NDArray[np.int64]
    next_number: int

    def places(self, features: pd.DataFrame) -> NDArray[np.float32]:
        """Give where customers lie in the space of distances."""
        return self.preparation.project(self.preparation.scaled(features))

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters that ``restore`` needs; they name no customer."""
        arrays, parameters = self.preparation.state()
        arrays |= {
            "centres": self.shape.centres,
            "roots": self.shape.roots,
            "logs": self.shape.logs,
            "profiles": self.profiles,
            "sizes": self.sizes,
        }
        parameters |= {
            "numbers": list(self.numbers),
            "labels": list(self.labels),
            "next_number": self.next_number,
        }
        return arrays, parameters

    @classmethod
    def restore(
        cls, arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]
    ) -> ClusterModel:
        """Make the model again from its state."""
        return cls(
            preparation=Preparation.restore(arrays, parameters),
            shape=Shape(arrays["centres"], arrays["roots"], arrays["logs"]),
            numbers=tuple(parameters["numbers"]),
            labels=tuple(parameters["labels"]),
            profiles=arrays["profiles"],
            sizes=arrays["sizes"],
            next_number=parameters["next_number"],
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one customer is in one cluster and not in the next best.

    Attributes
    ----------
    cluster, rival : int
        Positions in the model; the same where there is but one cluster.
    pulls : ndarray of float, shape (n_columns,)
        How much each scaled feature speaks for the cluster and against the rival; the sum is the
        difference of their scores, but for what the midpoint of their centres has of it.
    scaled : ndarray of float, shape (n_columns,)
        The customer's scaled features.
    values : ndarray of float, shape (n_columns,)
        The same in their own units, not a number where missing.
    """

    cluster: int
    rival: int
    pulls: NDArray[np.float64]
    scaled: NDArray[np.float64]
    values: NDArray[np.float64]


def assign(model: ClusterModel, features: pd.DataFrame) -> pd.DataFrame:
    """Give each customer their cluster, whether the model was fitted on them or not.

    Parameters
    ----------
    model : ClusterModel
        What decides.
    features : DataFrame of shape (n_customers, >= n_columns + 1)
        ``customer_id`` and the columns of the model's preparation.

    Returns
    -------
    DataFrame of shape (n_customers, 4)
        ``customer_id``, ``cluster`` (its number), ``label`` and ``distance`` to its centre in the
        space of distances; in the order of ``features``.
    """
    standardisation.require_columns(features, ["customer_id"])
    best, distance = model.shape.nearest(model.places(features))
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"].to_numpy(),
            "cluster": np.asarray(model.numbers, dtype=np.int32)[best],
            "label": np.asarray(model.labels, dtype=object)[best],
            "distance": np.round(distance, 4),
        }
    )


def explain(model: ClusterModel, customer: pd.DataFrame) -> Reason:
    """Say what put one customer where they are.

    Between the midpoint of two centres and the customer the difference of the scores is at most
    quadratic, so the mean of its slopes at both ends shares it out among the features exactly.

    Parameters
    ----------
    model : ClusterModel
        What decided.
    customer : DataFrame of shape (1, >= n_columns)
        The features of the customer.

    References
    ----------
    Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic attribution for deep networks.
    Proceedings of the 34th International Conference on Machine Learning.
    """
    scaled = model.preparation.scaled(customer)
    place = model.preparation.project(scaled)[0].astype(np.float64)
    scores = model.shape.scores(place[None, :])[0]
    order = np.argsort(-scores, kind="stable")
    cluster, rival = int(order[0]), int(order[min(1, len(order) - 1)])
    projection = model.preparation.projection
    middle = model.profiles[[cluster, rival]].mean(axis=0)
    start = middle @ projection
    here, there = model.shape.slopes(place), model.shape.slopes(start)
    slope = ((here[cluster] - here[rival]) + (there[cluster] - there[rival])) / 2
    row = scaled[0].astype(np.float64)
    values = model.preparation.derived(customer).to_numpy(dtype=np.float64)[0]
    return Reason(cluster, rival, (row - middle) * (projection @ slope), row, values)


def update(model: ClusterModel, features: pd.DataFrame) -> ClusterModel:
    """Move centres and profiles towards customers who came or changed, between two trainings.

    Each cluster is a running mean: a new member moves it by one part in as many as it has by then.
    Scales, reach and names stay as they were learnt.

    Parameters
    ----------
    model : ClusterModel
        The model so far.
    features : DataFrame
        The customers who are new to it, or whose features changed.

    Returns
    -------
    ClusterModel
        The same one where there is nobody.
    """
    if features.empty:
        return model
    scaled = model.preparation.scaled(features)
    places = model.preparation.project(scaled)
    best, _ = model.shape.nearest(places)
    centres, profiles, sizes = model.shape.centres.copy(), model.profiles.copy(), model.sizes.copy()
    for cluster in np.unique(best):
        mine = best == cluster
        share = mine.sum() / (sizes[cluster] + mine.sum())
        centres[cluster] += share * (places[mine].mean(axis=0, dtype=float) - centres[cluster])
        profiles[cluster] += share * (scaled[mine].mean(axis=0, dtype=float) - profiles[cluster])
        sizes[cluster] += mine.sum()
    shape = replace(model.shape, centres=np.round(centres, 6))
    return replace(model, shape=shape, profiles=np.round(profiles, 6), sizes=sizes)
