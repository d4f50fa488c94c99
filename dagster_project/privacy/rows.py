"""A person's rows taken out of every table of the warehouse."""

import duckdb

from dagster_project.privacy.subjects import PACKAGE, run
from dagster_project.statements import statement
from edge.statements import fill, identifier

# Columns that hold keyed ids, which are nobody else's and nothing else.
ID_COLUMNS = (
    "customer_id",
    "loser_customer_id",
    "cart_customer_id",
    "visitor_id",
    "session_visitor_id",
)


def delete(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Delete the rows of ``temp.erased_lines`` and ``temp.subject_ids``; return counts by table."""
    counts: dict[str, int] = {}
    for schema, table, columns, has_lines in _tables(connection):
        name = f"{schema}.{table}"
        quoted = f"{identifier(schema)}.{identifier(table)}"
        texts = [fill(statement(PACKAGE, "delete_lines"), {"table": quoted})] if has_lines else []
        for column in columns or ():
            values = {"table": quoted, "column": identifier(column)}
            texts.append(fill(statement(PACKAGE, "delete_ids"), values))
        for text in texts:
            ((deleted,),) = connection.execute(text).fetchall()
            if deleted:
                counts[name] = counts.get(name, 0) + deleted
    return counts


def delete_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete what tied the chosen person's identifiers together."""
    run(connection, "delete_links")


def is_entangled(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether sessions of others change when ``temp.erased_lines`` go."""
    return bool(run(connection, "is_entangled")[0][0])


def _tables(
    connection: duckdb.DuckDBPyConnection,
) -> list[tuple[str, str, list[str] | None, bool]]:
    rows = run(connection, "tables_with_people", {"id_columns": list(ID_COLUMNS)})
    return [(schema, table, columns, has_lines) for schema, table, columns, has_lines in rows]
