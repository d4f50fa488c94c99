"""Landing files become raw tables; every job starts here."""

import time
from collections.abc import Callable, Iterator

import dagster as dg

from dagster_project.defs import dbt
from dagster_project.identity import resolution
from dagster_project.ingest import ingestion, tracking
from dagster_project.lateness import evaluation as lateness
from dagster_project.models import scoring
from dagster_project.platform import AS_OF_TAG, RESUMED_TAG, Platform, telling
from dagster_project.statements import statement
from edge import landing
from expectations import worker

TABLES = {
    ("raw", "events"): "Accepted events in the Segment spec; one row per message.",
    ("raw", "rejected_events"): "Refused lines with their reason; one row per line.",
    ("raw", "loaded_files"): "What became of each landing file; one row per file.",
    ("raw", "online_retail"): "Order lines of the UCI online retail set; one row per line.",
    ("raw", "customers"): "Customers as a CRM exports them; one row per exported line.",
    ("raw", "weather"): "Weather where a table of it is given; one row per city and day told.",
    ("raw", "sources"): "Kind and identifier namespace of each source; one row per source.",
    ("raw", "tracking_plan"): "The properties kept of each event; one row per event and property.",
    ("ops", "ledger"): "What this platform did and decided, as events; one row per ledger line.",
    ("ops", "moments"): "The moment to evaluate; one row.",
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            list(key),
            description=description,
            group_name=key[0],
            kinds={"duckdb", "sql"},
            owners=["team:data-platform"],
        )
        for key, description in TABLES.items()
    ],
    name="ingest_landing_files",
    can_subset=True,  # whichever is asked for: they are loaded together
)
def raw_tables(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Load every landing file that is not loaded yet, and set the moment to evaluate."""
    settings = platform.settings
    if RESUMED_TAG not in context.run.tags:  # of the web UI, a schedule or a sensor
        from dagster_project.privacy import erasure  # which runs jobs itself

        erasure.resume_beside(settings, telling(context))
    worker.started()  # imports what the checks need beside ingestion
    landing.adopt(settings.landing)
    moment = platform.requested_moment(context.run.tags.get(AS_OF_TAG))
    with platform.warehouse.connect("ingestion", tell=telling(context)) as connection:
        ingestion.create_tables(connection)
        tracking.write(connection, platform.tracking_plan)
        resolution.create_tables(connection)  # dbt reads these from its first run on
        scoring.create_tables(connection)
        lateness.create_tables(connection)
        ingested = ingestion.ingest(
            connection,
            landing=settings.landing,
            sources=platform.sources,
            loaded_at=platform.now(),
            progress=_now_and_then(telling(context)),
            suppression=platform.suppression,
        )
        connection.execute(
            statement("dagster_project", "set_moment"),
            {"as_of": moment, "known_at": platform.now()},
        )
        shown = dbt.shown(connection, *TABLES)
    for key in TABLES:
        metadata = shown[key]
        if key == ("raw", "loaded_files"):
            metadata |= {
                "new_files": len(ingested.outcomes),
                "rows_read": sum(file.rows_read for file in ingested.outcomes),
                "rows_rejected": sum(file.rows_rejected for file in ingested.outcomes),
            }
        if dg.AssetKey(list(key)) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=list(key), metadata=metadata)


def _now_and_then(tell: Callable[[str], None], seconds: float = 5.0) -> Callable[[str], None]:
    """Pass on one line of progress every few seconds; files may come by the thousand."""
    told_at = time.monotonic()

    def progress(line: str) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= seconds:
            told_at = time.monotonic()
            tell(line)

    return progress
