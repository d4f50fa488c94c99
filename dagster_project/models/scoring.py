"""What the champion models say of every customer, as the tables of the ``ml`` schema."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from dagster_project.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from dagster_project.models.registry import Version

PACKAGE = "dagster_project.models"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer_clusters": (
        "customer_id", "as_of", "cluster", "label", "distance", "model_version",
    ),
    "recommendations": (
        "customer_id", "rank", "product_id", "score", "source", "model_version",
    ),
    "segment_recommendations": (
        "segment", "rank", "product_id", "score", "customers", "model_version",
    ),
    "similar_products": ("product_id", "rank", "similar_product_id", "score"),
    "product_associations": (
        "product_id", "rank", "associated_product_id", "baskets", "support", "confidence", "lift",
    ),
    "customer_scores": ("customer_id", "score", "value", "model_version", "contributions"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """The rows of one table, batch by batch, and the version they come from (None: no champion)."""

    table: str
    frames: Iterable[pd.DataFrame | pa.Table]
    version: Version | None


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create, empty, those tables of the schema that are absent."""
    connection.execute(statement(PACKAGE, "schema"))
    present = {name for (name,) in connection.execute(statement(PACKAGE, "tables")).fetchall()}
    for table in COLUMNS:
        if table not in present:
            connection.execute(statement(PACKAGE, table))


def write(connection: duckdb.DuckDBPyConnection, scored: Scored) -> int:
    """Replace a table by what was scored, all of it or nothing, and return its row count."""
    if scored.table not in COLUMNS:
        raise ValueError(f"no table of the ml schema is called {scored.table!r}")
    insert = Template(statement(PACKAGE, "insert")).substitute(table=scored.table)
    rows = 0
    connection.execute(statement(PACKAGE, "schema"))
    connection.begin()
    try:
        connection.execute(statement(PACKAGE, scored.table))
        for frame in scored.frames:
            connection.register("scored", frame)
            connection.execute(insert)
            connection.unregister("scored")
            rows += len(frame)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return rows
