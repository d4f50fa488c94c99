"""Activation: one asset per target in ``config/targets.yml``, fed from the newest generation."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta

import dagster as dg

from dagster_project import alerts, health, syncing
from dagster_project import settings as environment
from dagster_project.defs.publish import PUBLISHED, RECORDED, publish_what_was_sent
from dagster_project.platform import Platform, telling
from edge.activation.sync import Asked, Report
from edge.activation.targets import TargetConfig

_targets, _purposes = syncing.configured(environment.load())

KEYS = [dg.AssetKey(["targets", name]) for name in _targets.targets]
COUNTED = ("added", "updated", "removed", "failed", "rejected", "held_back")
AT_ONCE = 8  # syncs mostly wait, for the network or for a target to recover


def _spec(name: str, config: TargetConfig) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["targets", name],
        deps=[PUBLISHED],
        skippable=True,  # one that fails or is left out must not stop the others
        group_name="targets",
        kinds={config.kind},
        owners=["team:marketing"],
        description=f"Consented members ({config.purpose}) of the segments that name this target; "
        "only differences since what it acknowledged are sent.",
        freshness_policy=None
        if config.enabled_by
        else dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=config.stalled_hours)),
    )


@dg.multi_asset(
    name="sync_targets",
    specs=[
        *(_spec(name, config) for name, config in _targets.targets.items()),
        dg.AssetSpec(
            RECORDED,
            deps=KEYS,
            skippable=True,
            group_name="targets",
            kinds={"duckdb"},
            owners=["team:data-platform"],
            description="A generation that knows what was sent: the ledger of this run's "
            "deliveries, of failed targets too.",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(check, asset=["targets", name], description=description)
        for name in _targets.targets
        for check, description in health.CHECKS.items()
    ],
    can_subset=True,
)
def sync_targets(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Sync the selected targets beside each other, record what was sent, then fail if one did.

    A slow or dead target holds up nobody: each has its own thread, and what the others sent is
    recorded before the step fails.
    """
    chosen = {
        name: config
        for name, config in _targets.targets.items()
        if dg.AssetKey(["targets", name]) in context.selected_asset_keys
    }
    failures: dict[str, str] = {}
    problems: dict[tuple[str, str], str] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        running = _started(threads, context, platform, chosen)
        for future in as_completed(running):
            name = running[future]
            report = _ended(future, name)
            found = health.problems(
                report,
                chosen[name],
                last_success=_last_success(context, dg.AssetKey(["targets", name])),
                now=platform.now(),
            )
            problems |= {(name, check): problem for check, problem in found.items()}
            yield from _told(context, name, report, found)
            if report.stopped is not None or report.refused is not None:
                failures[name] = report.stopped or report.refused or ""
                telling(context)(f"{name}: {failures[name]}")
    if RECORDED in context.selected_asset_keys:
        yield publish_what_was_sent(platform, context)
    for (name, check), problem in sorted(problems.items()):
        alerts.raise_alert(
            platform.settings,
            job=context.run.job_name,
            run_id=context.run.run_id,
            reason=f"{name}: {problem}",
            at=platform.now(),
            kind=f"target.{name}.{check}",
        )
    if failures:
        raise dg.Failure("; ".join(f"{name}: {why}" for name, why in sorted(failures.items())))


def _started(
    threads: ThreadPoolExecutor,
    context: dg.AssetExecutionContext,
    platform: Platform,
    chosen: dict[str, TargetConfig],
) -> dict[Future[Report], str]:
    variables = environment.variables()
    running = {}
    prepared = syncing.prepared(
        platform, _purposes, run_id=context.run.run_id, asked=Asked(), tell=telling(context)
    )
    for name, config in chosen.items():
        reason = syncing.left_out(config, variables)
        if reason is None:
            running[threads.submit(prepared.target, name, config)] = name
        else:
            telling(context)(f"{name}: {reason}")
    return running


def _ended(future: "Future[Report]", name: str) -> Report:
    error = future.exception()
    if error is None:
        return future.result()
    if not isinstance(error, Exception):
        raise error
    return Report(name, (), stopped=f"{type(error).__name__}: {error}")


def _told(
    context: dg.AssetExecutionContext, name: str, report: Report, problems: dict[str, str]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    key = dg.AssetKey(["targets", name])
    for result in report.results:
        if result.status == "not activated":
            telling(context)(f"{name}: {result.segment} not activated: {result.reason}")
    counts = {field: sum(getattr(x, field) for x in report.results) for field in COUNTED}
    telling(context)(f"{name}: " + ", ".join(f"{v} {k}" for k, v in counts.items()))
    if report.stopped is None and report.refused is None:
        rows = [
            dg.TableRecord(
                {
                    "segment": x.segment,
                    "status": x.status,
                    "members": x.members,
                    **{field: getattr(x, field) for field in COUNTED},
                }
            )
            for x in report.results
        ]
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **counts,
                "held": report.held,
                "requests": report.requests,
                "latency_seconds": round(report.seconds, 3),
                **({"segments": dg.MetadataValue.table(rows)} if rows else {}),
            },
        )
    for check in health.CHECKS if report.results else ("not_stalled",):
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=check,
            passed=check not in problems,
            severity=dg.AssetCheckSeverity.WARN,
            description=problems.get(check),
        )


def _last_success(context: dg.AssetExecutionContext, key: dg.AssetKey) -> datetime | None:
    event = context.instance.get_latest_materialization_event(key)
    if event is None:
        return None
    return datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None)
