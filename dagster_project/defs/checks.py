"""Great Expectations suites, and the conservation of landed rows, as asset checks."""

from collections.abc import Iterator, Sequence

import dagster as dg

from dagster_project.ingest import ingestion
from dagster_project.platform import Platform, telling
from dagster_project.reports import checks as report
from expectations import catalogue, record, worker
from expectations import run as checks
from expectations.suite import Suite


def _asset(suite: Suite) -> dg.AssetKey:
    return dg.AssetKey([suite.schema, suite.table])


def _suites_of(schema: str) -> dg.AssetChecksDefinition:
    suites = [suite for suite in catalogue.SUITES if suite.schema == schema]
    specs = [
        dg.AssetCheckSpec(
            expectation.name,
            asset=_asset(suite),
            description=expectation.description,
            blocking=expectation.severity == "critical",
        )
        for suite in suites
        for expectation in suite.expectations
    ]

    @dg.multi_asset_check(name=f"check_{schema}", specs=specs, can_subset=True)
    def check(
        context: dg.AssetCheckExecutionContext, platform: dg.ResourceParam[Platform]
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        chosen = [suite for suite in suites if _asset(suite) in wanted]
        for result in _validated(context, platform, chosen):
            key = dg.AssetCheckKey(dg.AssetKey(result.suite.split(".")), result.expectation)
            if key in context.selected_asset_check_keys:
                yield _check_result(key, result)

    return check


raw_checks = _suites_of("raw")
staging_checks = _suites_of("staging")
ml_checks = _suites_of("ml")


@dg.asset_check(
    asset=["raw", "loaded_files"],
    name="nothing_is_lost",
    blocking=True,
    description="Counted anew from the tables: read = stored + duplicate + rejected, per file.",
)
def nothing_is_lost(
    context: dg.AssetCheckExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.AssetCheckResult:
    """Recount every file's rows in the raw tables."""
    with platform.warehouse.connect("conservation", tell=telling(context)) as connection:
        lost = ingestion.conservation(connection)
    named = ", ".join(f"{x.source}/{x.file}" for x in lost[:5])
    return dg.AssetCheckResult(
        passed=not lost,
        description=f"rows do not add up in {len(lost)} files: {named}" if lost else None,
        metadata={"files": len(lost)},
    )


def _validated(
    context: dg.AssetCheckExecutionContext, platform: Platform, suites: Sequence[Suite]
) -> list[checks.Result]:
    settings = platform.settings
    with platform.warehouse.locked("checks", tell=telling(context)):
        results = worker.started().validate(
            settings.warehouse, suites, history=record.history(settings.reports)
        )
    record.write(settings.reports, results, ran_at=platform.now())
    report.write(settings.reports)
    return results


def _check_result(key: dg.AssetCheckKey, result: checks.Result) -> dg.AssetCheckResult:
    finding = report.finding(result)
    counts = {
        "observed": result.observed,
        "unexpected": result.unexpected_count,
        "elements": result.element_count,
    }
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.passed,
        severity=(
            dg.AssetCheckSeverity.ERROR if result.is_blocking else dg.AssetCheckSeverity.WARN
        ),
        description=f"{result.description} {finding}".strip(),
        metadata={name: value for name, value in counts.items() if value is not None},
    )
