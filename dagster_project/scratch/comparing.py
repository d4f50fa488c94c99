"""Which queries compare customers with each other, as their text shows it.

Any other query says of some customers, from the rows of theirs alone, what it says of them from the
rows of all. Where the text leaves that open, the query counts as one that compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from edge.selects import Relation, Tree

KEYS = ("customer_id", "visitor_id", "session_id")  # each of one customer alone
SOURCES = ("BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the text does not say: which relations have rows of customers, and what aggregates."""

    is_of_customers: Callable[[Relation], bool]
    aggregates: Collection[str]
    queries: Mapping[str, Tree]

    def within(self, tree: Tree) -> Scope:
        """Return the scope of a query, with what its WITH names."""
        queries = {**self.queries, **selects.subqueries(tree)}
        return Scope(self.is_of_customers, self.aggregates, queries)


def compares(
    tree: Tree, is_of_customers: Callable[[Relation], bool], aggregates: Collection[str]
) -> bool:
    """Say whether a query may compare customers, or make of their rows what is nobody's."""
    scope = Scope(is_of_customers, aggregates, {}).within(tree)
    queries = (tree, *selects.subqueries(tree).values())
    if not any(_rests_on_customers(query, scope) for query in queries):
        return False
    return not _names_key(tree) or any(_query_compares(query, scope) for query in queries)


def _query_compares(query: Tree, scope: Scope) -> bool:
    if query.get("type") == "SET_OPERATION_NODE":
        sides = (query["left"], query["right"])
        is_plain = query["setop_type"] == "UNION" and query["setop_all"]
        return (
            _modifiers_compare(query)
            or not (is_plain or all(map(_names_key, sides)))
            or any(_query_compares(side, scope.within(side)) for side in sides)
        )
    if query.get("type") != "SELECT_NODE":
        return True
    if not _rests_on_customers(query, scope):
        return False
    return (
        query["sample"] is not None
        or _modifiers_compare(query)
        or (_aggregates(query, scope) and not _has_key(query["group_expressions"]))
        or len(query["group_sets"]) > 1
        or _source_compares(query["from_table"], scope)
        or any(_expression_compares(node, scope) for node in _expressions(query))
    )


def _modifiers_compare(query: Tree) -> bool:
    """Say whether rows of one customer decide whether those of another are left out."""
    for modifier in query["modifiers"]:
        if modifier["type"] == "DISTINCT_MODIFIER":
            columns = modifier["distinct_on_targets"]
            is_within_customer = _has_key(columns) if columns else _names_key(query)
            if not is_within_customer:
                return True
        elif modifier["type"] != "ORDER_MODIFIER":
            return True
    return False


def _source_compares(source: Tree, scope: Scope) -> bool:
    """Say whether a FROM joins rows of one customer to those of another."""
    if source["type"] == "SUBQUERY":
        query = source["subquery"]["node"]
        return _query_compares(query, scope.within(query))
    if source["type"] != "JOIN":
        return False
    left, right = source["left"], source["right"]
    are_both = all(_is_of_customers(side, scope) for side in (left, right))
    is_using_key = any(column in KEYS for column in source["using_columns"])
    joins_by_key = is_using_key or _equates_key(source["condition"])
    return (
        (are_both and not joins_by_key)
        or _source_compares(left, scope)
        or _source_compares(right, scope)
    )


def _expression_compares(node: Tree, scope: Scope) -> bool:
    if node.get("class") == "WINDOW":
        return not _has_key(node["partitions"])
    if node.get("class") != "SUBQUERY":
        return False
    query = node["subquery"]["node"]
    inner = scope.within(query)
    if not _rests_on_customers(query, inner):
        return False
    is_of_same_customer = query.get("type") == "SELECT_NODE" and _equates_key(query["where_clause"])
    return not is_of_same_customer or _query_compares(query, inner)


def _expressions(query: Tree) -> list[Tree]:
    """Return the nodes of a query's expressions, its FROM and WITH apart."""
    parts = {key: value for key, value in query.items() if key not in ("cte_map", "from_table")}
    return [node for node in selects.nodes(parts) if node.get("class") in ("WINDOW", "SUBQUERY")]


def _aggregates(query: Tree, scope: Scope) -> bool:
    if query["group_expressions"] or query["aggregate_handling"] != "STANDARD_HANDLING":
        return True
    parts = [query["select_list"], query["having"], query["qualify"]]
    return any(
        node.get("class") == "FUNCTION" and node["function_name"].lower() in scope.aggregates
        for node in selects.nodes(parts)
    )


def _rests_on_customers(query: Tree, scope: Scope) -> bool:
    if query.get("type") == "SET_OPERATION_NODE":
        sides = (query["left"], query["right"])
        return any(_rests_on_customers(side, scope.within(side)) for side in sides)
    if query.get("type") != "SELECT_NODE":
        return True
    return _is_of_customers(query["from_table"], scope)


def _is_of_customers(source: Tree, scope: Scope) -> bool:
    if source["type"] == "JOIN":
        return any(_is_of_customers(source[side], scope) for side in ("left", "right"))
    if source["type"] == "SUBQUERY":
        query = source["subquery"]["node"]
        return _rests_on_customers(query, scope.within(query))
    if source["type"] != "BASE_TABLE":
        return source["type"] not in SOURCES
    if source["schema_name"]:
        return scope.is_of_customers((source["schema_name"], source["table_name"]))
    query = scope.queries.get(source["table_name"])
    return query is None or _rests_on_customers(query, scope.within(query))


def _names_key(query: Tree) -> bool:
    """Say whether each row of a result says whose it is; a star brings what it is a star of."""
    if query.get("type") == "SET_OPERATION_NODE":
        return _names_key(query["left"])
    return any(
        item.get("class") == "STAR" or selects.output_name(item) in KEYS
        for item in query.get("select_list", ())
    )


def _has_key(expressions: list[Tree]) -> bool:
    return any(
        expression.get("class") == "COLUMN_REF" and expression["column_names"][-1] in KEYS
        for expression in expressions
    )


def _equates_key(condition: Tree | None) -> bool:
    """Say whether a condition holds only for rows of the same customer, visitor or session."""
    if condition is None:
        return False
    if condition["type"] == "CONJUNCTION_AND":
        return any(map(_equates_key, condition["children"]))
    if condition["type"] != "COMPARE_EQUAL":
        return False
    sides = [condition["left"], condition["right"]]
    is_named = all(side.get("class") == "COLUMN_REF" for side in sides)
    names = {side["column_names"][-1] for side in sides} if is_named else set()
    return len(names) == 1 and names <= set(KEYS)
