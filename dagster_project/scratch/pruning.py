"""Leaving out of a SELECT what nobody reads: columns, and the joins that only fed them.

DuckDB drops unused columns by itself, but computes every LEFT JOIN, because it cannot know that
the other side has at most one row per key. We know: a test holds each key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edge import selects
from edge.selects import Relation, Tree

EQUAL = ("COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the text does not say: which columns are unique together, and what aggregates."""

    keys: Mapping[Relation, Sequence[frozenset[str]]]
    aggregates: frozenset[str]


def prune(tree: Tree, wanted: frozenset[str] | None, facts: Facts) -> None:
    """Leave out, in place, whatever the wanted columns (None: all) do not rest on.

    A query in a WITH keeps every column of which the rest of the text speaks, whoever means it: a
    name too many costs time, not truth.
    """
    if any(star.get("columns") for star in selects.stars(tree)):
        return  # columns that a pattern chooses cannot be followed
    queries = selects.subqueries(tree)
    _prune_query(tree, wanted, facts, queries)
    names = mentioned(_body(tree)) | (wanted or frozenset())
    keeps_all = wanted is None and _has_star(tree)
    whole = read_whole(tree)
    for name, query in reversed(queries.items()):
        kept = None if keeps_all or name in whole else frozenset(names)
        _prune_query(query, kept, facts, queries)
        names |= mentioned(query)
    _drop_unread(tree)


def keys_of(tree: Tree, facts: Facts) -> Sequence[frozenset[str]]:
    """Return the columns that are unique together in the result, as far as the text shows it."""
    return _keys_of_query(tree, facts, selects.subqueries(tree))


def mentioned(tree: object) -> frozenset[str]:
    """Return every name that might be a column of something the tree reads."""
    tables: set[str] = set()
    columns: list[list[str]] = []
    names: set[str] = set()
    for node in selects.nodes(tree):
        names.update(map(str, node.get("using_columns") or ()))
        if node.get("type") == "BASE_TABLE":
            tables.add(node["alias"] or node["table_name"])
        elif node.get("class") == "COLUMN_REF":
            columns.append(node["column_names"])
        elif node.get("class") == "STAR":
            names.update(map(str, node.get("exclude_list") or ()))
    for column in columns:
        names.update(column[1:] if len(column) > 1 and column[0] in tables else column)
    return frozenset(names)


def passes_all(tree: Tree) -> bool:
    """Say whether the result holds every column of something that the tree reads."""
    return _has_star(tree)


def read_whole(tree: Tree) -> set[str]:
    """Return the queries whose columns are told apart by their place, in a UNION of stars."""
    found: set[str] = set()
    for node in selects.nodes(tree):
        if str(node.get("type")) != "SET_OPERATION_NODE":
            continue
        for child in selects.nodes({**node, "cte_map": None}):
            if child.get("type") == "SELECT_NODE" and _has_star(child):
                found |= _tables(child["from_table"])
    return found | _distinct_stars(tree)


def _prune_query(
    query: Tree, wanted: frozenset[str] | None, facts: Facts, queries: Mapping[str, Tree]
) -> None:
    if query.get("type") != "SELECT_NODE" or query.get("modifiers"):
        return
    if wanted is not None and query["aggregate_handling"] == "STANDARD_HANDLING":
        kept = _wanted_items(query, wanted)
        if query["group_expressions"] or _aggregates(kept, facts) == _aggregates(query, facts):
            query["select_list"] = kept  # or one row of totals would become many
    _prune_joins(query, facts, queries)


def _wanted_items(query: Tree, wanted: frozenset[str]) -> list[Tree]:
    # an expression may name another of the same list
    rest = {key: value for key, value in query.items() if key not in ("select_list", "cte_map")}
    items: list[Tree] = query["select_list"]
    kept = [_is_wanted(item, wanted) for item in items]
    while True:
        used = _bare_names([rest, *(i for i, keep in zip(items, kept, strict=True) if keep)])
        again = [keep or _is_wanted(item, used) for item, keep in zip(items, kept, strict=True)]
        if again == kept:
            break
        kept = again
    found = [item for item, keep in zip(items, kept, strict=True) if keep]
    return found or items[:1]  # rows are counted by their presence


def _bare_names(tree: object) -> frozenset[str]:
    return frozenset(column[0] for column in selects.columns(tree) if len(column) == 1)


def _aggregates(tree: object, facts: Facts) -> bool:
    names = (str(node.get("function_name", "")).lower() for node in _own_nodes(tree))
    return any(name in facts.aggregates for name in names)


def _own_nodes(tree: object) -> Iterator[Tree]:
    """Yield the nodes of expressions, without those of windows and of queries within."""
    if isinstance(tree, dict):
        if tree.get("class") in ("WINDOW", "SUBQUERY"):
            return
        yield tree
        for key, child in tree.items():
            if key not in ("cte_map", "from_table"):
                yield from _own_nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _own_nodes(child)


def _is_wanted(item: Tree, wanted: frozenset[str]) -> bool:
    name = selects.output_name(item)
    return name is None or name in wanted


