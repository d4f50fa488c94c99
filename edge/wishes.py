"""What an expression that compares no two numbers asks for, in words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from edge.selects import Tree

LIKE = {"~~": "like", "~~*": "like", "!~~": "unlike", "!~~*": "unlike", "like_escape": "like"}
KNOWN = {"OPERATOR_IS_NOT_NULL": "known", "OPERATOR_IS_NULL": "unknown"}
LISTED = {"COMPARE_IN": "one of", "COMPARE_NOT_IN": "none of"}
OTHERWISE = {
    "yes": "no",
    "like": "unlike",
    "unlike": "like",
    "known": "unknown",
    "unknown": "known",
    "one of": "none of",
    "none of": "one of",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the expression ``of`` has to be, such as ``yes``, ``like B%`` or ``one of a, b``."""

    of: Tree
    words: str


def of(expression: Tree, *, negated: bool) -> Wish | None:
    """Return what a column of yes and no, an IN, a LIKE or an IS NULL asks for; None of others."""
    if expression.get("class") == "COLUMN_REF":
        return Wish(expression, _turned("yes", negated=negated))
    type_, children = str(expression.get("type")), expression.get("children") or []
    if type_ == "OPERATOR_COALESCE" and children[0].get("class") == "COLUMN_REF":
        return Wish(children[0], _turned("yes", negated=negated))
    if type_ in KNOWN:
        return Wish(children[0], _turned(KNOWN[type_], negated=negated))
    told = LISTED.get(type_) or LIKE.get(str(expression.get("function_name")))
    if told is None:
        return None
    values = [constant(child) for child in children[1:]]
    if any(value is None for value in values):
        return None
    values = values if type_ in LISTED else values[:1]
    return Wish(children[0], f"{_turned(told, negated=negated)} {', '.join(map(str, values))}")


def constant(node: Tree) -> Any:  # noqa: ANN401 - a number, a text or a moment
    """Return the value that an expression states; None where it has to be computed."""
    if node.get("class") == "CAST":
        return constant(node["child"])
    if node.get("class") != "CONSTANT" or node["value"].get("is_null"):
        return None
    value, type_ = node["value"]["value"], node["value"]["type"]
    if type_["id"] == "DECIMAL":
        return float(Decimal(str(value)).scaleb(-int(type_["type_info"]["scale"])))
    return value


def shortfall(value: Any, wanted: str) -> str:  # noqa: ANN401 - whatever a column holds
    """Return how a value falls short of what is wanted, such as ``is no, must be yes``."""
    return f"is {said(value)}, must be {wanted}"


def shortfall_of_unknown(wanted: str) -> str:
    """Return what is wanted of a value that nobody can see; of yes and no, it is the other one."""
    other = {"yes": "no", "no": "yes"}.get(wanted)
    return f"must be {wanted}" if other is None else shortfall(other, wanted)


def said(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    """Return a value in words."""
    if value is None:
        return "not known"
    if isinstance(value, float):
        return f"{value:.6g}"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _turned(word: str, *, negated: bool) -> str:
    return OTHERWISE[word] if negated else word
