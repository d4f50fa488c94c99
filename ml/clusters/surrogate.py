"""A small tree that says in plain limits what a grouping does, and how faithfully."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn import tree

if TYPE_CHECKING:
    import pandas as pd

    from ml.clusters.model import ClusterModel


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A decision tree over features in their own units.

    Attributes
    ----------
    rules : str
        The tree as text.
    depth : int
        Its depth.
    fidelity : float
        The share of customers, other than those it learnt from, to whom it gives the cluster that
        the grouping gives them.
    """

    rules: str
    depth: int
    fidelity: float


def learn(
    model: ClusterModel, features: pd.DataFrame, *, depth: int = 4, seed: int, most: int = 20_000
) -> Surrogate:
    """Learn the tree on half of the customers, and judge it on the other half.

    Parameters
    ----------
    model : ClusterModel
        What is to be said.
    features : DataFrame of shape (n_customers, >= n_columns)
        The columns of the model; two customers at least.
    depth : int
        At most so many questions.
    seed : int
        Decides who is in which half.
    most : int
        Customers used, at most.
    """
    order = np.random.default_rng(seed).permutation(len(features))[:most]
    rows = features.iloc[order]
    best, _ = model.shape.nearest(model.places(rows))
    prepared = model.preparation
    derived = prepared.derived(rows)
    values = derived.fillna(dict(zip(prepared.names, prepared.scaling.fill, strict=True))).round(6)
    half = len(rows) // 2
    labels = np.asarray(model.labels, dtype=object)[best]
    found = tree.DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=max(1, half // 100), random_state=seed
    ).fit(values.iloc[:half], labels[:half])
    return Surrogate(
        rules=tree.export_text(
            found, feature_names=list(prepared.names), decimals=2, show_weights=False
        ),
        depth=int(found.get_depth()),
        fidelity=float((found.predict(values.iloc[half:]) == labels[half:]).mean()),
    )
