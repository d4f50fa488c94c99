"""Why someone is in a segment or not: each condition, what it looks at, whether it holds."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from edge.published import open_newest
from edge.statements import fill, identifier, statement

KEYS = ("customer_id", "as_of", "is_member")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; ``value`` is what it looks at, several by name, or the answer itself."""

    name: str
    value: Any
    holds: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """One customer against one segment, at one moment."""

    customer_id: str
    segment: str
    as_of: datetime
    is_member: bool
    conditions: tuple[Condition, ...]
    values: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation with plain names, for JSON."""
        return asdict(self)


def explain(published: Path, customer_id: str, segment: str) -> Explanation:
    """Read the newest generation's conditions of a segment for one customer.

    Raises LookupError, with near names, if there is no such segment or customer.
    """
    name = segment.removeprefix("seg_")
    with open_newest(published) as (_, connection):
        segments = [row[0] for row in connection.execute(_sql("condition_views")).fetchall()]
        if name not in segments:
            near = difflib.get_close_matches(name, segments, n=3, cutoff=0.4) or segments
            raise LookupError(
                f"no segment {segment!r}; there is {', '.join(near) or 'none at all'}"
            )
        view = f"seg_{name}"
        values = {"view": identifier(view)}
        found = connection.execute(fill(_sql("conditions"), values), {"customer_id": customer_id})
        columns, types = zip(
            *((column[0], str(column[1])) for column in found.description), strict=True
        )
        rows = found.fetchall()
        if not rows:
            given = {"customer_id": customer_id}
            near = connection.execute(fill(_sql("near_customers"), values), given).fetchall()
            listed = ", ".join(row[0] for row in near) or "none at all"
            raise LookupError(
                f"no customer {customer_id!r}; the nearest of those there are: {listed}"
            )
        row = dict(zip(columns, rows[-1], strict=True))
        behind = _columns_behind(connection, view)
    names = [c for c, t in zip(columns, types, strict=True) if t == "BOOLEAN" and c not in KEYS]
    others = {c: row[c] for c in columns if c not in KEYS and c not in names}
    return Explanation(
        customer_id=customer_id,
        segment=name,
        as_of=row["as_of"],
        is_member=bool(row["is_member"]),
        conditions=tuple(
            Condition(c, _value(c, row, others, behind.get(c, ())), row[c] is True) for c in names
        ),
        values=others,
    )


def _value(
    condition: str, row: Mapping[str, Any], values: Mapping[str, Any], behind: tuple[str, ...]
) -> Any:  # noqa: ANN401 - whatever type the column has
    """Return what a condition looks at: by the view's own text, else by its words."""
    columns = [column for column in behind if column in values]
    if not columns:
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


def _columns_behind(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, tuple[str, ...]]:
    """Return the columns in the expression of each named column of a view, from its text."""
    text = connection.execute(_sql("condition_text"), {"view": view}).fetchone()
    if text is None:
        return {}
    select = re.split(r"\bAS\b", text[0], maxsplit=1, flags=re.IGNORECASE)[-1].strip().rstrip(";")
    answer = connection.execute(_sql("parse_select"), {"query": select}).fetchone()
    parsed = json.loads(answer[0]) if answer else {}
    behind: dict[str, tuple[str, ...]] = {}
    for expression in _named(parsed.get("statements", [])):
        columns = tuple(dict.fromkeys(_references(expression)))
        behind.setdefault(expression["alias"], columns)
    return behind


def _named(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        for expression in node.get("select_list") or []:
            if expression.get("alias"):
                yield expression
        for child in node.values():
            yield from _named(child)
    elif isinstance(node, list):
        for child in node:
            yield from _named(child)


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            yield node["column_names"][-1]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none at all"


def _sql(name: str) -> str:
    return statement("edge", name)
