"""What has landed since the newest generation, parsed as ingestion does, without the warehouse."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.ingest import files, ingestion, tracking
from dagster_project.platform import Platform
from dagster_project.statements import statement
from edge.published import Generation
from edge.statements import fill, identifier, literal
from edge.triggers.moments import COLUMNS, Arrivals
from edge.triggers.rules import Rules
from ml import identity

PACKAGE = "dagster_project.triggers"
AFTER_ALL = datetime.fromisoformat("9000-01-01")  # a load later than any refresh has staged
Name = tuple[str, str, str]  # namespace, type and text of an identifier


def read(
    platform: Platform,
    generation: Generation,
    rules: Rules,
    folder: Path,
    *,
    until: int | None = None,
) -> Arrivals:
    """Write the events of landing files that the generation does not hold as Parquet files.

    Who is new is named as a resolution would name them, and takes the customer of a known
    identifier that stands beside theirs; ties between known ones wait for the next refresh.
    """
    folder.mkdir(parents=True)
    landed = files.landed(platform.settings.landing, platform.sources)
    events = [file for file in landed if file.kind == "events"]
    connection = duckdb.connect(
        config={
            "memory_limit": platform.settings.memory_limit,
            "temp_directory": str(folder / "tmp"),
            "autoinstall_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    try:
        catalog = fill(_sql("catalog"), {"published": literal(generation.warehouse)})
        connection.execute(catalog)
        ingestion.create_tables(connection)
        tracking.write(connection, platform.tracking_plan)
        connection.execute(_sql("known_files"))
        ingested = ingestion.ingest(
            connection,
            landing=platform.settings.landing,
            sources=platform.sources,
            loaded_at=AFTER_ALL,
            kinds=["events"],
            copies=folder / "copies",
            suppression=platform.suppression,
        )
        connection.execute(fill(_sql("staged"), {"sql": rules.staging}))
        connection.register("named", _named(connection, platform.keys.salt))
        paths = {name: folder / f"{name}.parquet" for name in ("events", "visitors", "refusals")}
        for name, path in paths.items():
            values = {"path": literal(path), "columns": ", ".join(map(identifier, COLUMNS))}
            connection.execute(fill(_sql(f"write_{name}"), values))
        ((newest_at,),) = connection.execute(_sql("newest")).fetchall()
    finally:
        connection.close()
    return Arrivals(
        **paths,
        file_number=max((file.number for file in events), default=0),
        files=ingested.files,
        newest_at=newest_at,
    )


def _named(connection: duckdb.DuckDBPyConnection, salt: bytes) -> pa.Table:
    """Return visitor and customer of each identifier of the new events."""
    pairs = connection.execute(_sql("identifiers")).fetchall()
    beside: dict[Name, list[Name]] = {}
    for namespace, anonymous_id, user_id in pairs:
        texts = {"anonymous_id": anonymous_id, "user_id": user_id}
        names: list[Name] = [(namespace, x, text) for x, text in texts.items() if text is not None]
        for name in names:
            beside.setdefault(name, []).extend(other for other in names if other != name)
    everyone = list(beside)
    pseudonyms = dict(zip(everyone, identity.pseudonyms(everyone, salt=salt), strict=True))
    visitors = {"visitors": [visitor for visitor, _ in pseudonyms.values()]}
    known = {
        visitor: (customer, is_shared)
        for visitor, customer, is_shared in connection.execute(
            _sql("known_visitors"), visitors
        ).fetchall()
    }
    rows = [
        (*name, pseudonyms[name][0], _customer(name, beside[name], pseudonyms, known))
        for name in everyone
    ]
    columns = ("namespace", "identifier_type", "identifier", "visitor_id", "customer_id")
    schema = pa.schema([(column, pa.string()) for column in columns])
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema)


def _customer(
    name: Name,
    others: list[Name],
    pseudonyms: Mapping[Name, tuple[str, str]],
    known: Mapping[str, tuple[str, bool]],
) -> str:
    visitor, own = pseudonyms[name]
    if visitor in known:
        return known[visitor][0]
    for other in others:
        customer, is_shared = known.get(pseudonyms[other][0], (None, False))
        if customer is not None and not is_shared:
            return customer
    # a device arrives before the user of the same event, and names them both
    first = min([name, *others], key=lambda found: found[1])
    return pseudonyms[first][1] if name[1] == "user_id" and others else own


def _sql(name: str) -> str:
    return statement(PACKAGE, name)
