"""The text of a SELECT as a tree: what it names, what it refers to, what it reads."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from edge.statements import statement

Tree = dict[str, Any]  # a node as DuckDB's own parser writes it
Relation = tuple[str, str]  # schema, table


def parse(connection: duckdb.DuckDBPyConnection, text: str) -> Tree:
    """Return the tree of one SELECT; raises ValueError with the parser's words otherwise."""
    answer = connection.execute(statement("edge", "parse_select"), {"query": text}).fetchone()
    parsed: Tree = json.loads(answer[0]) if answer else {"error": True}
    if parsed.get("error") or len(parsed.get("statements", [])) != 1:
        raise ValueError(str(parsed.get("error_message", "not one SELECT statement")))
    tree: Tree = parsed["statements"][0]["node"]
    return tree


def write(connection: duckdb.DuckDBPyConnection, tree: Tree) -> str:
    """Return the text of a tree."""
    whole = {"error": False, "statements": [{"node": tree, "named_param_map": []}]}
    given = {"tree": json.dumps(whole)}
    row = connection.execute(statement("edge", "write_select"), given).fetchone()
    assert row is not None
    return str(row[0])


def nodes(tree: object) -> Iterator[Tree]:
    """Yield every node of a tree, itself first."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from nodes(child)


def columns(tree: object) -> Iterator[tuple[str, ...]]:
    """Yield each column that a tree refers to, by its parts (table and column, or column)."""
    for node in nodes(tree):
        if node.get("class") == "COLUMN_REF":
            yield tuple(node["column_names"])


def stars(tree: object) -> Iterator[Tree]:
    """Yield each star of a tree."""
    return (node for node in nodes(tree) if node.get("class") == "STAR")


def named(tree: object) -> Iterator[Tree]:
    """Yield each expression that a SELECT list gives a name."""
    for node in nodes(tree):
        for expression in node.get("select_list") or []:
            if isinstance(expression, dict) and expression.get("alias"):
                yield expression


def output_name(expression: Tree) -> str | None:
    """Return the name of a column that an expression of a SELECT list makes; None for a star."""
    if expression.get("alias"):
        return str(expression["alias"])
    if expression.get("class") == "COLUMN_REF":
        return str(expression["column_names"][-1])
    return None


def subqueries(tree: Tree) -> dict[str, Tree]:
    """Return the queries that a tree names in its WITH, in their order."""
    entries = (tree.get("cte_map") or {}).get("map", [])
    return {entry["key"]: entry["value"]["query"]["node"] for entry in entries}


def reads(tree: Tree) -> list[Relation]:
    """Return each relation that the result rests on, as often as it stands there.

    What a WITH names and nothing reads does not count.
    """
    named_queries = {
        name: query for node in nodes(tree) for name, query in subqueries(node).items()
    }
    found: list[Relation] = []
    waiting, seen = [_without_subqueries(tree)], set[str]()
    while waiting:
        for node in nodes(waiting.pop()):
            if node.get("type") != "BASE_TABLE":
                continue
            name = node["table_name"]
            if node["schema_name"]:
                found.append((node["schema_name"], name))
            elif name in named_queries and name not in seen:
                seen.add(name)
                waiting.append(_without_subqueries(named_queries[name]))
    return found


def _without_subqueries(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if key != "cte_map"}
