"""Event-grain facts: one folder of Parquet a day, unchanged days linked, not written again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.publish.files import link
from dagster_project.publish.relations import PACKAGE, Relation, catalog
from dagster_project.statements import statement
from edge.statements import fill, identifier, literal

SOURCE = ("intermediate", "int_events_sessionized")  # what fct_events is a view over
DAYS_AT_ONCE = 62  # open writers bound the memory of a first publication


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a generation by ISO date, each with its row count and mark of change."""

    marks: Mapping[str, list[object]]
    written: int = 0
    linked: int = 0
    rows: int = 0


def publish(
    connection: duckdb.DuckDBPyConnection,
    events: Relation,
    *,
    folder: Path,
    previous: Path | None,
    before: Mapping[str, list[object]],
) -> Days:
    """Write the changed days of ``events`` under ``folder`` and link the others.

    ``before`` are the marks of the previous generation, empty if none of it may be kept.
    Raises RuntimeError if what was written is not what the warehouse holds.
    """
    marks = _marks(connection, events)
    kept = [
        day
        for day, mark in marks.items()
        if previous is not None and before.get(day) == mark and _folder(previous, day).is_dir()
    ]
    changed = [day for day in marks if day not in set(kept)]
    folder.mkdir(parents=True)
    for day in kept:
        assert previous is not None
        target = _folder(folder, day)
        target.mkdir()
        for part in _folder(previous, day).iterdir():
            link(part, target / part.name)
    for first in range(0, len(changed), DAYS_AT_ONCE):
        _write(connection, events, folder, changed[first : first + DAYS_AT_ONCE])
    rows = _count(connection, events.source)
    has_files = any(folder.glob("*/*.parquet"))
    stored = _count(connection, literal(files(folder))) if has_files else 0
    if rows != stored:
        raise RuntimeError(f"{events.name} has {rows} rows, but {stored} were published")
    return Days(marks, written=len(changed), linked=len(kept), rows=rows)


def files(folder: Path) -> str:
    """Return the pattern of all the days' files."""
    return str(folder / "*" / "*.parquet")


def view_text(events: Relation, folder: Path) -> str:
    """Return the statement that makes the days one view, for people's SQL."""
    values = {"columns": _columns(events), "files": literal(files(folder))}
    return fill(statement(PACKAGE, "events_view"), values)


def _marks(connection: duckdb.DuckDBPyConnection, events: Relation) -> dict[str, list[object]]:
    # Cheap where the source says when a row was last written: one pass over two columns.
    text = statement(PACKAGE, "event_days")
    source = ".".join(map(identifier, (catalog(connection), *SOURCE)))
    try:
        values = {"relation": source, "mark": "max(known_at)::varchar"}
        rows = connection.execute(fill(text, values)).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        mark = "sum(hash(relation)::hugeint)::varchar"
        values = {"relation": events.source, "mark": mark}
        rows = connection.execute(fill(text, values)).fetchall()
    return {_iso(day): [row_count, mark] for day, row_count, mark in rows}


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    text = fill(statement(PACKAGE, "count_rows"), {"relation": relation})
    row = connection.execute(text).fetchone()
    assert row is not None
    return int(row[0])


def _columns(events: Relation) -> str:
    return ", ".join(identifier(name) for name in events.columns if name != "event_date")


def _iso(day: date | None) -> str:
    if day is None:
        raise RuntimeError("an event without a timestamp cannot be published")
    return day.isoformat()


def _folder(folder: Path, day: str) -> Path:
    return folder / f"event_date={day}"


def _write(
    connection: duckdb.DuckDBPyConnection,
    events: Relation,
    folder: Path,
    days: list[str],
) -> None:
    connection.execute(statement(PACKAGE, "choose_days"), {"days": days})
    values = {
        "relation": events.source,
        "columns": _columns(events),
        "folder": literal(folder),
    }
    connection.execute(fill(statement(PACKAGE, "write_days"), values))
