"""Everything that is held on one person, written out for them to read and for programs."""

import csv
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.ingest import rows as tabular
from dagster_project.ingest.files import LandingFile, landed
from dagster_project.platform import Platform
from dagster_project.privacy import landing, subjects
from dagster_project.privacy.rows import ID_COLUMNS
from dagster_project.privacy.subjects import PACKAGE, run
from dagster_project.reports import page
from dagster_project.reports.definitions import in_words
from dagster_project.settings import Settings
from dagster_project.statements import statement
from edge.privacy import lines, requests
from edge.privacy.lines import Search
from edge.privacy.requests import Request
from edge.privacy.subjects import Subject
from edge.statements import fill, identifier

HOLDER = "access"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
GIVEN = "events_as_given"
NAMES = "identifiers"
NOTED = "written_down"
# What each file holds, for a person; every other table that knows the customer follows by its name.
WORDS = {
    NAMES: "What you are known by, and since when.",
    GIVEN: "What was received about you, line by line, as it came.",
    NOTED: "What we wrote down: what was sent of you and where, what you told us, as it came.",
    "marts.dim_customer_contacts": "How you may be reached.",
    "marts.dim_customers": "What you are to us at a glance.",
    "marts.fct_orders": "Your orders.",
    "marts.fct_order_lines": "What you ordered.",
    "marts.fct_refunds": "What you were refunded.",
    "marts.fct_sessions": "Your visits.",
    "marts.fct_consents": "What you allowed and withdrew.",
    "marts.dim_consent_status": "What you allow now.",
    "features.ftr_customers": "Figures worked out from the above.",
    "segments.fct_segment_members": "Groups you are in now.",
    "segments.fct_segment_history": "Groups you were in, and when we believed so.",
    "segments.late_memberships": "Groups you turned out to have been in, or not, by late events.",
    "ml.customer_clusters": "The group of alike customers you were put in.",
    "ml.customer_scores": "What is predicted of you.",
    "ml.recommendations": "What is recommended to you.",
    "activation.fct_deliveries": "To whom data of yours was sent.",
    "activation.fct_triggers": "Messages that were triggered for you.",
    "marts.dim_customer_identifiers": "Which sources know you by what.",
    "marts.dim_visitors": "Whom your visits were counted as.",
    "marts.fct_customer_merges": "Which of these turned out to be one person, and how.",
    "activation.fct_acknowledged": "Who holds data of yours now.",
    "features.ftr_rfm": "How lately, how often and for how much you ordered, beside others.",
}
OTHERS = {"features": "Figures on your", "segments": "What put you in the group of"}
SCHEMAS = ("marts", "features", "ml", "segments", "activation", "ops")


