"""``tessera consent``: what a person agreed to, and writing down what they told us."""

import getpass
from enum import StrEnum
from typing import Annotated

import typer

from dagster_project import output
from dagster_project import settings as environment
from dagster_project.output import Format, FormatOption

app = typer.Typer(help="What a customer's data may be used for, and why.", no_args_is_help=True)
COLUMNS = ("purpose", "permitted", "reason", "answered")
PROOF = ("when", "purpose", "granted", "by", "how", "text", "written down by", "evidence")
Customer = Annotated[str, typer.Argument(help="A customer_id.")]


class Answer(StrEnum):
    """What the person said."""

    granted = "granted"
    withdrawn = "withdrawn"


@app.command()
def show(customer: Customer, form: FormatOption = Format.table) -> None:
    """Show what holds for each purpose and the answers behind it."""
    from dataclasses import asdict

    from edge.consent import purposes, standing

    settings = environment.load()
    known = purposes.load(settings.config / "purposes.yml")
    holds, proofs = standing.standings(settings.published, settings.landing, customer, known)
    if form == Format.json:
        facts = {"customer_id": customer, "purposes": [asdict(x) for x in holds]}
        output.print_json({**facts, "answers": [asdict(proof) for proof in proofs]})
        return
    rows = [(x.purpose, x.is_permitted, x.reason, x.answered_at) for x in holds]
    output.print_table(COLUMNS, rows, title=customer)
    output.print_table(PROOF, [tuple(asdict(x).values()) for x in proofs], title="answers")


@app.command("set")
def set_(
    customer: Customer,
    purpose: Annotated[str, typer.Argument(help="A purpose of purposes.yml.")],
    answer: Annotated[Answer, typer.Argument(help="What the person said.")],
    method: Annotated[str, typer.Option(help="How they told us: telephone, letter, counter.")],
    text_version: Annotated[
        str | None, typer.Option(help="Version of the text they answered to.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who writes it down; by default you.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Write down an answer. A withdrawal holds from the next sync on, a grant from a refresh on."""
    from dagster_project.platform import Platform
    from edge.consent import purposes, standing

    settings = environment.load()
    decision = standing.decide(
        settings.published,
        settings.landing,
        customer,
        purpose,
        is_granted=answer == Answer.granted,
        method=method,
        recorded_by=by or getpass.getuser(),
        text_version=text_version,
        decided_at=Platform(settings).now(),
        purposes=purposes.load(settings.config / "purposes.yml"),
    )
    facts = {
        "customer": customer,
        "purpose": purpose,
        "answer": answer.value,
        "recorded as": decision.decision_id,
    }
    if form == Format.json:
        output.print_json(facts)
    else:
        output.print_facts(facts)
