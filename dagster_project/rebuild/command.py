"""The command ``tessera rebuild``."""

import sys
from typing import Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

COLUMNS = ("segment", "members", "rebuilt", "same")


def rebuild(
    build: Annotated[str, typer.Argument(help="A build_id of segments.fct_builds, or its start.")],
    form: FormatOption = Format.table,
) -> None:
    """Make a past build again and compare the members of segments."""
    from dagster_project.rebuild import rebuilding

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")

    found = rebuilding.rebuild(environment.load(), build, say)
    for changed in found.changed:
        say(f"not what it was at the time of the build: {changed}")
    say(f"rebuilt as {found.rebuilt_id}")
    rows = [(x.name, x.members, x.rebuilt_members, x.is_same) for x in found.segments]
    output.print_rows(COLUMNS, rows, form)
    if not found.is_same:
        raise typer.Exit(1)
