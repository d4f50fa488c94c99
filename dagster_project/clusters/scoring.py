"""Assigning every customer to a cluster of the champion."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from dagster_project.models.scoring import Scored

if TYPE_CHECKING:
    import pandas as pd

    from dagster_project.models.registry import Registry
    from ml.clusters.model import ClusterModel


def features_needed(registry: Registry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the numbers and the texts that the champion of the clusters reads; none without one."""
    found = registry.champion("clusters")
    if found is None:
        return (), ()
    preparation = cast("ClusterModel", found[0]).preparation
    return preparation.numbers, preparation.categories


def score_clusters(features: pd.DataFrame, registry: Registry) -> Scored:
    """Assign each customer to a cluster of the champion; no rows without one."""
    found = registry.champion("clusters")
    if found is None:
        return Scored("customer_clusters", (), None)
    from ml.clusters.model import assign

    model, version = found
    assigned = assign(cast("ClusterModel", model), features)
    assigned.insert(1, "as_of", features["as_of"].to_numpy())
    assigned["model_version"] = version.label
    return Scored("customer_clusters", (assigned,), version)
