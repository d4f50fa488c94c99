"""The report on checks: the last results as one HTML page that needs nothing from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.reports import page
from expectations import catalogue, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from expectations.record import LastRun
    from expectations.run import Result

FILE = "checks.html"
WORDS = {"passed": "passed", "failed": "failed", "warned": "warning"}
COLOURS = {"passed": "good", "failed": "bad", "warned": "warn"}


def write(reports: Path) -> Path:
    """Render the recorded results to ``checks.html`` beside them."""
    return page.write(reports / FILE, render(record.last_runs(reports)))


def render(runs: Sequence[LastRun]) -> str:
    """Give the page: what failed first, then every suite in the order of the lineage."""
    order = {suite.relation: place for place, suite in enumerate(catalogue.SUITES)}
    runs = sorted(runs, key=lambda run: (order.get(run.suite, len(order)), run.suite))
    results = [result for run in runs for result in run.results]
    counts = {state: sum(state_of(result) == state for result in results) for state in WORDS}
    return page.render(
        "checks.html",
        runs=runs,
        counts=counts,
        words=WORDS,
        colours=COLOURS,
        state_of=state_of,
        finding=finding,
        troubles=[result for result in results if not result.passed],
    )


def state_of(result: Result) -> str:
    """Say whether a result passed, failed (and blocks) or warned."""
    if result.passed:
        return "passed"
    return "failed" if result.is_blocking else "warned"


def finding(result: Result) -> str:
    """Say in counts what was found."""
    if result.element_count is not None and result.unexpected_count is not None:
        return f"{result.unexpected_count:,} of {result.element_count:,} rows unexpected"
    if result.unexpected_count is not None:
        return f"{result.unexpected_count:,} found"
    if result.observed is not None:
        return f"{result.observed:,.10g} observed"
    return ""
