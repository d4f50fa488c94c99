"""The views of a generation: the conditions behind segments, and its events day by day."""

from collections.abc import Sequence

import duckdb

from dagster_project.publish import days
from dagster_project.publish.relations import PACKAGE, Relation
from dagster_project.statements import statement
from edge.published import Generation
from edge.statements import fill, identifier


def texts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return name and text of each view of conditions in the warehouse."""
    return connection.execute(statement(PACKAGE, "view_texts")).fetchall()


def create(
    generation: Generation, conditions: Sequence[tuple[str, str]], events: Relation | None
) -> list[str]:
    """Create the views that read published tables; return the names of those that do not.

    The file is opened under its own name, so that views find their tables by the catalog's name.
    """
    with duckdb.connect(str(generation.warehouse)) as connection:
        for schema in ("conditions", "marts"):
            names = {"catalog": identifier("warehouse"), "schema": identifier(schema)}
            connection.execute(fill(statement(PACKAGE, "create_schema"), names))
        if events is not None:
            connection.execute(days.view_text(events, generation.parquet / "marts" / "fct_events"))
        waiting = dict(conditions)
        while waiting:
            created = [name for name, text in waiting.items() if _created(connection, text)]
            if not created:
                break
            waiting = {name: text for name, text in waiting.items() if name not in created}
    return sorted(waiting)


def _created(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        connection.execute(text)
    except (duckdb.CatalogException, duckdb.BinderException):
        return False
    return True
