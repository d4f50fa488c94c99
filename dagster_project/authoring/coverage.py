"""Whether the unit tests of a segment show each of its conditions at its boundary."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from edge.thresholds import Rule

Row = Mapping[str, Any]
Test = Mapping[str, Any]


def unit_tests(folder: Path, model: str) -> list[Test]:
    """Return the unit tests of a model from the YAML files of a folder."""
    return [
        test
        for file in sorted(folder.glob("*.yml"))
        for test in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("unit_tests", [])
        if test["model"] == model
    ]


def unflipped(
    tests: Collection[Test], conditions: Collection[str], *, counts_unknown: bool
) -> list[str]:
    """Return the conditions that alone keep nobody out, in any row that the tests expect.

    With ``counts_unknown`` the others may be null in that row, as where two look at one column.
    """
    rows = _expected(tests)
    held = (True, None) if counts_unknown else (True,)
    return [
        name
        for name in conditions
        if not any(
            row.get(name, True) is not True
            and all(row.get(other) in held for other in conditions if other != name)
            for row in rows
        )
    ]


def tied(rules: Mapping[str, Rule], conditions: Collection[str]) -> frozenset[str]:
    """Return the conditions whose columns another one looks at too: they may not fail alone.

    Such as a cart that is not empty, beside one of more than 3 pieces.
    """
    columns = {name: set(rules[name].columns) for name in conditions if name in rules}
    return frozenset(
        name
        for name, own in columns.items()
        if any(own <= others for other, others in columns.items() if other != name)
    )


def has_member(tests: Collection[Test], conditions: Collection[str]) -> bool:
    """Say whether some expected row meets every condition."""
    return any(all(row.get(name) is True for name in conditions) for row in _expected(tests))


def unbounded(
    tests: Collection[Test], rules: Mapping[str, Rule]
) -> Iterator[tuple[str, str, float]]:
    """Yield each condition whose limit no given row has: the condition, the column, the limit.

    A limit of a value that the tests do not give, because the segment computes it, is left out.
    """
    given: dict[str, set[float]] = {}
    for test in tests:
        for source in test["given"]:
            for row in source.get("rows") or []:
                for column, value in row.items():
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        given.setdefault(column, set()).add(float(value))
    for name, rule in rules.items():
        for column, limit in _limits(rule):
            values = given.get(column)
            if values is not None and all(abs(value - limit) > 1e-9 for value in values):
                yield name, column, limit


def _expected(tests: Collection[Test]) -> list[Row]:
    return [row for test in tests for row in test["expect"].get("rows") or []]


def _limits(rule: Rule) -> Iterator[tuple[str, float]]:
    """Yield the columns of a rule that are compared with a number, and that number."""
    if rule.sign is not None and len(rule.columns) == 1:
        if isinstance(rule.threshold, int | float):
            yield rule.columns[0], float(rule.threshold)
        return
    for part in rule.parts:
        if part.left in rule.columns and part.right is not None:
            try:
                yield part.left, float(part.right)
            except ValueError:
                continue  # another column
