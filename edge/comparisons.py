"""What the parts of a composed condition come to for one customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from edge.statements import fill, identifier, statement
from edge.thresholds import Comparison, Rule


@dataclass(frozen=True, slots=True)
class Part:
    """One part; ``threshold`` is the other side as it is for this customer, such as ``<= 1.5``.

    ``distance`` is how far the value is from holding; None where it is no comparison of numbers.
    """

    text: str
    holds: bool | None
    value: Any = None
    threshold: str | None = None
    distance: float | None = None


def evaluated(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    customer_id: str,
    parts: Sequence[Comparison],
) -> tuple[Part, ...]:
    """Evaluate parts over a customer's row of a view; none if it lacks a column they speak of."""
    if all(part.sign is None for part in parts) and len(parts) < 2:
        return ()  # nothing that the condition itself does not say
    wanted = [text for part in parts for text in (part.text, part.left, part.right)]
    expressions = ", ".join(f"({text})" if text else "null" for text in wanted)
    values = {"view": identifier(view), "expressions": expressions}
    text = fill(statement("edge", "condition_parts"), values)
    try:
        row = connection.execute(text, {"customer_id": customer_id}).fetchone()
    except duckdb.BinderException:
        return ()  # the file compares what it does not select
    if row is None:
        return ()
    triples = zip(parts, row[0::3], row[1::3], row[2::3], strict=True)
    return tuple(_part(part, holds, left, right) for part, holds, left, right in triples)


def _part(comparison: Comparison, holds: bool | None, left: Any, right: Any) -> Part:  # noqa: ANN401 - whatever the columns hold
    if comparison.sign is None:
        return Part(comparison.text, holds)
    rule = Rule(comparison.text, (), comparison.sign, right)
    return Part(comparison.text, holds, left, rule.compared, rule.distance(left))
