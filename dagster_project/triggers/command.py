"""The command ``tessera triggers``."""

import sys
from typing import Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

COLUMNS = ("trigger", "customer_id", "entered_at", "status", "suppressed_by", "fired_at", "events")


def triggers(
    as_of: Annotated[
        str | None, typer.Option(help="The moment to evaluate (ISO 8601, UTC).")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First moment of a replay, which records nothing.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last moment of a replay.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Decide whom triggers fire for, now or on trial in a past span."""
    from dagster_project.platform import Platform, parse_moment
    from dagster_project.triggers import evaluation

    if (start is None) != (end is None) or (start is not None and as_of is not None):
        raise ValueError("give --from and --to to replay a span, or --as-of, or none of them")
    settings = environment.load()
    settings.home.mkdir(parents=True, exist_ok=True)
    platform = Platform(settings)
    evaluated = (
        evaluation.evaluate(platform, as_of)
        if start is None or end is None
        else evaluation.replay(platform, parse_moment(start), parse_moment(end))
    )
    if evaluated is None:
        _say("nothing to evaluate: no tick has passed and no file has landed since the last time")
    else:
        span = f"{evaluated.first:%Y-%m-%d %H:%M} to {evaluated.last:%Y-%m-%d %H:%M} UTC"
        _say(f"evaluated {span}: {len(evaluated.firings)} firings decided, or waiting")
    rows = [
        (
            x.trigger,
            x.customer_id,
            x.entered_at,
            x.status,
            x.suppressed_by,
            x.fired_at,
            len(x.message_ids),
        )
        for x in (() if evaluated is None else evaluated.firings)
    ]
    output.print_rows(COLUMNS, rows, form)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