def _prune_joins(query: Tree, facts: Facts, queries: Mapping[str, Tree]) -> None:
    while True:
        parts = {key: value for key, value in query.items() if key != "cte_map"}
        joins = [node for node in selects.nodes(query["from_table"]) if _is_left_join(node)]
        removable = (join for join in joins if _is_idle(join, parts, facts, queries))
        join = next(removable, None)
        if join is None:
            return
        left = join["left"]
        join.clear()
        join.update(left)


def _is_left_join(node: Tree) -> bool:
    return (
        node.get("type") == "JOIN"
        and node.get("join_type") == "LEFT"
        and node.get("ref_type") == "REGULAR"
        and not node.get("using_columns")
        and node["right"].get("type") == "BASE_TABLE"
    )


def _is_idle(join: Tree, parts: Tree, facts: Facts, queries: Mapping[str, Tree]) -> bool:
    """Say whether nothing but its own condition reads the right side, which is unique there."""
    right = join["right"]
    alias = right["alias"] or right["table_name"]
    inside = list(selects.columns(join["condition"]))
    outside = list(selects.columns(parts))
    if any(len(column) == 1 for column in outside):
        return False  # a bare name might be a column of the right side
    if any(star.get("relation_name") in ("", alias) for star in selects.stars(parts)):
        return False
    count = sum(column[0] == alias for column in outside)
    if count > sum(column[0] == alias for column in inside):
        return False
    equal = _equal_columns(join["condition"], alias)
    return any(key <= equal for key in _keys_of(right, facts, queries))


def _equal_columns(condition: Tree, alias: str) -> frozenset[str]:
    if condition.get("type") == "CONJUNCTION_AND":
        return frozenset().union(*(_equal_columns(child, alias) for child in condition["children"]))
    if condition.get("type") not in EQUAL:
        return frozenset()
    return frozenset(
        side["column_names"][-1]
        for side in (condition["left"], condition["right"])
        if side.get("class") == "COLUMN_REF" and side["column_names"][0] == alias
    )


def _keys_of(table: Tree, facts: Facts, queries: Mapping[str, Tree]) -> Sequence[frozenset[str]]:
    if table["schema_name"]:
        return facts.keys.get((table["schema_name"], table["table_name"]), ())
    query = queries.get(table["table_name"])
    return () if query is None else _keys_of_query(query, facts, queries)


def _keys_of_query(
    query: Tree, facts: Facts, queries: Mapping[str, Tree]
) -> Sequence[frozenset[str]]:
    """Return the keys of a result: what it groups by, or that of the table it starts from."""
    if query.get("type") != "SELECT_NODE" or len(query.get("group_sets") or [0]) > 1:
        return ()
    groups = query["group_expressions"]
    if groups:
        if any(group.get("class") != "COLUMN_REF" for group in groups):
            return ()
        return _as_named(query, [tuple(group["column_names"]) for group in groups])
    source = query["from_table"]
    while source["type"] == "JOIN":
        right = source["right"]
        if source["join_type"] not in ("LEFT", "INNER") or right["type"] != "BASE_TABLE":
            return ()
        if source["ref_type"] != "REGULAR" or source["using_columns"]:
            return ()
        equal = _equal_columns(source["condition"], right["alias"] or right["table_name"])
        if not any(key <= equal for key in _keys_of(right, facts, queries)):
            return ()
        source = source["left"]
    if source["type"] != "BASE_TABLE":
        return ()
    alias = source["alias"] or source["table_name"]
    found: list[frozenset[str]] = []
    for key in _keys_of(source, facts, queries):
        found.extend(_as_named(query, [(alias, column) for column in sorted(key)]))
    return found


def _as_named(query: Tree, key: Sequence[tuple[str, ...]]) -> Sequence[frozenset[str]]:
    """Return the key by the names that its columns have in the result; nothing if one is lost."""
    items = query["select_list"]
    names = {
        tuple(item["column_names"]): selects.output_name(item)
        for item in items
        if item.get("class") == "COLUMN_REF"
    }
    stars = {item["relation_name"] for item in items if item.get("class") == "STAR"}
    found = []
    for column in key:
        name = names.get(column) or names.get(column[-1:])
        if name is None and stars & {"", column[0]}:
            name = column[-1]
        if name is None:
            return ()
        found.append(name)
    return (frozenset(found),)


def _drop_unread(tree: Tree) -> None:
    entries = (tree.get("cte_map") or {}).get("map", [])
    while True:
        read = {
            node["table_name"]
            for part in (_body(tree), *(entry["value"] for entry in entries))
            for node in selects.nodes(part)
            if node.get("type") == "BASE_TABLE" and not node["schema_name"]
        }
        kept = [entry for entry in entries if entry["key"] in read]
        if len(kept) == len(entries):
            return
        entries = tree["cte_map"]["map"] = kept


def _distinct_stars(tree: Tree) -> set[str]:
    found: set[str] = set()
    for node in selects.nodes(tree):
        if node.get("type") == "SELECT_NODE" and node.get("modifiers") and _has_star(node):
            found |= _tables(node["from_table"])
    return found


def _tables(tree: Tree) -> set[str]:
    return {node["table_name"] for node in selects.nodes(tree) if node.get("type") == "BASE_TABLE"}


def _has_star(query: Tree) -> bool:
    if query.get("type") != "SELECT_NODE":
        return any(_has_star(query[side]) for side in ("left", "right") if side in query)
    return any(item.get("class") == "STAR" for item in query["select_list"])


def _body(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if key != "cte_map"}
