"""How a target is doing: what its checks say after each sync."""

from collections.abc import Mapping
from datetime import datetime

from edge.activation.limits import Limits
from edge.activation.sync import Report

CHECKS: Mapping[str, str] = {
    "few_failed_rows": "Of a sync's rows no more failed or were rejected than max_failed_share.",
    "holds_what_is_wanted": "The rows acknowledged differ from those wanted by max_deviation_share "
    "at most.",
    "not_stalled": "A sync went through within stalled_hours.",
}


def problems(
    report: Report, limits: Limits, *, last_success: datetime | None, now: datetime
) -> dict[str, str]:
    """Return what is wrong, by check; nothing for what holds."""
    found = {}
    bad = sum(x.failed + x.rejected for x in report.results)
    tried = bad + sum(x.added + x.updated + x.removed for x in report.results)
    if bad > limits.max_failed_share * tried:
        found["few_failed_rows"] = (
            f"{bad} of {tried} rows failed or were rejected ({bad / tried:.0%}); "
            f"max_failed_share is {limits.max_failed_share:.0%}"
        )
    away = abs(report.held - report.wanted)
    if away > limits.max_deviation_share * max(report.wanted, 1):
        found["holds_what_is_wanted"] = (
            f"{report.held} rows acknowledged, {report.wanted} wanted; "
            f"max_deviation_share is {limits.max_deviation_share:.0%}"
        )
    if (report.stopped is not None or report.refused is not None) and last_success is not None:
        hours = (now - last_success).total_seconds() / 3600
        if hours > limits.stalled_hours:
            found["not_stalled"] = f"no sync went through for {hours:.0f} hours"
    return found
