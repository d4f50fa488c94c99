"""Why someone is in a segment or not: each condition, what it looks at, whether it holds."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from edge import comparisons, evidence, flags, thresholds, wishes
from edge.comparisons import Part
from edge.evidence import Evidence, Identifier, Merge
from edge.flags import Flag
from edge.published import attach, open_newest
from edge.statements import fill, identifier, statement
from edge.thresholds import Rule

KEYS = ("customer_id", "as_of", "is_member")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; ``value`` is what it looks at, several by name, or the answer itself.

    ``threshold`` is what the value is compared with, such as ``<= 20``; ``distance`` how far it is
    from holding, in the value's unit (0 where it holds); both None where it is no such comparison.
    ``needed`` then says what is missing, such as ``is no, must be yes``. ``parts`` are what it is
    made of if that is several, or what a yes or no is computed from. ``events`` are behind the
    value.
    """

    name: str
    value: Any
    holds: bool
    rule: str | None = None
    threshold: str | None = None
    distance: float | None = None
    needed: str | None = None
    events: Evidence | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One customer against one segment, at one moment."""

    customer_id: str
    segment: str
    as_of: datetime
    is_member: bool
    conditions: tuple[Condition, ...]
    values: Mapping[str, Any]
    reads: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    merges: tuple[Merge, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation with plain names, for JSON."""
        return asdict(self)


def explain(
    published: Path, customer_id: str, segment: str, *, with_evidence: bool = False
) -> Explanation:
    """Read the newest generation's conditions of a segment for one customer.

    ``with_evidence`` adds the events behind each condition, the identifiers and the merges.

    Raises LookupError, with near names, if there is no such segment or customer.
    """
    with open_newest(published) as (generation, connection):
        if with_evidence and os.access(generation.contacts, os.R_OK):
            attach(connection, generation.contacts, "contacts")
        return explain_with(connection, customer_id, segment, with_evidence=with_evidence)


def explain_with(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    segment: str,
    *,
    with_evidence: bool = False,
) -> Explanation:
    """Explain on an open connection to a generation; identifiers in words if it has contacts."""
    name = segment.removeprefix("seg_")
    segments = [row[0] for row in connection.execute(_sql("condition_views")).fetchall()]
    if name not in segments:
        near = difflib.get_close_matches(name, segments, n=3, cutoff=0.4) or segments
        raise LookupError(f"no segment {segment!r}; there is {', '.join(near) or 'none at all'}")
    view = f"seg_{name}"
    values = {"view": identifier(view)}
    found = connection.execute(fill(_sql("conditions"), values), {"customer_id": customer_id})
    columns, types = zip(
        *((column[0], str(column[1])) for column in found.description), strict=True
    )
    rows = found.fetchall()
    if rows:
        row = dict(zip(columns, rows[-1], strict=True))
    else:
        row = {**dict.fromkeys(columns), **_unevaluated(connection, customer_id, name)}
    text = connection.execute(_sql("condition_text"), {"view": view}).fetchone()
    rules = thresholds.rules_of_view(connection, text[0]) if text else {}
    names = [c for c, t in zip(columns, types, strict=True) if t == "BOOLEAN" and c not in KEYS]
    others = {c: row[c] for c in columns if c not in KEYS and c not in names}
    selected = {**others, **_renamed(rules, others)}
    conditions = [_condition(name, row, others, selected, rules.get(name)) for name in names]
    reads = _reads(view, text[0]) if text else ()
    if rows:
        known_flags = flags.among(connection, reads)
        conditions = [
            _with_parts(connection, view, customer_id, c, rules.get(c.name), known_flags)
            for c in conditions
        ]
    known: tuple[Identifier, ...] = ()
    merges: tuple[Merge, ...] = ()
    if with_evidence:
        conditions = [
            replace(c, events=_events(connection, customer_id, rules.get(c.name), row, reads))
            for c in conditions
        ]
        known = evidence.identifiers(connection, customer_id)
        merges = evidence.merges(connection, customer_id)
    return Explanation(
        customer_id=customer_id,
        segment=name,
        as_of=row["as_of"],
        is_member=bool(row["is_member"]),
        conditions=tuple(conditions),
        values=others,
        reads=reads,
        identifiers=known,
        merges=merges,
    )


