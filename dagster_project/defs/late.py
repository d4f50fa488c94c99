"""What late events change at past moments, before the history of segments is written."""

import dagster as dg

from dagster_project.defs import dbt, ml
from dagster_project.lateness import evaluation
from dagster_project.platform import Platform, telling

TABLE = ("segments", "late_memberships")


@dg.asset(
    key=list(TABLE),
    deps=[ml.FEATURES],  # and not the scores, or dbt would start once more after this
    kinds={"duckdb", "python"},
    group_name="segments",
    owners=["team:analytics"],
)
def late_memberships(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Evaluate past moments again for whom late events concern; one row per membership changed."""
    tell = telling(context)
    late = evaluation.evaluate(platform.settings, tell, days=evaluation.days_back())
    with platform.warehouse.connect("late events", tell) as connection:
        shown = dbt.shown(connection, TABLE)[TABLE]
    return dg.MaterializeResult(
        metadata={
            **shown,
            "customers_times_moments": late.arrivals,
            "moments": late.moments,
            "memberships_changed": late.changes,
        }
    )
