"""What holds for one customer and why, from the newest generation and the ledger."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from edge import published
from edge.consent import decisions, gate
from edge.consent.decisions import Decision
from edge.consent.purposes import Purposes
from edge.statements import statement

PACKAGE = "edge.consent"
SET = "set_since"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a purpose is permitted, and what decided it.

    ``reason`` is that of the answer, ``no_answer`` where the default holds, ``set_since`` for a
    withdrawal that no refresh has seen, ``not_explicit`` or ``retention_ended``.
    """

    purpose: str
    is_permitted: bool
    reason: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the audit log."""

    answered_at: datetime
    purpose: str
    is_granted: bool
    origin: str
    method: str | None
    text_version: str | None
    recorded_by: str | None
    evidence: str | None


def standings(
    folder: Path, landing: Path, customer_id: str, purposes: Purposes
) -> tuple[list[Standing], list[Proof]]:
    """Return what holds for a customer and every answer behind it, oldest first.

    Raises LookupError for a customer that the newest generation does not know.
    """
    with published.open_newest(folder) as (_, connection):
        visitors_of(connection, customer_id)
        gate.install(connection, purposes, landing=landing)
        given = {"customer_id": customer_id}
        rows = connection.execute(statement(PACKAGE, "standings"), given).fetchall()
        proofs = [
            Proof(*row)
            for row in connection.execute(statement(PACKAGE, "proofs"), given).fetchall()
        ]
    seen = {proof.evidence for proof in proofs}
    newer = [
        x
        for x in decisions.recorded(landing)
        if x.customer_id == customer_id and x.decision_id not in seen
    ]
    said = {x.purpose: datetime.fromisoformat(x.decided_at) for x in newer if not x.is_granted}
    holds = [Standing(*row) for row in rows]
    return (
        [replace(x, answered_at=said.get(x.purpose)) if x.reason == SET else x for x in holds],
        [*proofs, *(_proof(x) for x in newer)],
    )


def decide(
    folder: Path,
    landing: Path,
    customer_id: str,
    purpose: str,
    *,
    is_granted: bool,
    method: str,
    recorded_by: str,
    text_version: str | None,
    decided_at: datetime,
    purposes: Purposes,
) -> Decision:
    """Write down what a customer told us; a withdrawal holds from the next sync on.

    Raises ValueError for an unknown purpose and LookupError for an unknown customer.
    """
    if purpose not in purposes.purposes:
        known = ", ".join(sorted(purposes.purposes))
        raise ValueError(f"no purpose {purpose!r} in purposes.yml; there are {known}")
    with published.open_newest(folder) as (_, connection):
        visitors = visitors_of(connection, customer_id)
    decision = Decision(
        customer_id=customer_id,
        visitor_ids=visitors or (customer_id,),
        purpose=purpose,
        is_granted=is_granted,
        method=method,
        recorded_by=recorded_by,
        decided_at=decided_at.isoformat(),
        text_version=text_version,
    )
    decisions.record(landing, decision, decided_at)
    return decision


def visitors_of(connection: duckdb.DuckDBPyConnection, customer_id: str) -> tuple[str, ...]:
    """Return the visitors of a customer; raise LookupError for one that is not published."""
    given = {"customer_id": customer_id}
    rows = connection.execute(statement(PACKAGE, "visitors_of"), given).fetchall()
    if not rows:
        raise LookupError(f"no customer {customer_id} in the newest generation")
    return tuple(visitor for (visitor,) in rows if visitor is not None)


def _proof(decision: Decision) -> Proof:
    return Proof(
        datetime.fromisoformat(decision.decided_at),
        decision.purpose,
        decision.is_granted,
        "command",
        decision.method,
        decision.text_version,
        decision.recorded_by,
        decision.decision_id,
    )
