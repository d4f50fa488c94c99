"""What a condition compares with, by the text of its view, and how far a value is from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from edge import selects
from edge.selects import Tree

SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "!=",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Rule:
    """The expression of a condition: its text, its columns, and what one of them is compared with.

    ``sign`` and ``threshold`` are None where it is not one column against one value.
    """

    text: str
    columns: tuple[str, ...]
    sign: str | None = None
    threshold: Any = None

    @property
    def compared(self) -> str | None:
        """The comparison in words of SQL, such as ``<= 20``."""
        return None if self.sign is None else f"{self.sign} {self.threshold}"

    def distance(self, value: Any) -> float | None:  # noqa: ANN401 - whatever the column holds
        """Return how far a value is from holding, 0 where it holds; None where nothing tells.

        A whole number has to pass a limit that it only reaches: 0 is 1 away from being more than 0.
        """
        numbers = (_number(value), _number(self.threshold))
        if self.sign is None or numbers[0] is None or numbers[1] is None:
            return None
        above = numbers[0] - numbers[1]
        if self.sign == "=":
            return abs(above)
        if self.sign not in MIRRORED:
            return None
        missing = above if self.sign in ("<", "<=") else 0.0 - above
        if self.sign in ("<", ">") and isinstance(value, int) and numbers[1].is_integer():
            missing += 1
        return max(missing, 0.0)


def rules(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Rule]:
    """Return the rule behind each named column of a SELECT, the outermost of each name."""
    try:
        tree = selects.parse(connection, query)
    except ValueError:
        return {}
    found: dict[str, Rule] = {}
    for expression in (*_outermost(tree), *selects.named(tree)):
        name = expression["alias"]
        if name not in found:
            found[name] = _rule(connection, expression)
    return found


def _outermost(tree: Tree) -> list[Tree]:
    """Return the named expressions of the inner query that a segment's file is."""
    source = _first_source(tree)
    while source.get("type") == "SUBQUERY":
        tree = source["subquery"]["node"]
        source = _first_source(tree)
    return [item for item in tree.get("select_list") or [] if item.get("alias")]


def _first_source(tree: Tree) -> Tree:
    """Return what a SELECT reads first; beside a trigger's file stand all customers."""
    source: Tree = tree.get("from_table") or {}
    while source.get("type") == "JOIN":
        source = source["left"]
    return source


def _rule(connection: duckdb.DuckDBPyConnection, expression: Tree) -> Rule:
    columns = tuple(dict.fromkeys(column[-1] for column in selects.columns(expression)))
    text = selects.expression_text(connection, expression)
    sign = SIGNS.get(str(expression.get("type")))
    if sign is None:
        return Rule(text, columns)
    left, right = expression["left"], expression["right"]
    if left.get("class") != "COLUMN_REF":
        left, right, sign = right, left, MIRRORED.get(sign, sign)
    if left.get("class") != "COLUMN_REF" or any(selects.columns(right)):
        return Rule(text, columns)
    threshold = _constant(right)
    return Rule(text, columns) if threshold is None else Rule(text, columns, sign, threshold)


def _constant(node: Tree) -> Any:  # noqa: ANN401 - a number, a text or a moment
    if node.get("class") == "CAST":
        return _constant(node["child"])
    if node.get("class") != "CONSTANT" or node["value"].get("is_null"):
        return None
    value, type_ = node["value"]["value"], node["value"]["type"]
    if type_["id"] == "DECIMAL":
        return float(Decimal(str(value)).scaleb(-int(type_["type_info"]["scale"])))
    return value


def _number(value: Any) -> float | None:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.timestamp() / 86400
    return None
