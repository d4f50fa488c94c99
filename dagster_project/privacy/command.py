"""The commands ``tessera erase`` and ``tessera access``."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption
from dagster_project.platform import parse_moment

CustomerArgument = Annotated[
    str | None, typer.Argument(help="A customer_id; one that was merged away will do.")
]
EmailOption = Annotated[str | None, typer.Option(help="An e-mail address instead.")]
AskedOption = Annotated[
    str | None,
    typer.Option(help="When the person asked (ISO 8601, UTC); now if not given."),
]


def erase(
    customer: CustomerArgument = None,
    email: EmailOption = None,
    requested_at: AskedOption = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only go on with what was interrupted or waits.")
    ] = False,
    form: FormatOption = Format.json,
) -> None:
    """Erase one person from all that is held and sent."""
    from dagster_project.privacy import erasure
    from dagster_project.privacy.progress import in_short

    settings = environment.load()
    if resume:
        receipts = erasure.resume(settings, _say)
        if not receipts:
            _say("no erasure is under way")
    else:
        receipts = [
            erasure.erase(
                settings, _say, customer=customer, email=email, requested_at=_moment(requested_at)
            )
        ]
    for receipt in receipts:
        if form == Format.json:
            output.print_json(receipt)
        else:
            output.print_facts(in_short(settings.home, receipt))
        if receipt["pending"]:
            names = ", ".join(receipt["pending"])
            _say(f"waits for {names}: goes on with tessera erase --resume, or with any later run")
    if any(receipt["state"] == "incomplete" for receipt in receipts):
        raise typer.Exit(1)


def access(
    out: Annotated[Path, typer.Option(help="Folder to write; must be new or empty.")],
    customer: CustomerArgument = None,
    email: EmailOption = None,
    requested_at: AskedOption = None,
    form: FormatOption = Format.json,
) -> None:
    """Write all that is held on one person: JSON, CSV and a page."""
    from dagster_project.privacy import access as accesses

    settings = environment.load()
    receipt = accesses.access(
        settings, _say, customer=customer, email=email, out=out, requested_at=_moment(requested_at)
    )
    if form == Format.json:
        output.print_json(receipt)
    else:
        output.print_rows(("what is held", "rows"), list(receipt["rows"].items()), form)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_moment(text)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
