"""``tessera backtest``: a segment, or a draft of one, at past moments."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

if TYPE_CHECKING:
    from dagster_project.backtests.backtest import Backtest


def backtest(
    segment: Annotated[str, typer.Argument(help="A segment, or the name of the draft.")],
    first: Annotated[str, typer.Option("--from", help="First moment (ISO 8601, UTC).")],
    last: Annotated[str, typer.Option("--to", help="Last moment (ISO 8601, UTC).")],
    every: Annotated[str, typer.Option(help="Step between moments: 30m, 12h, 1d, 1w.")] = "1d",
    rule: Annotated[
        Path | None, typer.Option(help="A segment's SQL that is not in the project yet.")
    ] = None,
    as_known: Annotated[
        bool, typer.Option("--as-known", help="Only what had arrived by each moment; slower.")
    ] = False,
    cap_days: Annotated[
        int | None,
        typer.Option(
            min=0, help="Days between two messages to a customer; else a trigger's own cap, or 7."
        ),
    ] = None,
    after_days: Annotated[int, typer.Option(min=1, help="Days to watch those who entered.")] = 14,
    purpose: Annotated[
        str | None, typer.Option(help="A purpose, for a draft that names none.")
    ] = None,
    compares: Annotated[
        bool, typer.Option("--overlap/--no-overlap", help="Whether to evaluate the others too.")
    ] = True,
    form: FormatOption = Format.table,
) -> None:
    """Try a segment on history: who came and went, and what followed."""
    from dagster_project import homes, keys
    from dagster_project.backtests import backtest as backtests
    from dagster_project.backtests import moments
    from dagster_project.platform import parse_moment
    from dagster_project.reports import backtest as report
    from edge.consent import purposes

    if rule is not None and not rule.is_file():
        raise LookupError(
            f"no file {rule}: --rule names one like dbt/models/segments/seg_<name>.sql"
        )
    settings = environment.load()
    homes.prepare(settings)
    step = moments.step(every)
    question = backtests.Question(
        segment=segment,
        moments=moments.between(parse_moment(first), parse_moment(last), step),
        every=step,
        rule=rule,
        as_known=as_known,
        cap_days=cap_days,
        after_days=after_days,
        purpose=purpose,
        compares=compares,
    )
    found = backtests.run(
        settings,
        question,
        purposes=purposes.load(settings.config / "purposes.yml"),
        keys=keys.load(settings),
        tell=_say,
    )
    page = report.write(settings.reports, found)
    if form == Format.json:
        output.print_json({**found.as_dict(), "report": str(page)})
        return
    _show(found)
    print(f"took {found.seconds:.1f} s; report {page}; who and when {found.file}")


def _show(found: "Backtest") -> None:
    from dagster_project.publish.small_groups import minimum as least

    columns = ("as_of", "customers", "size", "share", "entered", "left")
    rows = [[row[name] for name in columns] for row in found.sizes]
    output.print_table(columns, rows, title=found.segment)
    output.print_facts(found.messages)
    print()
    output.print_facts(found.behaviour)
    near = ("segment", "size", "common", "jaccard")
    shown = [[row[name] for name in near] for row in found.overlap[:10]]
    if shown:
        output.print_table(near, shown, title="overlap at the last moment")
    told = [*found.sizes, found.messages, *found.overlap[:10]]
    after = found.behaviour
    is_after_hidden = after["matched"] != 0 and after["entered_orders"] is None
    if is_after_hidden or any(value is None for row in told for value in row.values()):
        _say(f"a figure is left out where it would tell of fewer than {least()} people")
    for warning in found.warnings:
        _say(f"warning: {warning}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
