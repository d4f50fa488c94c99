"""What a condition compares with, by the text of its view, and how far a value is from it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from edge import selects, wishes
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
OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One part of an expression that is true or false, in SQL over the columns of its view.

    ``sign`` is None where it compares no two things: a column of yes and no, a LIKE. ``wanted``
    then says what ``left`` has to be, such as ``one of Bern, Basel``.
    """

    text: str
    left: str | None = None
    sign: str | None = None
    right: str | None = None
    wanted: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The expression of a condition: its text, its columns, and what one of them is compared with.

    ``sign`` and ``threshold`` are None where it is not one column against one value; ``parts`` are
    then what it is made of. ``is_column``: it is a column as it stands, maybe of another name.
    """

    text: str
    columns: tuple[str, ...]
    sign: str | None = None
    threshold: Any = None
    parts: tuple[Comparison, ...] = ()
    is_column: bool = False

    @property
    def compared(self) -> str | None:
        """The comparison in words of SQL, such as ``<= 20``."""
        return None if self.sign is None else f"{self.sign} {wishes.said(self.threshold)}"

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


def rules_of_view(connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, Rule]:
    """Return the rule behind each named column of a view, by the statement that made it."""
    select = re.split(r"\bAS\b", text, maxsplit=1, flags=re.IGNORECASE)[-1].strip().rstrip(";")
    return rules(connection, select)


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
    is_column = expression.get("class") == "COLUMN_REF"
    parts = tuple(_parts(connection, expression))
    composed = Rule(text, columns, parts=parts, is_column=is_column)
    if sign is None:
        return composed
    left, right = expression["left"], expression["right"]
    if left.get("class") != "COLUMN_REF":
        left, right, sign = right, left, MIRRORED.get(sign, sign)
    if left.get("class") != "COLUMN_REF" or any(selects.columns(right)):
        return composed
    threshold = wishes.constant(right)
    return composed if threshold is None else Rule(text, columns, sign, threshold)


def _parts(
    connection: duckdb.DuckDBPyConnection, expression: Tree, *, negated: bool = False
) -> Iterator[Comparison]:
    """Yield what an expression of yes and no is made of, in the order of its text."""
    inner = _inner(expression)
    if inner:
        negated ^= expression.get("type") == "OPERATOR_NOT"
        for part in inner:
            yield from _parts(connection, part, negated=negated)
        return

    def text(tree: Tree) -> str:
        return selects.expression_text(connection, _unqualified(tree))

    if expression.get("class") == "BETWEEN" and not negated:
        value = text(expression["input"])
        for within, end in ((">=", "lower"), ("<=", "upper")):
            side = text(expression[end])
            yield Comparison(f"{value} {within} {side}", value, within, side)
        return
    sign = SIGNS.get(str(expression.get("type")))
    if sign is None:
        yield _wanted(expression, text, negated=negated)
        return
    left, right = text(expression["left"]), text(expression["right"])
    if negated:
        sign = OPPOSITES[sign]
        yield Comparison(f"{left} {sign} {right}", left, sign, right)
        return
    yield Comparison(text(expression), left, sign, right)


def _wanted(expression: Tree, text: Callable[[Tree], str], *, negated: bool) -> Comparison:
    """Say in words what a part that compares no two things asks for."""
    whole = f"not {text(expression)}" if negated else text(expression)
    asked = wishes.of(expression, negated=negated)
    if asked is not None:
        return Comparison(whole, text(asked.of), wanted=asked.words)
    spoken_of = [tree for tree in selects.nodes(expression) if tree.get("class") == "COLUMN_REF"]
    names = {text(tree) for tree in spoken_of}
    return Comparison(whole, names.pop() if len(names) == 1 else None, wanted=f"such that {whole}")


def _inner(expression: Tree) -> list[Tree]:
    """Return the parts that decide a conjunction, a negation or a CASE; none of anything else."""
    if expression.get("class") == "CONJUNCTION" or expression.get("type") == "OPERATOR_NOT":
        return list(expression["children"])
    if expression.get("class") != "CASE":
        return []
    checks = expression["case_checks"]
    sides = [side for check in checks for side in (check["when_expr"], check["then_expr"])]
    constants = [_is_constant(side) for side in (*sides, expression["else_expr"])]
    both = zip((*sides, expression["else_expr"]), constants, strict=True)
    return [side for side, is_constant in both if not is_constant]


def _is_constant(expression: Tree) -> bool:
    return not any(selects.columns(expression))


def _unqualified(tree: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Return an expression as it reads over the view, where no table has a name."""
    if isinstance(tree, list):
        return [_unqualified(child) for child in tree]
    if not isinstance(tree, dict):
        return tree
    copied = {key: _unqualified(child) for key, child in tree.items()}
    if tree.get("class") == "COLUMN_REF":
        copied["column_names"] = tree["column_names"][-1:]
    return copied


def _number(value: Any) -> float | None:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.timestamp() / 86400
    return None
