"""What clusters are called: by the rules of today, the champion's too where those have changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.clusters import card
from dagster_project.models import registry as registries
from dagster_project.models.registry import Dataset, Registry, Training, Version

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from dagster_project.clusters.settings import ClusterSettings
    from ml.clusters.model import ClusterModel
    from ml.labels import Name

RULE = (
    "where the rules of names have changed, the champion's clusters are called by those of today; "
    "who is in which stays"
)


def mark(settings: ClusterSettings) -> str:
    """Identify the rules that give names."""
    told = [rule.model_dump(mode="json") for rule in settings.labels]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def names(
    features: pd.DataFrame, best: NDArray[np.intp], k: int, settings: ClusterSettings
) -> tuple[Name, ...]:
    """Name the clusters that customers are in, by positions from 0 to ``k`` - 1."""
    from ml import labels
    from ml.clusters import preparation

    recipe = next(iter(settings.recipes().values()))
    # names may ask for a feature that says the same as another, and so does not group
    full = preparation.learn(features, replace(recipe, correlated=2.0, components="all"))
    profiles = np.round(means(full.scaled(features), best, k), 4)
    return labels.name_clusters(profiles, full.names, settings.rules())


def means(values: NDArray[np.floating], best: NDArray[np.intp], k: int) -> NDArray[np.float64]:
    """Give the mean of each column of each cluster, shape (k, n_columns)."""
    sizes = np.maximum(np.bincount(best, minlength=k), 1)
    sums = [np.bincount(best, weights=column, minlength=k) for column in values.T]
    return np.stack(sums, axis=1) / sizes[:, None]


def rename(
    registry: Registry,
    before: Version,
    model: ClusterModel,
    features: pd.DataFrame,
    settings: ClusterSettings,
    *,
    seed: int,
) -> tuple[Training, str] | None:
    """Give the champion the names of today, and say why; None where they are the same.

    Its data stay those it learnt from: nobody is assigned anew.
    """
    rules = mark(settings)
    if before.parameters.get("labels") == rules:
        return None
    best, _ = model.shape.nearest(model.places(features))
    named = names(features, best, len(model.shape), settings)
    renamed = replace(model, labels=tuple(name.label for name in named))
    if renamed.labels == model.labels:
        return None
    changed = zip(model.numbers, model.labels, renamed.labels, strict=True)
    told = "; ".join(f"{number}: {was} → {now}" for number, was, now in changed if was != now)
    why = f"version {before.number} under other names: {told} ({RULE})"
    dataset = Dataset(
        name="features.ftr_customers",
        rows=int(before.parameters["rows"]),
        sha256=before.tags["dataset_sha256"],
        as_of=before.tags["as_of"],
        snapshot=before.tags.get("snapshot", ""),
    )
    parameters = {"seed": seed, "renamed_from": before.number, "labels": rules}
    files = card.of_change(
        registry, before, renamed, features, what="under other names", why=why, rule=RULE,
        names=named, seed=seed,
    )  # fmt: skip
    training = Training(
        name=before.name,
        model=renamed,
        dataset=dataset,
        parameters={**parameters, "k": len(renamed.shape)},
        metrics=dict(before.metrics),
        fingerprint=registries.fingerprint(before.name, dataset, parameters, rules),
        code_version=registries.code_version(),
        files=files,
    )
    return training, why
