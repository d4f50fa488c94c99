"""What a person wants to see of a relation in the web UI: its rows and its columns."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from typing import Any

import dagster as dg
import duckdb
import yaml

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.publish import small_groups
from dagster_project.statements import statement

Relation = tuple[str, str]  # schema, table
COLUMNS = "columns.yml"  # of the dbt project


def describe(
    connection: duckdb.DuckDBPyConnection,
    relations: Iterable[Relation],
    documented: Mapping[Relation, Mapping[str, str]],
) -> dict[Relation, dict[str, Any]]:
    """Return row count and column schema of each relation that exists, as asset metadata.

    ``documented`` is what the columns mean.
    """
    columns: dict[Relation, list[dg.TableColumn]] = defaultdict(list)
    for schema, table, name, type_ in connection.execute(
        statement("dagster_project", "relation_columns")
    ).fetchall():
        meaning = documented.get((schema, table), {}).get(name)
        columns[schema, table].append(dg.TableColumn(name, type_, meaning))
    return {
        relation: {
            **_rows(relation, _row_count(connection, relation)),
            "dagster/column_schema": dg.TableSchema(columns[relation]),
        }
        for relation in relations
        if relation in columns
    }


def documented_columns(manifest: Path) -> dict[Relation, dict[str, str]]:
    """Return what dbt's manifest says of the columns of each model and source.

    Where a relation has no words for a column, it means what all the models that have words for it
    say, or else what ``columns.yml`` says, and a column that a segment takes from a feature what it
    means there.
    """
    common = yaml.safe_load((PROJECT_DIR / COLUMNS).read_text(encoding="utf-8"))
    project = json.loads(manifest.read_text(encoding="utf-8"))
    nodes = project["nodes"]
    own = {
        unique_id: _words(node)
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model"
    }
    meanings: dict[str, set[str]] = defaultdict(set)
    for columns in own.values():
        for name, text in columns.items():
            meanings[name].add(text)
    agreed = common | {name: texts.pop() for name, texts in meanings.items() if len(texts) == 1}
    found = {
        (source["schema"], source["identifier"]): {**agreed, **_words(source)}
        for source in project["sources"].values()
    }
    for unique_id, columns in own.items():
        node = nodes[unique_id]
        known = dict(agreed)
        if node["config"]["materialized"] == "segment":
            for parent in node["depends_on"]["nodes"]:
                known |= own.get(parent, {})
        found[node["schema"], node["alias"]] = {**known, **columns}
    return found


def _words(node: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: " ".join(column["description"].split())
        for name, column in node["columns"].items()
        if column["description"]
    }


def _rows(relation: Relation, rows: int) -> dict[str, int]:
    """Say nothing of the size of a segment that too few people are in: the event log keeps it."""
    schema, table = relation
    is_segment = schema == "segments" and table.startswith("seg_")
    return {} if is_segment and small_groups.is_small(rows) else {"dagster/row_count": rows}


def _row_count(connection: duckdb.DuckDBPyConnection, relation: Relation) -> int:
    counting = Template(statement("dagster_project", "row_count"))
    ((rows,),) = connection.execute(counting.substitute(relation=".".join(relation))).fetchall()
    return int(rows)
