"""Whose data might be used for what at past moments, by the answers given until then."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from edge.consent import decisions, gate
from edge.consent.purposes import Purposes
from edge.published import Generation, held
from edge.statements import fill, literal, statement

PACKAGE = "edge.consent"
Asked = tuple[str, datetime]  # a customer, at a moment
Answer = tuple[str, str, datetime]  # a customer, for a purpose, at a moment


def answers_at(connection: duckdb.DuckDBPyConnection, *, entries: str, source: str) -> None:
    """Make the marts that consents rest on for entries, each a customer at a moment of its own."""
    text = fill(statement(PACKAGE, "answers_at"), {"entries": entries, "source": source})
    connection.execute(text)


def allowed_at(
    generation: Generation,
    purposes: Purposes,
    asked: Iterable[Asked],
    *,
    status: str,
    refusals: Path,
    landing: Path,
) -> frozenset[Answer]:
    """Return for which purposes the customers' data might be used at their moments.

    ``status`` is the SQL of marts.dim_consent_status: the same rule as live. ``refusals`` have
    landed since the generation and count from when they were received, those that we set from when
    they were decided.
    """
    wanted = sorted(set(asked))
    if not wanted:
        return frozenset()
    with held(generation), duckdb.connect(config={"python_enable_replacements": False}) as open_:
        open_.execute(fill(_sql("past_opening"), {"published": literal(generation.warehouse)}))
        given = {"customers": [x for x, _ in wanted], "moments": [x for _, x in wanted]}
        open_.execute(_sql("past_entries"), given)
        answers_at(open_, entries="warehouse.main.entries", source="published")
        open_.execute(fill(_sql("past_status"), {"sql": status}))
        gate.install(open_, purposes, landing=None)
        open_.execute(fill(_sql("past_refusals"), {"path": literal(refusals)}))
        told = [
            {"evidence": x.decision_id, "customer_id": x.customer_id, "purpose": x.purpose}
            | {"decided_at": x.decided_at}
            for x in decisions.recorded(landing)
            if not x.is_granted
        ]
        open_.execute(_sql("past_decisions"), {"refusals": json.dumps(told)})
        return frozenset(open_.execute(_sql("past_allowed")).fetchall())


def _sql(name: str) -> str:
    return statement(PACKAGE, name)