def _unevaluated(
    connection: duckdb.DuckDBPyConnection, customer_id: str, segment: str
) -> dict[str, Any]:
    """Return the keys of a customer on whom a segment has no row: nothing it looks at is known.

    A trigger looks at customers with recent events only. Raises LookupError for nobody's id.
    """
    given = {"customer_id": customer_id}
    moment = connection.execute(_sql("evaluated_at"), given).fetchone()
    if moment is None:
        ((became,),) = connection.execute(_sql("customer_became"), given).fetchall()
        if became is not None:
            raise LookupError(f"no customer {customer_id!r}: merged into {became}")
        values = {"view": identifier(f"seg_{segment}")}
        near = connection.execute(fill(_sql("near_customers"), values), given).fetchall()
        listed = ", ".join(row[0] for row in near) or "none at all"
        raise LookupError(f"no customer {customer_id!r}; the nearest of those there are: {listed}")
    return {"customer_id": customer_id, "as_of": moment[0], "is_member": False}


def _renamed(rules: Mapping[str, Rule], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a file selects under another name, by the name that rules use."""
    found: dict[str, Any] = {}
    for name in values:
        rule = rules.get(name)
        if rule is not None and len(rule.columns) == 1 and rule.is_column:
            found[rule.columns[0]] = values[name]
    return found


def _condition(
    name: str,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    selected: Mapping[str, Any],
    rule: Rule | None,
) -> Condition:
    """Say what one condition comes to; nothing is compared that the file does not select."""
    holds = row[name] is True
    behind = rule.columns if rule else ()
    value = _value(name, row, values, selected, behind)
    if rule is None or rule.sign is None or behind[0] in selected:
        return Condition(
            name=name,
            value=value,
            holds=holds,
            rule=rule.text if rule else None,
            threshold=rule.compared if rule else None,
            distance=rule.distance(value) if rule else None,
            needed=comparisons.needed(holds, rule, value) if rule else None,
        )
    needed = None if holds else wishes.shortfall_of_unknown(rule.text)
    return Condition(name=name, value=value, holds=holds, rule=rule.text, needed=needed)


def _with_parts(
    connection: duckdb.DuckDBPyConnection,
    view: str,
    customer_id: str,
    condition: Condition,
    rule: Rule | None,
    known_flags: tuple[Flag, ...],
) -> Condition:
    """Say what the parts of a composed condition come to; one column against another is whole."""
    if rule is None:
        return condition
    found = comparisons.evaluated(connection, f"conditions.{view}", customer_id, rule.parts)
    behind = tuple(flags.traced(connection, customer_id, known_flags, rule.columns))
    if not rule.parts or len(rule.parts) > 1:
        return replace(condition, parts=(*found, *behind))
    only = rule.parts[0]
    if not found and only.wanted is not None:  # the file looks at what it does not select
        needed = None if condition.holds else wishes.shortfall_of_unknown(only.wanted)
        return replace(condition, needed=needed, parts=behind)
    if found and (only.sign is None or only.left in rule.columns):
        part = found[0]
        condition = replace(
            condition, threshold=part.threshold, distance=part.distance, needed=part.needed
        )
        found = ()
    return replace(condition, parts=(*found, *behind))


def _events(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    rule: Rule | None,
    row: Mapping[str, Any],
    reads: tuple[str, ...],
) -> Evidence:
    columns = () if rule is None else rule.columns
    return evidence.events(connection, customer_id, columns, row, reads=reads)


def _reads(view: str, text: str) -> tuple[str, ...]:
    """Return the relations that a view of conditions reads."""
    found = re.findall(r'"?(\w+)"?\."?(\w+)"?\."?(\w+)"?', text)
    names = (f"{schema}.{table}" for catalog, schema, table in found if catalog == "warehouse")
    return tuple(dict.fromkeys(name for name in names if name != f"conditions.{view}"))


def _value(
    condition: str,
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    selected: Mapping[str, Any],
    behind: tuple[str, ...],
) -> Any:  # noqa: ANN401 - whatever type the column has
    """Return what a condition looks at: by the view's own text, else by its words."""
    columns = [column for column in behind if column in selected]
    if columns:
        values = selected
    else:
        words = _words(condition)
        common = {column: len(words & _words(column)) for column in values}
        best = max(common.values(), default=0)
        columns = [column for column, shared in common.items() if shared == best > 0]
        if len(columns) > 1:
            columns = []
    if len(columns) == 1:
        return values[columns[0]]
    return {column: values[column] for column in columns} or row[condition]


def _words(name: str) -> set[str]:
    small = {"is", "has", "in", "of", "the", "it", "for", "than", "more", "less", "a", "at", "to"}
    return {word.rstrip("s") for word in re.split(r"[_\d]+", name)} - small - {""}


def _sql(name: str) -> str:
    return statement("edge", name)
