"""``tessera sync``: bring targets to the newest published segments, without the warehouse."""

import sys
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

if TYPE_CHECKING:
    from edge.activation.plan import Plan
    from edge.activation.sync import Report

COLUMNS = (
    *("target", "segment", "status", "members", "added", "updated", "removed"),
    *("held_back", "failed", "rejected", "reason"),
)
PLANNED = ("segment", "status", "members", "added", "updated", "removed", "refused", "held_back")


def sync(
    target: Annotated[
        str | None, typer.Argument(help="A target of config/targets.yml; none: all of them.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Show the plan and send nothing.")] = False,
    full: Annotated[bool, typer.Option(help="Send everything wanted again.")] = False,
    confirm: Annotated[
        bool, typer.Option(help="Send although the guard asks for a person.")
    ] = False,
    retry_rejected: Annotated[
        bool, typer.Option(help="Send again what the target rejected for good.")
    ] = False,
    enable: Annotated[
        bool, typer.Option(help="Try a target again that takes nothing any more.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """Send what changed since each target's last acknowledgement."""
    from dagster_project import syncing
    from dagster_project.platform import Platform
    from edge.activation.sync import Asked, Report

    settings = environment.load()
    targets, purposes = syncing.configured(settings)
    if target is not None and target not in targets.targets:
        raise ValueError(f"no target {target!r}; there are {', '.join(sorted(targets.targets))}")
    prepared = syncing.prepared(
        Platform(settings),
        purposes,
        run_id=str(uuid.uuid4()),
        asked=Asked(
            is_dry=dry_run,
            is_full=full,
            is_confirmed=confirm,
            is_retrying_rejected=retry_rejected,
            is_enabling=enable,
        ),
        tell=_say,
        progress=_progress(),
        show_plan=_show_plan if form == Format.table else _tell_plan,
    )
    variables = environment.variables()
    reports: list[Report] = []
    for name, config in targets.targets.items():
        reason = syncing.left_out(config, variables)
        if target not in (None, name):
            continue
        if reason is not None:
            _say(f"{name}: {reason}")
            continue
        try:
            reports.append(prepared.target(name, config))
        except (ValueError, RuntimeError, OSError) as error:  # the others go on; we end with 1
            reports.append(Report(name, (), stopped=" ".join(str(error).split())))
    _tell_problems(reports, is_dry=dry_run)
    if not (dry_run and form == Format.table):  # the plan was it
        _show(reports, form)
    if not all(report.stopped is None if dry_run else report.succeeded for report in reports):
        raise typer.Exit(1)


def _tell_plan(planned: "Plan") -> None:
    _say(f"{planned.target}: {planned.changes} rows to send")
    if planned.refusal is not None:
        _say(f"{planned.target}: {planned.refusal}")


def _show_plan(planned: "Plan") -> None:
    """Print what is about to be sent; contact data shows no more than its first letter."""
    _tell_plan(planned)
    rows = [
        tuple(getattr(x, column) for column in PLANNED)
        for x in planned.segments
        if x.added + x.updated + x.removed + x.refused > 0
    ]
    if rows:
        output.print_rows(PLANNED, rows, Format.table)
    if planned.samples:
        columns = ("operation", "segment", "customer_id", "reason", "fields")
        samples = [
            (x.operation, x.segment, x.customer_id, x.reason, _written(x.fields))
            for x in planned.samples
        ]
        output.print_rows(columns, samples, Format.table)


def _written(fields: dict[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in fields.items() if value is not None)


def _tell_problems(reports: "list[Report]", *, is_dry: bool) -> None:
    for report in reports:
        if report.stopped is not None:
            _say(f"failed: {report.target}: {report.stopped}")
        if report.refused is not None and not is_dry:  # the plan told it
            _say(f"refused: {report.target}: {report.refused}; --confirm sends it")


def _show(reports: "list[Report]", form: Format) -> None:
    rows = [
        tuple(getattr(result, column) for column in COLUMNS)
        for report in reports
        for result in report.results
    ]
    if form == Format.table:
        output.print_rows(COLUMNS, rows, form)
        for report in reports:
            _say(
                f"{report.target}: holds {report.held} of {report.wanted} rows wanted; "
                f"{report.requests} requests, {report.seconds:.1f} s"
            )
        return
    output.print_json(
        [
            {
                "target": report.target,
                "succeeded": report.succeeded,
                "stopped": report.stopped,
                "refused": report.refused,
                "wanted": report.wanted,
                "held": report.held,
                "requests": report.requests,
                "seconds": round(report.seconds, 3),
                "segments": [
                    {column: getattr(result, column) for column in COLUMNS[1:]}
                    for result in report.results
                ],
            }
            for report in reports
        ]
    )


def _progress() -> Callable[[int, int], None]:
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(total, 1)
        if done == total or tenth != told:
            _say(f"  {done} of {total} rows")
        told = tenth

    return progress


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
