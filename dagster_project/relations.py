"""What a person wants to see of a relation in the web UI: its rows and its columns."""

from collections import defaultdict
from collections.abc import Iterable
from string import Template
from typing import Any

import dagster as dg
import duckdb

from dagster_project.publish import small_groups
from dagster_project.statements import statement

Relation = tuple[str, str]  # schema, table


def describe(
    connection: duckdb.DuckDBPyConnection, relations: Iterable[Relation]
) -> dict[Relation, dict[str, Any]]:
    """Return row count and column schema of each relation that exists, as asset metadata."""
    columns: dict[Relation, list[dg.TableColumn]] = defaultdict(list)
    for schema, table, name, type_ in connection.execute(
        statement("dagster_project", "relation_columns")
    ).fetchall():
        columns[schema, table].append(dg.TableColumn(name, type_))
    return {
        relation: {
            **_rows(relation, _row_count(connection, relation)),
            "dagster/column_schema": dg.TableSchema(columns[relation]),
        }
        for relation in relations
        if relation in columns
    }


def _rows(relation: Relation, rows: int) -> dict[str, int]:
    """Say nothing of the size of a segment that too few people are in: the event log keeps it."""
    schema, table = relation
    is_segment = schema == "segments" and table.startswith("seg_")
    hides = is_segment and 0 < rows < small_groups.minimum()
    return {} if hides else {"dagster/row_count": rows}


def _row_count(connection: duckdb.DuckDBPyConnection, relation: Relation) -> int:
    counting = Template(statement("dagster_project", "row_count"))
    ((rows,),) = connection.execute(counting.substitute(relation=".".join(relation))).fetchall()
    return int(rows)
