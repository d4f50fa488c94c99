"""Which relations are public, and their copies in a generation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.publish import small_groups
from dagster_project.publish.files import link
from dagster_project.statements import statement
from edge.statements import fill, identifier, literal

PACKAGE = "dagster_project.publish"
SCHEMAS = ("marts", "features", "ml", "segments", "conditions", "activation", "ops", "raw")

EVENTS = "marts.fct_events"
CONTACTS = frozenset({"marts.dim_customer_contacts", "marts.dim_customer_identifiers"})
SEGMENTS = "segments.dim_segments"
REJECTED = "raw.rejected_events"  # the lines may hold anything: only their counts are public
# What ftr_customers is joined from: people read that, and these would double every generation.
INGREDIENTS = frozenset(
    f"features.ftr_{topic}"
    for topic in (
        "activity", "carts", "orders", "preferences", "prices", "profiles", "rfm", "seasons",
        "tastes", "visits",
    )
)  # fmt: skip
NOT_PUBLIC = CONTACTS | INGREDIENTS | {"ops.ledger"}
FROM_RAW = frozenset({"raw.loaded_files", REJECTED})
CONTACT_COLUMNS = frozenset(
    {"email", "phone", "first_name", "last_name", "street", "address", "ip", "user_agent"}
)


@dataclass(frozen=True, slots=True)
class Day:
    """The day that rows belong to: its name as a column, and the column it is the date of.

    Of a longer ``span`` it is the first day.
    """

    name: str
    time: str
    span: str = "day"

    @property
    def expression(self) -> str:
        """The day, in SQL."""
        return f"cast(date_trunc({literal(self.span)}, {identifier(self.time)}) as date)"


# Facts that grow by the day: Parquet day by day, and a view. Nothing older is copied again.
BY_DAY = {
    EVENTS: Day("event_date", "timestamp"),
    # whoever is identified late changes sessions of all their days: fewer files cost half
    "marts.fct_sessions": Day("started_week", "started_at", span="week"),
    "marts.fct_consents": Day("answered_date", "first_answered_at"),
}
LARGE_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view of the warehouse, and its public name."""

    schema: str
    table: str
    signature: str
    columns: tuple[str, ...]
    source: str
    is_large: bool = False

    @property
    def name(self) -> str:
        """The public name."""
        return f"{self.schema}.{self.table}"

    def within(self, catalog: str) -> str:
        """Return the quoted public name in a catalog."""
        return ".".join(map(identifier, (catalog, self.schema, self.table)))


def catalog(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the catalog of the warehouse that a connection is open on."""
    row = connection.execute(statement(PACKAGE, "catalog")).fetchone()
    assert row is not None
    return str(row[0])


def as_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the moment that features and segments were evaluated at, if they were."""
    try:
        row = connection.execute(statement(PACKAGE, "as_of")).fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None or row[0] is None else str(row[0].isoformat())


def found(
    connection: duckdb.DuckDBPyConnection, large_rows: int = LARGE_ROWS
) -> dict[str, Relation]:
    """Return every relation of the public schemas by its name, private ones too.

    Tables of ``large_rows`` or more count as large. Left out are segments that are no longer
    registered: what they hold is out of date.
    """
    source = identifier(catalog(connection))
    rows = connection.execute(
        statement(PACKAGE, "public_relations"), {"schemas": list(SCHEMAS)}
    ).fetchall()
    relations = {
        f"{schema}.{table}": Relation(
            schema,
            table,
            signature,
            tuple(columns),
            source=".".join((source, identifier(schema), identifier(table))),
            is_large=count >= large_rows,
        )
        for schema, table, signature, columns, count in rows
    }
    if SEGMENTS not in relations:
        return relations
    names = connection.execute(statement(PACKAGE, "registered")).fetchall()
    registered = {name for (name,) in names}
    return {
        name: relation
        for name, relation in relations.items()
        if not _is_segment(relation) or relation.table in registered
    }


def public(relations: Mapping[str, Relation]) -> list[Relation]:
    """Return those that are published whole, and refuse one that holds contact data."""
    tables = [
        _counted(relation) if name == REJECTED else relation
        for name, relation in relations.items()
        if relation.schema != "conditions"
        and name not in BY_DAY
        and name not in NOT_PUBLIC
        and (relation.schema != "raw" or name in FROM_RAW)
    ]
    by_day = [relations[name] for name in BY_DAY if name in relations]
    for relation in (*tables, *by_day):
        leaked = CONTACT_COLUMNS.intersection(relation.columns)
        if leaked:
            raise ValueError(
                f"{relation.name} has {', '.join(sorted(leaked))}: contact data may stand only in "
                "marts.dim_customer_contacts; nothing was published"
            )
    return tables


def copy(connection: duckdb.DuckDBPyConnection, relations: Iterable[Relation], target: str) -> None:
    """Copy relations, as tables, into an attached catalog in one transaction."""
    connection.begin()
    try:
        for relation in relations:
            names = {"catalog": identifier(target), "schema": identifier(relation.schema)}
            connection.execute(fill(statement(PACKAGE, "create_schema"), names))
            names = {"target": relation.within(target), "query": _query(relation)}
            connection.execute(fill(statement(PACKAGE, "copy_table"), names))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    *,
    folder: Path,
    previous: Path | None,
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """Write one Parquet file, or link the previous generation's if the content is the same.

    Returns what the manifest says of the table.
    """
    query = {"query": _query(relation)}
    row = connection.execute(fill(statement(PACKAGE, "fingerprint"), query)).fetchone()
    assert row is not None
    entry = {"rows": row[0], "fingerprint": row[1], "columns": relation.signature}
    path = parquet_path(folder, relation)
    path.parent.mkdir(parents=True, exist_ok=True)
    old = None if previous is None else parquet_path(previous, relation)
    if old is not None and dict(before) == entry and old.exists():
        link(old, path)
    else:
        values = {**query, "path": literal(path)}
        connection.execute(fill(statement(PACKAGE, "write_table"), values))
    return entry


def parquet_path(folder: Path, relation: Relation) -> Path:
    """Return where the Parquet file of a relation stands that is published whole."""
    return folder / relation.schema / f"{relation.table}.parquet"


def _query(relation: Relation) -> str:
    return small_groups.source(relation.name, relation.columns, relation.source)


def _is_segment(relation: Relation) -> bool:
    return relation.schema in ("segments", "conditions") and relation.table.startswith("seg_")


def _counted(rejected: Relation) -> Relation:
    counts = fill(statement(PACKAGE, "rejections"), {"source": rejected.source})
    return Relation("ops", "rejections", rejected.signature, (), f"({counts})")
