"""The views of a generation: conditions behind segments, features that are views, facts by day."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from dagster_project.publish import days
from dagster_project.publish.relations import PACKAGE, Relation
from dagster_project.statements import statement
from edge.published import Generation
from edge.statements import fill, identifier


def texts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the text of each view of the warehouse that is published as one, by its name."""
    return dict(connection.execute(statement(PACKAGE, "view_texts")).fetchall())


def create_of_days(generation: Generation, facts: Sequence[tuple[Relation, Path]]) -> None:
    """Create a view over the days' files of each relation."""
    with duckdb.connect(str(generation.warehouse)) as connection:
        for relation, folder in facts:
            _create_schema(connection, relation.schema)
            connection.execute(days.view_text(relation, folder))


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