@dataclass(frozen=True, slots=True)
class Part:
    """One file's content."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def access(
    settings: Settings,
    tell: Callable[[str], None],
    *,
    customer: str | None = None,
    email: str | None = None,
    out: Path,
    requested_at: datetime | None = None,
) -> dict[str, Any]:
    """Write all that is held on a person to a new folder, no empty table; return what was written.

    Raises LookupError where nobody, or nobody alone, is known by that name.
    """
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty: name a new folder")
    platform = Platform(settings)
    with platform.warehouse.connect(HOLDER, tell) as connection:
        person = subjects.find(connection, customer=customer, email=email, salt=platform.keys.salt)
        subjects.choose(connection, person.subject)
        known = subjects.lines(connection)
        parts = [_names(connection), *_tables(connection)]
    tell("reading the landing files")
    parts[1:1] = _landed(platform, person.subject, known)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    parts = [part for part in parts if part.rows]
    if not parts:
        tell("nothing is held: nobody is known by this")
    for part in parts:
        _write(out, part)
    _write_index(out, parts)
    return _receipt(platform, parts, requested_at or platform.now())


def _names(connection: duckdb.DuckDBPyConnection) -> Part:
    return _part(connection, NAMES, statement(PACKAGE, "access_names"))


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[Part]:
    found = run(connection, "tables_with_people", {"id_columns": list(ID_COLUMNS)})
    listed = {f"{schema}.{table}": columns for schema, table, columns, _ in found if columns}
    order = {name: place for place, name in enumerate(WORDS)}
    for name in sorted(listed, key=lambda name: (order.get(name, len(order)), name)):
        schema, table = name.split(".")
        if schema not in SCHEMAS:
            continue
        values = {
            "table": f"{identifier(schema)}.{identifier(table)}",
            "columns": ", ".join(map(identifier, listed[name])),
        }
        yield _part(connection, name, fill(statement(PACKAGE, "access_rows"), values))


def _part(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> Part:
    found = connection.execute(text)
    columns = tuple(column[0] for column in found.description or ())
    return Part(name, columns, found.fetchall())


def _landed(platform: Platform, subject: Subject, known: dict[int, set[int]]) -> tuple[Part, Part]:
    """Return the lines as they came, and those of the ledger, which no table may know yet.

    Lines are included that were refused or had come before.
    """
    search = lines.search_for(subject)
    rows: list[tuple[Any, ...]] = []
    noted: list[tuple[Any, ...]] = []
    for file in landed(platform.settings.landing, platform.sources):
        if file.kind == "events":
            rows += _lines(platform, file, search, known.get(file.number, set()))
        elif file.kind == "ledger":
            noted += _lines(platform, file, search, set())
        elif file.kind in landing.PERSONS:
            gone, _ = landing.rows_of(file, platform.sources, search, known.get(file.number, set()))
            rows += [
                (file.source, file.file, number, json.dumps(row, ensure_ascii=False))
                for number, row in tabular.records(file.path)
                if number in gone
            ]
    columns = ("source", "file", "line", "content")
    return Part(GIVEN, columns, rows), Part(NOTED, columns, noted)


def _lines(
    platform: Platform, file: LandingFile, search: Search, known: set[int]
) -> list[tuple[Any, ...]]:
    namespace = platform.sources.namespace(file.source)
    try:
        found = lines.find(
            file.path,
            search,
            namespace=namespace,
            known=known,
            is_ledger=file.kind == "ledger",
        )
    except landing.DAMAGED:
        return []
    return [
        (file.source, file.file, line, text.decode("utf-8", "backslashreplace"))
        for line, text in sorted(found.own.items())
    ]


def _write(out: Path, part: Part) -> None:
    stem = _stem(part)
    rows = [dict(zip(part.columns, row, strict=True)) for row in part.rows]
    with (out / f"{stem}.json").open("w", encoding="utf-8") as stream:
        json.dump(rows, stream, default=str, ensure_ascii=False, indent=1)
    with (out / f"{stem}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(part.columns)
        writer.writerows(part.rows)


def _write_index(out: Path, parts: list[Part]) -> None:
    shown = [
        {"words": words(part.name), "rows": len(part.rows), "stem": _stem(part)} for part in parts
    ]
    page.write(out / "index.html", page.render("access.html", parts=shown))


def words(name: str) -> str:
    """Say to a person what a table holds of them."""
    schema, _, table = name.partition(".")
    if name in WORDS or schema not in OTHERS:
        return WORDS.get(name, name)
    return f"{OTHERS[schema]} {in_words(table.partition('_')[2]).lower()}."


def _stem(part: Part) -> str:
    return part.name.replace(".", "_")


def _receipt(platform: Platform, parts: list[Part], requested_at: datetime) -> dict[str, Any]:
    request_id = secrets.token_hex(8)
    now = platform.now()
    requests.record(
        platform.settings.landing,
        Request(
            request_id=request_id,
            asked="access",
            state="completed",
            requested_at=requested_at,
            completed_at=now,
        ),
        now,
    )
    return {
        "request_id": request_id,
        "kind": "access",
        "requested_at": f"{requested_at:{MOMENT}}",
        "completed_at": f"{now:{MOMENT}}",
        "rows": {part.name: len(part.rows) for part in parts},
    }
