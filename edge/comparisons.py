"""What the parts of a composed condition come to for one customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from edge import wishes
from edge.statements import fill, identifier, statement
from edge.thresholds import Comparison, Rule


@dataclass(frozen=True, slots=True)
class Part:
    """One part; ``threshold`` is the other side as it is for this customer, such as ``<= 1.5``.

    ``distance`` is how far the value is from holding; where it is no comparison of numbers,
    ``needed`` says what is missing, such as ``is Bern, must be one of Basel, Genf``.
    """

    text: str
    holds: bool | None
    value: Any = None
    threshold: str | None = None
    distance: float | None = None
    needed: str | None = None


def evaluated(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    customer_id: str,
    parts: Sequence[Comparison],
) -> tuple[Part, ...]:
    """Evaluate parts over a customer's row of a relation; none if it lacks a column they speak of.

    A part may rank customers: it is evaluated over all of them.
    """
    wanted = [text for part in parts for text in (part.text, part.left, part.right)]
    expressions = ", ".join(
        f"({text}) as part_{place}" if text else f"null as part_{place}"
        for place, text in enumerate(wanted)
    )
    schema, name = relation.split(".")
    values = {
        "relation": f"{identifier(schema)}.{identifier(name)}",
        "expressions": expressions,
        "parts": ", ".join(f"part_{place}" for place in range(len(wanted))),
    }
    text = fill(statement("edge", "condition_parts"), values)
    try:
        row = connection.execute(text, {"customer_id": customer_id}).fetchone() if parts else None
    except duckdb.BinderException:
        return ()  # the file compares what it does not select
    if row is None:
        return ()
    triples = zip(parts, row[0::3], row[1::3], row[2::3], strict=True)
    return tuple(_part(part, holds, left, right) for part, holds, left, right in triples)


def needed(holds: bool | None, rule: Rule, value: Any) -> str | None:  # noqa: ANN401 - whatever a column holds
    """Say what a comparison lacks that has no distance: words, or a value that is not known.

    Nor has an amount that only reaches what it should pass.
    """
    if holds or rule.sign is None or rule.distance(value):
        return None
    words = {"=": "", "!=": "other than "}.get(rule.sign, f"{rule.sign} ")
    return wishes.shortfall(value, f"{words}{wishes.said(rule.threshold)}")


def _part(comparison: Comparison, holds: bool | None, left: Any, right: Any) -> Part:  # noqa: ANN401 - whatever the columns hold
    if comparison.sign is not None:
        rule = Rule(comparison.text, (), comparison.sign, right)
        lacks = needed(holds, rule, left)
        return Part(comparison.text, holds, left, rule.compared, rule.distance(left), lacks)
    if holds or comparison.wanted is None:
        return Part(comparison.text, holds, left)
    if comparison.left is None:
        return Part(comparison.text, holds, needed=f"must be {comparison.wanted}")
    return Part(comparison.text, holds, left, needed=wishes.shortfall(left, comparison.wanted))
