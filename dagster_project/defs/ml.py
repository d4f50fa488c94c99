"""What Python computes: identities, models and their scores."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import dagster as dg

from dagster_project import homes, pictures
from dagster_project.clusters import scoring as cluster_scoring
from dagster_project.clusters import settings as cluster_settings
from dagster_project.clusters import training as cluster_training
from dagster_project.defs import dbt
from dagster_project.identity import resolution
from dagster_project.models import learnable, scoring, training
from dagster_project.models.catalogue import DESCRIPTIONS, RECOMMENDERS
from dagster_project.platform import Platform, telling
from dagster_project.predictions import examples
from dagster_project.recommender import inputs as recommender_inputs
from dagster_project.recommender import scoring as recommender_scoring
from dagster_project.recommender import training as recommender_training
from dagster_project.recommender import variants as recommender_variants
from dagster_project.reports import clusters as cluster_report
from dagster_project.reports import recommenders as recommender_report

LINKS = dg.AssetKey(["intermediate", "int_identifiers_linked"])
FEATURES = dg.AssetKey(["features", "ftr_customers"])
INTERACTIONS = dg.AssetKey(["features", "ftr_interactions"])
CLUSTERS = dg.AssetKey(["ml", "customer_clusters"])
IDENTITIES = {
    "int_identifiers_resolved": "Who stands behind an identifier; one row per identifier.",
    "int_customers_merged": "Customers found to be one person; one row per merge.",
}
RECOMMENDED_FROM = [
    INTERACTIONS,
    dg.AssetKey(["marts", "fct_order_lines"]),
    dg.AssetKey(["marts", "dim_products"]),
    dg.AssetKey(["marts", "dim_customers"]),
    dg.AssetKey(["intermediate", "int_visitor_products_summed"]),
]
RECOMMENDED = {
    "recommendations": (
        "Products for each customer by the champion; `source` says what each rests on: the mix of "
        "models (hybrid), what is said of a product nobody took yet (content), what the customer's "
        "country takes (segment_popular) or what everyone takes (popular); one row per customer "
        "and rank."
    ),
    "segment_recommendations": (
        "Products for each cluster of customers: the mean of its customers' scores; one row per "
        "segment and rank."
    ),
    "similar_products": (
        "Products that may stand in for another, by who took them and what is said of them; one "
        "row per product and rank."
    ),
    "product_associations": (
        "Products that are bought together with another, for cross-selling; one row per product "
        "and rank."
    ),
}
OWNERS = ["team:data-science"]


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["intermediate", table],
            deps=[LINKS],
            group_name="intermediate",
            kinds={"python", "scipy"},
            owners=["team:data-platform"],
            description=description,
        )
        for table, description in IDENTITIES.items()
    ],
    name="resolve_identities",
    can_subset=True,  # whichever is asked for: both are made together
)
def identities(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Connect identifiers seen together, with guard rails, and name each person."""
    keys = platform.keys
    with platform.warehouse.connect("identity resolution", tell=telling(context)) as connection:
        counts = resolution.resolve_identities(connection, salt=keys.salt, contact_key=keys.contact)
        shown = dbt.shown(connection, *(("intermediate", table) for table in IDENTITIES))
    metadata: dict[str, dict[str, Any]] = {
        "int_identifiers_resolved": {
            "customers": counts.customers,
            "shared_devices": counts.shared_devices,
            "contacts_not_used_as_links": counts.guarded_contacts,
        },
        "int_customers_merged": {},
    }
    for table, facts in metadata.items():
        if dg.AssetKey(["intermediate", table]) in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=["intermediate", table],
                metadata={**shown["intermediate", table], **facts},
            )


class ClusterTraining(dg.Config):
    """How the clusters are trained: anew, or the champion moved towards who was active since."""

    how: Literal["full", "update"] = "full"


