"""What stands behind a feature of yes and no: the comparison that it is computed by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from edge import comparisons, thresholds
from edge.comparisons import Part
from edge.published import has_table
from edge.statements import statement


@dataclass(frozen=True, slots=True)
class Flag:
    """A feature of yes and no; ``rule`` is SQL over its relation, ``words`` what it measures."""

    relation: str
    flag: str
    rule: str
    words: str | None


def among(connection: duckdb.DuckDBPyConnection, relations: Sequence[str]) -> tuple[Flag, ...]:
    """Return the flags of some relations whose rule is told; none in a generation of before."""
    if not has_table(connection, "segments", "dim_flags"):
        return ()
    rows = connection.execute(statement("edge", "flags"), {"relations": list(relations)}).fetchall()
    return tuple(Flag(*row) for row in rows)


def traced(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    flags: Sequence[Flag],
    columns: Sequence[str],
) -> Iterator[Part]:
    """Yield what the flags among some columns come to for one customer, by what they rest on."""
    for flag in flags:
        if flag.flag not in columns:
            continue
        (rule,) = thresholds.rules(connection, f"select {flag.rule} as rule").values()
        found = comparisons.evaluated(connection, flag.relation, customer_id, rule.parts)
        for part in found:
            text = f"{flag.words} {part.threshold}" if flag.words else part.text
            yield replace(part, text=text)
