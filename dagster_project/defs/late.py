"""What late events change at past moments, before the history of segments is written."""

import dagster as dg

from dagster_project.defs import ml
from dagster_project.lateness import evaluation
from dagster_project.platform import Platform, telling


@dg.asset(
    key=["segments", "late_memberships"],
    deps=[ml.FEATURES],  # and not the scores, or dbt would start once more after this
    kinds={"duckdb", "python"},
    group_name="segments",
    owners=["team:analytics"],
)
def late_memberships(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Evaluate past moments again for whom late events concern; one row per membership changed."""
    late = evaluation.evaluate(platform.settings, telling(context), days=evaluation.days_back())
    return dg.MaterializeResult(
        metadata={
            "customers_times_moments": late.arrivals,
            "moments": late.moments,
            "memberships_changed": late.changes,
        }
    )
