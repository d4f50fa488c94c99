"""Consents as they stood when customers entered, by the same SQL and the same gate as live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.statements import statement
from edge.consent import gate, past

if TYPE_CHECKING:
    from dagster_project.scratch.evaluation import Scratch
    from edge.consent.purposes import Purposes

PACKAGE = "dagster_project.backtests"
ANSWERS = ("model.tessera.fct_consents", "model.tessera.dim_visitors")
STATUS = "model.tessera.dim_consent_status"


def permit(scratch: Scratch, purposes: Purposes, purpose: str | None) -> None:
    """Make ``analysis.permitted``: the entries whose customers allowed the purpose at that time.

    Without a purpose nobody is asked.
    """
    connection = scratch.connection
    scratch.begin([scratch.live_as_of], of_others=ANSWERS)
    scratch.drop(("marts", "dim_customers"))  # the gate will see those who entered instead
    connection.execute(statement(PACKAGE, "entries"))
    past.answers_at(connection, entries="analysis.entries", source="live")
    if purpose is None:
        connection.execute(statement(PACKAGE, "unasked_entries"))
        return
    scratch.made |= {scratch.project.models[name].relation for name in ANSWERS}
    scratch.lay([scratch.project.models[STATUS]], roots=ANSWERS)
    gate.install(connection, purposes, landing=None)  # as of then, not as of now
    connection.execute(statement(PACKAGE, "permitted_entries"), {"purpose": purpose})
