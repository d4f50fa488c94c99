"""The clusters of past moments: the champion of today, given the features of then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.scratch.evaluation import PACKAGE
from dagster_project.statements import statement
from edge.statements import fill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dagster_project.scratch.evaluation import Scratch
    from dagster_project.scratch.project import Model

CLUSTERS = "source.tessera.ml.customer_clusters"
CUSTOMERS = "model.tessera.ftr_customers"
OF_TODAY = tuple(
    f"source.tessera.ml.{table}"
    for table in (
        "recommendations",
        "segment_recommendations",
        "similar_products",
        "product_associations",
        "customer_scores",
    )
)


def assign(scratch: Scratch, targets: Sequence[Model], moments: Sequence[datetime]) -> None:
    """Score the clusters at the moments, if a target reads them; the live moment has them."""
    source = scratch.project.models[CLUSTERS].relation
    if CLUSTERS not in scratch.project.ancestors(targets) or source in scratch.made:
        return
    if list(moments) == [scratch.live_as_of]:
        return
    from dagster_project import homes
    from dagster_project.clusters.scoring import features_needed, score_clusters
    from dagster_project.models import scoring, training

    registry = homes.registry(scratch.project.settings)
    numbers, texts = features_needed(registry)
    if not numbers:
        return  # without a champion nobody has a cluster, then as now
    customers = scratch.project.models[CUSTOMERS]
    scratch.lay([customers], wanted=frozenset({*numbers, *texts, "customer_id", "as_of"}))
    columns = training.typed(numbers, texts)
    text = fill(statement(PACKAGE, "cluster_features"), {"columns": columns})
    scored = score_clusters(scratch.connection.execute(text).df(), registry)
    scratch.drop(source)
    scoring.write(scratch.connection, scored)
    scratch.made.add(source)


def as_of_today(scratch: Scratch, targets: Sequence[Model]) -> list[str]:
    """Name the predictions that the targets read and that are known of today only."""
    read = scratch.project.ancestors(targets)
    return [
        ".".join(scratch.project.models[source].relation) for source in OF_TODAY if source in read
    ]
