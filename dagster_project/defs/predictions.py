"""Predictions of what customers will do: the models, and their scores of every customer."""

from collections.abc import Iterator

import dagster as dg

from dagster_project import homes
from dagster_project.defs import dbt
from dagster_project.defs.ml import trained
from dagster_project.models import learnable, scoring
from dagster_project.models.catalogue import DESCRIPTIONS
from dagster_project.platform import Platform, telling

FEATURES = dg.AssetKey(["features", "ftr_customers"])
AFFINITIES = dg.AssetKey(["features", "ftr_affinities"])
CUSTOMERS = dg.AssetKey(["marts", "dim_customers"])
PRODUCTS = dg.AssetKey(["marts", "dim_products"])
SCORES = ("ml", "customer_scores")
ORDERS = dg.AssetKey(["marts", "fct_orders"])
ORDER_LINES = dg.AssetKey(["marts", "fct_order_lines"])
SESSIONS = dg.AssetKey(["marts", "fct_sessions"])
OWNERS = ["team:data-science"]
READS = {
    "purchase_7d": [FEATURES, CUSTOMERS, ORDERS, SESSIONS],
    "category_purchase_7d": [FEATURES, AFFINITIES, CUSTOMERS, PRODUCTS, ORDER_LINES],
    "churn": [FEATURES, CUSTOMERS, ORDERS, SESSIONS],
    "lifetimes": [CUSTOMERS, ORDERS],
}
MODELS = [dg.AssetKey(["models", name]) for name in READS]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["models", name],
            deps=deps,
            group_name="ml",
            kinds={"python", "scikitlearn", "mlflow"},
            owners=OWNERS,
            description=DESCRIPTIONS[name],
        )
        for name, deps in READS.items()
    ],
    name="learn_predictions",
    can_subset=True,
)
def predictions(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Learn from features as of past moments and what came after; promote what passes its bar."""
    from dagster_project.predictions import examples, train
    from dagster_project.reports import predictions as report
    from dagster_project.scratch import evaluation

    settings, tell = platform.settings, telling(context)
    registry = homes.registry(settings)
    wanted = [key.path[-1] for key in MODELS if key in context.selected_asset_keys]
    with learnable.connect(platform, "training predictions", tell) as connection:
        snapshot = examples.snapshot(connection)
    same = train.unchanged(snapshot, registry, names=wanted, seed=settings.seed)
    for result in same.values():
        yield trained(result, tell)
    changed = [name for name in wanted if name not in same]
    if changed:
        with evaluation.opened(settings, "training predictions", tell) as scratch:
            for result in train.train(
                scratch,
                registry,
                names=changed,
                seed=settings.seed,
                threads=settings.threads,
                tell=tell,
            ):
                yield trained(result, tell)
    if changed or not (settings.reports / report.FILE).exists():
        tell(f"predictions: {report.write(settings.reports, registry)}")


@dg.asset(
    key=list(SCORES),
    deps=[FEATURES, AFFINITIES, CUSTOMERS, ORDERS, *MODELS],
    kinds={"python"},
    group_name="ml",
    owners=OWNERS,
)
def customer_scores(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Predict by name, by the champion models; one row per customer and score.

    Nothing is done where neither the champions nor what they read has changed.
    """
    from dagster_project.predictions import score

    registry = homes.registry(platform.settings)
    versions = score.champions(registry)
    with learnable.connect(platform, "scoring", telling(context)) as connection:
        made_of = score.mark(connection, versions)
        if score.noted(connection) != made_of:
            scoring.write(connection, score.score_customers(connection, registry, versions))
            score.note(connection, made_of)
        shown = dbt.shown(connection, SCORES)[SCORES]
    labels = sorted(version.label for version in versions.values())
    return dg.MaterializeResult(
        metadata={
            **shown,
            "model_version": ", ".join(labels) or "none: no champion yet",
        }
    )
