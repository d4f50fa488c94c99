"""Why a customer is in their cluster: the features that decided."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from dagster_project import homes
from dagster_project.statements import statement
from edge.published import open_newest

if TYPE_CHECKING:
    from dagster_project.settings import Settings
    from ml.clusters.model import ClusterModel

PACKAGE = "dagster_project.clusters"
CLUSTERS = "ml.customer_clusters"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a customer, in its unit and in standard deviations from the mean.

    ``centre`` is the mean of the cluster; ``pull`` is how much this feature speaks for it and
    against the next best cluster, in half squared distances; negative where it speaks against.
    """

    name: str
    value: float | None
    deviations: float
    centre: float
    pull: float


@dataclass(frozen=True, slots=True)
class ModelReason:
    """The cluster of a customer, the version of the model, and its strongest features."""

    model: str
    model_version: str
    cluster: int
    label: str
    distance: float
    next_label: str | None
    features: tuple[Feature, ...]


def cluster_reason(settings: Settings, customer_id: str, *, most: int = 5) -> ModelReason | None:
    """Explain a customer's cluster by the version that gave it; None for whoever has none."""
    given = {"customer_id": customer_id}
    with open_newest(settings.published) as (_, connection):
        row = connection.execute(statement(PACKAGE, "cluster_of"), given).fetchone()
        frame = connection.execute(statement(PACKAGE, "features_of"), given).df()
    found = homes.registry(settings).champion("clusters") if row is not None else None
    if row is None or found is None or frame.empty:
        return None
    from ml.clusters.model import explain

    cluster, label, distance, version = row
    model = cast("ClusterModel", found[0])
    if found[1].label != version:  # trained anew since: its centres say nothing of that version
        return ModelReason(CLUSTERS, version, cluster, label, distance, None, ())
    why = explain(model, frame)
    names = model.preparation.names
    order = sorted(range(len(names)), key=lambda i: -abs(float(why.pulls[i])))[:most]
    return ModelReason(
        model=CLUSTERS,
        model_version=version,
        cluster=cluster,
        label=label,
        distance=float(distance),
        next_label=model.labels[why.rival] if why.rival != why.cluster else None,
        features=tuple(
            Feature(
                name=names[i],
                value=_number(why.values[i]),
                deviations=float(why.scaled[i]),
                centre=float(model.profiles[why.cluster][i]),
                pull=float(why.pulls[i]),
            )
            for i in order
        ),
    )


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
