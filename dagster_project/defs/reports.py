"""Reports for people, made of the newest generation, and what they warn of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.defs.publish import PUBLISHED
from dagster_project.platform import Platform, telling
from dagster_project.publish import small_groups
from dagster_project.settings import PROJECT
from edge import published

if TYPE_CHECKING:
    from dagster_project.reports.facts import Facts

SEGMENTS = dg.AssetKey(["reports", "segments"])
COMPILED = ("compiled", "tessera", "models", "segments")
CHECKS = {
    "segments_reach_their_minimum_size": "Every segment has the members it needs for activation.",
    "segments_are_reviewed_in_time": "No segment is past the date its owner was to look at it.",
    "no_figure_drops_anomalously": "No figure falls further than the segment's history explains.",
}


@dg.asset(
    key=SEGMENTS,
    deps=[PUBLISHED],
    check_specs=[
        dg.AssetCheckSpec(name, asset=SEGMENTS, description=description)
        for name, description in CHECKS.items()
    ],
    group_name="reports",
    kinds={"html"},
    owners=["team:marketing"],
)
def segment_report(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Show marketers how every segment does: ``reports/segments.html``, one page on its own."""
    from dagster_project.reports import facts, segments

    settings = platform.settings
    folders = [settings.dbt_target.joinpath(*COMPILED), PROJECT / "dbt" / "models" / "segments"]
    with published.open_newest(settings.published) as (_, connection):
        found = facts.read(connection, folders)
    path = segments.write(settings.reports, found)
    telling(context)(f"segments: {path}")
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(path),
            "segments": len(found.segments),
            "alerts": len(found.alerts),
            "proposals": len(found.proposals),
        }
    )
    yield from _checked(found)


def _checked(found: "Facts") -> Iterator[dg.AssetCheckResult]:
    health = found.newest.values()
    troubles = {
        "segments_reach_their_minimum_size": [
            f"{row['segment']} has {_size(row['size'])} of {row['min_size']} members and is not "
            "activated"
            for row in health
            if row["is_too_small"]
        ],
        "segments_are_reviewed_in_time": [
            f"{row['segment']} is {-row['days_to_review']} days overdue"
            for row in health
            if (row["days_to_review"] or 0) < 0
        ],
        "no_figure_drops_anomalously": [
            f"{alert.segment}: {alert.kpi} is {alert.value:.4g}, usually {alert.expected:.4g}"
            for alert in found.alerts
        ],
    }
    for name, lines in troubles.items():
        yield dg.AssetCheckResult(
            asset_key=SEGMENTS,
            check_name=name,
            passed=not lines,
            severity=dg.AssetCheckSeverity.WARN,
            description=_listed(lines),
            metadata={"segments": len(lines)},
        )


def _size(size: int | None) -> str:
    return f"fewer than {small_groups.minimum()}" if size is None else str(size)


def _listed(lines: list[str], most: int = 8) -> str | None:
    more = [f"and {len(lines) - most} more"] if len(lines) > most else []
    return "; ".join([*lines[:most], *more]) or None
