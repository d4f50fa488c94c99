"""The text of a SELECT as a tree: what it names, what it refers to, what it reads."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from edge.statements import statement

Tree = dict[str, Any]  # a node as DuckDB's own parser writes it
Relation = tuple[str, str]  # schema, table
LIKES = {"!~~*": "NOT ILIKE", "~~*": "ILIKE", "!~~": "NOT LIKE", "~~": "LIKE"}  # as people write


def parse(connection: duckdb.DuckDBPyConnection, text: str) -> Tree:
    """Return the tree of one SELECT; raises ValueError with the parser's words otherwise."""
    answer = connection.execute(statement("edge", "parse_select"), {"query": text}).fetchone()
    parsed: Tree = json.loads(answer[0]) if answer else {"error": True}
    if parsed.get("error") or len(parsed.get("statements", [])) != 1:
        raise ValueError(_said(parsed, text))
    tree: Tree = parsed["statements"][0]["node"]
    return tree


def _said(parsed: Tree, text: str) -> str:
    """Return the parser's words, with the line they are about in backticks."""
    said = str(parsed.get("error_message", "not one SELECT statement"))
    position = str(parsed.get("position", ""))
    if not position.isdigit():
        return said
    start = text.rfind("\n", 0, int(position)) + 1
    return f"{said} in `{text[start:].splitlines()[0].strip()}`"


def write(connection: duckdb.DuckDBPyConnection, tree: Tree) -> str | None:
    """Return the text of a tree, or None where DuckDB writes a text that it reads otherwise."""
    meant = _written_out(tree)
    whole = {"error": False, "statements": [{"node": meant, "named_param_map": []}]}
    given = {"tree": json.dumps(whole)}
    row = connection.execute(statement("edge", "write_select"), given).fetchone()
    assert row is not None
    text = str(row[0])
    return text if _bare(parse(connection, text)) == _bare(meant) else None


def _written_out(tree: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Return a copy that DuckDB writes as it is meant.

    It writes cross joins as commas, which bind weaker than joins, and doubles as decimals.
    """
    if isinstance(tree, list):
        return [_written_out(child) for child in tree]
    if not isinstance(tree, dict):
        return tree
    copy = {key: _written_out(child) for key, child in tree.items()}
    if copy.get("type") == "JOIN" and copy.get("ref_type") == "CROSS":
        copy |= {"ref_type": "REGULAR", "join_type": "INNER", "condition": _always()}
    if copy.get("class") == "CONSTANT" and copy["value"]["type"]["id"] == "DOUBLE":
        text = _constant("VARCHAR", repr(copy["value"]["value"]))
        type_ = {"id": "DOUBLE", "type_info": None}
        return {"class": "CAST", "type": "OPERATOR_CAST", "alias": copy["alias"], "child": text,
                "cast_type": type_, "try_cast": False}  # fmt: skip
    return copy


def _always() -> Tree:
    one = _constant("INTEGER", 1)
    return {"class": "COMPARISON", "type": "COMPARE_EQUAL", "alias": "", "left": one, "right": one}


def _constant(type_: str, value: object) -> Tree:
    held = {"type": {"id": type_, "type_info": None}, "is_null": False, "value": value}
    return {"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "value": held}


def _bare(tree: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Return a tree without what does not matter: places in the text, and the default schema."""
    if isinstance(tree, list):
        return [_bare(child) for child in tree]
    if not isinstance(tree, dict):
        return tree
    is_function = tree.get("class") in ("FUNCTION", "WINDOW")
    return {
        key: _bare(child)
        for key, child in tree.items()
        if key != "query_location" and not (is_function and key in ("schema", "catalog"))
    }


def nodes(tree: object) -> Iterator[Tree]:
    """Yield every node of a tree, itself first."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        children: Iterable[Any] = ()
        if isinstance(part, dict):
            yield part
            children = reversed(part.values())
        elif isinstance(part, list):
            children = reversed(part)
        # most of a tree is names and numbers: putting them aside here is what makes this quick
        waiting.extend([child for child in children if child.__class__ in (dict, list)])


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


def expression_text(connection: duckdb.DuckDBPyConnection, expression: Tree) -> str:
    """Return the text of one expression."""
    select: Tree = {
        "type": "SELECT_NODE",
        "modifiers": [],
        "cte_map": {"map": []},
        "select_list": [{**expression, "alias": ""}],
        "from_table": {"type": "EMPTY", "alias": "", "sample": None},
        "where_clause": None,
        "group_expressions": [],
        "group_sets": [],
        "aggregate_handling": "STANDARD_HANDLING",
        "having": None,
        "sample": None,
        "qualify": None,
    }
    whole = {"error": False, "statements": [{"node": select, "named_param_map": []}]}
    given = {"tree": json.dumps(whole)}
    row = connection.execute(statement("edge", "write_select"), given).fetchone()
    assert row is not None
    text = str(row[0]).removeprefix("SELECT ")
    for sign, word in LIKES.items():
        text = text.replace(f" {sign} ", f" {word} ")
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text
