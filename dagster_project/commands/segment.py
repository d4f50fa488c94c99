"""``tessera segment``: begin a new one, and check one before it goes live."""

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

app = typer.Typer(help="Begin a segment, or check one before it goes live.", no_args_is_help=True)
REVIEW_DAYS = 180


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its name, such as weekend_visitors.")],
    owner: Annotated[str, typer.Option(help="Who answers for it, an e-mail address.")] = (
        "crm@example.com"
    ),
    purpose: Annotated[str, typer.Option(help="A purpose of purposes.yml.")] = "personalisation",
    description: Annotated[str, typer.Option(help="What its members have in common.")] = (
        "Visited at least three times in 30 days and bought nothing"
    ),
    form: FormatOption = Format.table,
) -> None:
    """Write a segment that works, to be changed. Its unit test and its place in the list too."""
    from dagster_project.authoring.new import create
    from dagster_project.dbt_project import PROJECT_DIR
    from dagster_project.platform import Platform
    from edge.consent import purposes

    settings = environment.load()
    known = purposes.load(settings.config / "purposes.yml").purposes
    if purpose not in known:
        raise ValueError(f"no purpose {purpose!r} in purposes.yml; there is {', '.join(known)}")
    today = Platform(settings).now().date()
    touched = create(
        PROJECT_DIR / "models" / "segments",
        name,
        description=description,
        owner=owner,
        purpose=purpose,
        review_date=today + timedelta(days=REVIEW_DAYS),
    )
    files = [str(path.relative_to(PROJECT_DIR.parent)) for path in touched]
    if form == Format.json:
        output.print_json({"files": files})
    else:
        print("\n".join(files))
        print(f"now: tessera segment check {name.removeprefix('seg_')}")


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Segments; none: all of them.")] = None,
    form: FormatOption = Format.table,
    strict: Annotated[bool, typer.Option(help="Fail on warnings too: reviews that are due.")] = (
        False
    ),
) -> None:
    """Say what is wrong with segments, their size and their cost. Fails on problems."""
    from dagster_project import homes
    from dagster_project.authoring.check import check as check_segments
    from dagster_project.platform import Platform

    settings = environment.load()
    homes.prepare(settings)
    today = Platform(settings).now().date()
    found = check_segments(settings, names or [], today=today, tell=_say)
    if form == Format.json:
        output.print_json([asdict(one) for one in found])
    else:
        rows = []
        for one in found:
            preview = one.preview
            near = preview.overlap[0] if preview and preview.overlap else None
            rows.append(
                (
                    one.segment,
                    len(one.problems),
                    len(one.warnings),
                    preview and preview.size,
                    preview and preview.share,
                    near and f"{near['segment']} {near['jaccard']:.0%}",
                    preview and preview.seconds,
                    preview and preview.rows,
                )
            )
        columns = (
            "segment",
            "problems",
            "warnings",
            "size",
            "share",
            "most overlap",
            "seconds",
            "rows",
        )
        output.print_table(columns, rows)
    problems = [problem for one in found for problem in one.problems]
    warnings = [warning for one in found for warning in one.warnings]
    for problem in problems:
        _say(str(problem))
    for warning in warnings:
        _say(f"warning: {warning}")
    if problems or (strict and warnings):
        raise typer.Exit(1)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