@dg.asset(
    key=["models", "clusters"],
    deps=[FEATURES],
    kinds={"scikitlearn", "mlflow"},
    group_name="ml",
    owners=OWNERS,
)
def clusters(
    context: dg.AssetExecutionContext,
    config: ClusterTraining,
    platform: dg.ResourceParam[Platform],
) -> dg.MaterializeResult[None]:
    """Group customers who behave alike: six algorithms, sets of features and numbers of groups."""
    settings = platform.settings
    chosen = cluster_settings.load(settings.config / "clusters.yml")
    registry = homes.registry(settings)
    with learnable.connect(platform, "training clusters", telling(context)) as connection:
        features = training.read_features(connection, chosen.numbers, chosen.categories)
        snapshot = examples.snapshot(connection).sha256
    if config.how == "update":
        result = cluster_training.update_clusters(
            features, registry, seed=settings.seed, settings=chosen, snapshot=snapshot
        )
    else:
        result = cluster_training.train_clusters(
            features, registry, seed=settings.seed, settings=chosen, snapshot=snapshot
        )
    if result.version is not None:
        telling(context)(f"clusters: {cluster_report.write(settings.reports, registry)}")
    return trained(result, telling(context))


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["models", name],
            deps=RECOMMENDED_FROM,
            kinds={"implicit", "mlflow"},
            group_name="ml",
            owners=OWNERS,
            description=DESCRIPTIONS[name],
        )
        for name in RECOMMENDERS
    ],
    name="learn_recommenders",
    can_subset=True,  # the recommender is trained whichever is asked for: others are its variants
)
def recommenders(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Train the recommender and those of its variants that are asked for."""
    settings, recipe = platform.settings, recommender_inputs.load_recipe()
    with learnable.connect(platform, "training recommenders", telling(context)) as connection:
        inputs = recommender_inputs.read_inputs(connection, recipe)
        snapshot = examples.snapshot(connection).sha256
    if inputs is None:
        telling(context)("nothing to train on: no behaviour event is loaded")
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata={"outcome": "skipped"})
        return
    wanted = {key.path[-1] for key in context.selected_asset_keys}
    for result in recommender_training.train_recommenders(
        inputs,
        homes.registry(settings),
        seed=settings.seed,
        recipe=recipe,
        threads=settings.threads,
        snapshot=snapshot,
        variants=[name for name in recommender_variants.VARIANTS if name in wanted],
    ):
        told = trained(result, telling(context))
        if result.name in wanted:
            yield told
    page = recommender_report.write(settings.reports, homes.registry(settings))
    telling(context)(f"recommenders: {page}")


@dg.asset(
    key=["ml", "customer_clusters"],
    deps=[FEATURES, dg.AssetKey(["models", "clusters"])],
    kinds={"python", "scikitlearn"},
    group_name="ml",
    owners=OWNERS,
)
def customer_clusters(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Find the cluster of each customer, by the champion model; one row per customer."""
    registry = homes.registry(platform.settings)
    with learnable.connect(platform, "scoring clusters", telling(context)) as connection:
        features = training.read_features(connection, *cluster_scoring.features_needed(registry))
        scored = cluster_scoring.score_clusters(features, registry)
        scoring.write(connection, scored)
        shown = dbt.shown(connection, ("ml", "customer_clusters"))
    version = "none: no champion yet" if scored.version is None else scored.version.label
    return dg.MaterializeResult(
        metadata={**shown["ml", "customer_clusters"], "model_version": version}
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["ml", table],
            deps=[FEATURES, CLUSTERS, *RECOMMENDED_FROM, dg.AssetKey(["models", "recommender"])],
            group_name="ml",
            kinds={"python", "implicit"},
            owners=OWNERS,
            description=description,
        )
        for table, description in RECOMMENDED.items()
    ],
    name="recommend",
    can_subset=True,  # whichever is asked for: all are made together
)
def recommendations(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Recommend by the champion, unless nothing changed since the last time."""
    tell = telling(context)
    with learnable.connect(platform, "recommending", tell) as connection:
        version = recommender_scoring.recommend(
            connection,
            homes.registry(platform.settings),
            tell=tell,
            threads=platform.settings.threads,
        )
        shown = dbt.shown(connection, *(("ml", table) for table in RECOMMENDED))
    for table in RECOMMENDED:
        key = dg.AssetKey(["ml", table])
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={**shown["ml", table], "model_version": version},
            )


def trained(
    result: training.TrainingResult, tell: Callable[[str], None]
) -> dg.MaterializeResult[None]:
    """Show on the page of a model how its training ended."""
    tell(f"{result.name}: {result.outcome}: {result.reason}")
    metadata: dict[str, Any] = {"outcome": result.outcome, "reason": result.reason}
    metadata |= {name: float(value) for name, value in result.metrics.items()}
    if result.version is not None:
        metadata["version"] = result.version.label
    metadata |= {name: pictures.inline(png) for name, png in result.pictures.items()}
    return dg.MaterializeResult(asset_key=["models", result.name], metadata=metadata)
