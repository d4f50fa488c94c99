"""Privacy on a schedule: the audit of data flows, and ending use by age."""

import json

import dagster as dg

from dagster_project import dbt_project
from dagster_project.defs.publish import PUBLISHED
from dagster_project.ingest import ingestion
from dagster_project.platform import Platform, telling
from dagster_project.privacy import ageing, audit, retention
from edge.activation import targets as configured
from edge.consent import purposes as consented

AUDIT = dg.AssetKey(["reports", "privacy"])
RETENTION = dg.AssetKey(["targets", "retention"])
OWNERS = ["team:data-platform"]


@dg.asset(key=AUDIT, deps=[PUBLISHED], group_name="reports", kinds={"html"}, owners=OWNERS)
def privacy_report(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Show which columns hold personal data, where they go and what changed: privacy.html."""
    settings = platform.settings
    purposes = consented.load(settings.config / "purposes.yml")
    manifest = json.loads(dbt_project.manifest(settings).read_text(encoding="utf-8"))
    with platform.warehouse.connect("privacy audit", tell=telling(context)) as connection:
        found = audit.read(
            connection,
            manifest,
            targets=configured.load(settings.config / "targets.yml", purposes),
            purposes=purposes,
            landing=settings.landing,
            reports=settings.reports,
            at=platform.now(),
        )
    path = audit.write(settings.reports, found)
    news = "the first audit" if found.changes is None else f"{len(found.changes)} changes"
    telling(context)(f"privacy: {news}: {path}")
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(path),
            "columns": len(found.columns),
            "changes": len(found.changes or ()),
        }
    )


@dg.asset(key=RETENTION, deps=[PUBLISHED], group_name="targets", kinds={"duckdb"}, owners=OWNERS)
def ended_by_age(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """End what refreshes do not: contacts of older generations, old refused lines, old people."""
    purposes = consented.load(platform.settings.config / "purposes.yml")
    aged = ageing.Aged()
    if purposes.deleted_after_days is not None:
        aged = ageing.delete(platform, purposes.deleted_after_days, telling(context))
    with platform.warehouse.connect("retention", tell=telling(context)) as connection:
        ingestion.create_tables(connection)
        ended = retention.enforce(connection, platform.settings.published, purposes, platform.now())
    return dg.MaterializeResult(
        metadata={
            "contact_files": ended.contact_files,
            "payloads": ended.payloads,
            "people": aged.people,
            "rows": aged.rows,
            "landing_files": aged.files,
        }
    )
