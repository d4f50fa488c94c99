"""What Python computes: identities, models and their scores."""

import dagster as dg

from dagster_project import homes, identity, scoring, training
from dagster_project.platform import Platform

LINKS = dg.AssetKey(["intermediate", "int_identifiers_linked"])
FEATURES = dg.AssetKey(["features", "ftr_customers"])
INTERACTIONS = dg.AssetKey(["features", "ftr_interactions"])


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["intermediate", "int_identifiers_resolved"],
            deps=[LINKS],
            group_name="intermediate",
            kinds={"python", "scipy"},
            owners=["team:data-platform"],
            description="The customer behind each identifier; one row per identifier.",
        ),
        dg.AssetSpec(
            ["intermediate", "int_customers_merged"],
            deps=[LINKS],
            group_name="intermediate",
            kinds={"python", "scipy"},
            owners=["team:data-platform"],
            description="Customers found to be one person; one row per merge.",
        ),
    ],
    name="resolve_identities",
)
def identities(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
):
    """Connect identifiers seen together, with guard rails, and name each person."""
    keys = platform.keys
    with platform.warehouse.connect("identity resolution", tell=context.log.info) as connection:
        counts = identity.resolve_identities(
            connection, salt=keys.salt, contact_key=keys.contact
        )
    yield dg.MaterializeResult(
        asset_key=["intermediate", "int_identifiers_resolved"],
        metadata={
            "dagster/row_count": counts.identifiers,
            "customers": counts.customers,
            "not_used_as_links": counts.guarded,
        },
    )
    yield dg.MaterializeResult(
        asset_key=["intermediate", "int_customers_merged"],
        metadata={"dagster/row_count": counts.merges},
    )
