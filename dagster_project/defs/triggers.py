"""Triggers: who entered one, decided every few minutes without waiting for the warehouse."""

from collections import Counter

import dagster as dg

from dagster_project.defs.publish import PUBLISHED
from dagster_project.platform import AS_OF_TAG, Platform, telling
from dagster_project.triggers import evaluation

FIRINGS = dg.AssetKey(["targets", "trigger_firings"])


@dg.asset(
    key=FIRINGS,
    deps=[PUBLISHED],
    group_name="targets",
    kinds={"duckdb"},
    owners=["team:marketing"],
    description="Firings of triggers, in the ledger: entries since the last evaluation, found in "
    "the newest generation and newer landing files. The next refresh loads them into "
    "activation.fct_triggers.",
)
def trigger_firings(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Evaluate every tick since the last evaluation; the warehouse is not opened."""
    evaluated = evaluation.evaluate(platform, context.run.tags.get(AS_OF_TAG))
    tell = telling(context)
    if evaluated is None:
        tell("no new tick and no new file since the last evaluation")
        return dg.MaterializeResult(metadata={"ticks": 0})
    counts: Counter[str] = Counter(firing.status for firing in evaluated.firings)
    tell(
        f"{evaluated.first:%Y-%m-%d %H:%M} to {evaluated.last:%H:%M}: "
        f"{counts['fired']} fired, {counts['suppressed']} suppressed, {counts['waiting']} waiting"
    )
    return dg.MaterializeResult(
        metadata={
            "first_tick": evaluated.first.isoformat(),
            "last_tick": evaluated.last.isoformat(),
            **{status: counts[status] for status in ("fired", "suppressed", "waiting")},
            "days_opened": evaluated.cost.days,
            "rows_read": evaluated.cost.rows,
        }
    )
