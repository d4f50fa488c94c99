"""Publishing: people, dashboards and syncs read a generation, never the warehouse."""

from typing import Any

import dagster as dg
import duckdb

from dagster_project import dbt_project, dbt_runs, pictures
from dagster_project.ingest import ingestion
from dagster_project.platform import Platform, telling
from dagster_project.publish import build, generations, small_groups, trigger_rules
from dagster_project.settings import Settings
from dagster_project.statements import statement
from edge import ledger
from edge.activation import targets as configured
from edge.consent import purposes as consented

PUBLISHED = dg.AssetKey(["targets", "published"])
DELIVERED = ["fct_deliveries", "fct_acknowledged", "fct_rejected_rows"]
RECORDED = dg.AssetKey(["targets", "recorded"])
PRIVACY = ("tracking_plan", "purposes")  # what is kept, and for how long: they decide tables too


@dg.asset(
    key=PUBLISHED,
    deps=[
        dg.AssetKey(["segments", "dim_segments"]),
        dg.AssetKey(["segments", "dim_flags"]),
        dg.AssetKey(["segments", "fct_segment_members"]),
        dg.AssetKey(["segments", "fct_segment_history"]),
        dg.AssetKey(["segments", "fct_segment_overlaps"]),
        dg.AssetKey(["segments", "dim_segment_proposals"]),
        dg.AssetKey(["segments", "fct_builds"]),
        dg.AssetKey(["segments", "fct_late_events"]),
        dg.AssetKey(["activation", "fct_deliveries"]),
        dg.AssetKey(["activation", "fct_acknowledged"]),
        dg.AssetKey(["activation", "fct_rejected_rows"]),
        dg.AssetKey(["activation", "fct_triggers"]),
        dg.AssetKey(["ops", "privacy_requests"]),
        dg.AssetKey(["marts", "dim_consent_status"]),
        dg.AssetKey(["ml", "recommendations"]),
        dg.AssetKey(["ml", "segment_recommendations"]),
        dg.AssetKey(["ml", "similar_products"]),
        dg.AssetKey(["ml", "product_associations"]),
        dg.AssetKey(["ml", "customer_scores"]),
    ],
    group_name="targets",
    kinds={"duckdb", "parquet"},
    owners=["team:data-platform"],
)
def published(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Publish a read-only generation of the public tables, as DuckDB and Parquet."""
    with platform.warehouse.connect("publishing", tell=telling(context)) as connection:
        result = publish_now(platform, connection)
        least = {"minimum": small_groups.minimum()}
        rfm = connection.execute(statement("dagster_project", "rfm_cells"), least).df()
        sizes = connection.execute(statement("dagster_project", "segment_sizes"), least).df()
    from ml import pictures as drawn

    return dg.MaterializeResult(
        metadata={
            **_described(result),
            "rfm": pictures.inline(drawn.rfm_heat_map(rfm)),
            "segments": pictures.inline(drawn.size_bars(sizes)),
        }
    )


def publish_what_was_sent(
    platform: Platform, context: dg.AssetExecutionContext
) -> dg.MaterializeResult[None]:
    """Load the ledger that syncs wrote, and publish again if it says something new."""
    with platform.warehouse.connect("recording deliveries", tell=telling(context)) as connection:
        load_ledger(platform, connection)
        ((is_new,),) = connection.execute(
            statement("dagster_project", "has_new_deliveries")
        ).fetchall()
    if is_new:
        with platform.warehouse.locked("recording deliveries", tell=telling(context)):
            manifest = dbt_project.manifest(platform.settings)
            dbt_runs.rebuild(DELIVERED, platform.settings, manifest)
    with platform.warehouse.connect("publishing deliveries", tell=telling(context)) as connection:
        result = publish_now(platform, connection)
    return dg.MaterializeResult(asset_key=RECORDED, metadata=_described(result))


def publish_now(platform: Platform, connection: duckdb.DuckDBPyConnection) -> generations.Published:
    """Publish what the warehouse holds, after the ledger was told of the build."""
    settings = platform.settings
    moment = connection.execute(statement("dagster_project", "evaluated_moment")).fetchone()
    current = build.build_id(
        connection,
        manifest=dbt_project.manifest(settings),
        as_of=None if moment is None else moment[0],
        seed=settings.seed,
        rule_files=[settings.config / f"{name}.yml" for name in ("sources", *PRIVACY)],
    )
    known = connection.execute(
        statement("dagster_project", "is_build_known"), {"build_id": current.build_id}
    ).fetchone()
    if known is None or not known[0]:
        ledger.append(settings.landing, "build", [current.payload], recorded_at=platform.now())
        load_ledger(platform, connection)
    return generations.publish(
        connection,
        published=settings.published,
        build_id=current.build_id,
        now=platform.now(),
        rules=current.rules,
        triggers=trigger_rules.compiled(dbt_project.manifest(settings), settings.dbt_target),
        with_contacts=settings.publish_contacts or _are_contacts_sent(settings),
    )


def _are_contacts_sent(settings: Settings) -> bool:
    """Say whether any target maps contact data: nobody else needs the file."""
    purposes = consented.load(settings.config / "purposes.yml")
    targets = configured.load(settings.config / "targets.yml", purposes).targets
    return any(target.maps_contacts for target in targets.values())


def load_ledger(platform: Platform, connection: duckdb.DuckDBPyConnection) -> None:
    """Load what the ledger says since it was last loaded."""
    ingestion.ingest(
        connection,
        landing=platform.settings.landing,
        sources=platform.sources,
        loaded_at=platform.now(),
        kinds=["ledger"],
    )


def _described(result: generations.Published) -> dict[str, Any]:
    return {
        "generation": result.generation.name,
        "new": result.is_new,
        "rows": sum(result.rows.values()),
        "days_written": result.days_written,
        "days_linked": result.days_linked,
    }
