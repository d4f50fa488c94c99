"""The tracking plan as a table that staging reads."""

import duckdb

from dagster_project.ingest import batches
from dagster_project.ingest.batches import run
from edge.tracking import TrackingPlan


def write(connection: duckdb.DuckDBPyConnection, plan: TrackingPlan) -> None:
    """Make ``raw.tracking_plan`` say what the configuration says."""
    wanted = sorted(plan.rows())
    if sorted(run(connection, "read_tracking_plan")) == wanted:
        return
    given = {"events": [event for event, _ in wanted], "properties": [name for _, name in wanted]}
    with batches.transaction(connection):
        run(connection, "forget_tracking_plan")
        run(connection, "add_tracking_plan", given)
