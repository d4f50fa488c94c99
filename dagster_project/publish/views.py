"""The views of a generation: those over Parquet, and those that are views in the warehouse too."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from dagster_project.publish.relations import PACKAGE, Relation
from dagster_project.statements import statement
from edge.published import Generation
from edge.statements import fill, identifier, literal


def texts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the text of each view of the warehouse that is published as one, by its name."""
    return dict(connection.execute(statement(PACKAGE, "view_texts")).fetchall())


def text_of_file(relation: Relation, path: Path) -> str:
    """Return the statement that makes a view over the one Parquet file of a relation."""
    view = f"{identifier(relation.schema)}.{identifier(relation.table)}"
    return fill(statement(PACKAGE, "file_view"), {"view": view, "file": literal(path)})


def reads_alike(connection: duckdb.DuckDBPyConnection, relation: Relation, path: Path) -> bool:
    """Say whether a relation's Parquet file has its names and types: a huge integer has not."""
    text = fill(statement(PACKAGE, "file_columns"), {"file": literal(path)})
    columns = connection.execute(text).fetchall()
    return ", ".join(f"{name} {type_}" for name, type_ in columns) == relation.signature


def create_of_files(generation: Generation, texts: Iterable[tuple[Relation, str]]) -> None:
    """Create the views over Parquet, each of a relation, by their statements."""
    with duckdb.connect(str(generation.warehouse)) as connection:
        for relation, text in texts:
            _create_schema(connection, relation.schema)
            connection.execute(text)


def create(generation: Generation, views: Mapping[str, str]) -> list[str]:
    """Create the views that read published tables; return the names of those that do not.

    The file is opened under its own name, so that views find their tables by the catalog's name.
    """
    waiting = dict(views)
    with duckdb.connect(str(generation.warehouse)) as connection:
        for schema in {name.split(".")[0] for name in waiting}:
            _create_schema(connection, schema)
        while waiting:
            created = [name for name, text in waiting.items() if _created(connection, text)]
            if not created:
                break
            waiting = {name: text for name, text in waiting.items() if name not in created}
    return sorted(waiting)


def _create_schema(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    names = {"catalog": identifier("warehouse"), "schema": identifier(schema)}
    connection.execute(fill(statement(PACKAGE, "create_schema"), names))


def _created(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        connection.execute(text)
    except (duckdb.CatalogException, duckdb.BinderException):
        return False
    return True
