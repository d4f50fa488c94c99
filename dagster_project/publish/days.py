"""Facts that grow by the day: a folder of Parquet a day (or week), of unchanged ones only links."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.publish.files import link
from dagster_project.publish.relations import BY_DAY, EVENTS, PACKAGE, Relation, catalog
from dagster_project.statements import statement
from edge.statements import fill, identifier, literal

SOURCE = ("intermediate", "int_events_sessionized")  # what fct_events is a view over
DAYS_AT_ONCE = 62  # open writers bound the memory of a first publication


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a relation by ISO date, each with its row count and mark of change."""

    marks: Mapping[str, list[object]]
    written: int = 0
    linked: int = 0
    rows: int = 0


def publish(
    connection: duckdb.DuckDBPyConnection,
    facts: Relation,
    *,
    folder: Path,
    previous: Path | None,
    before: Mapping[str, list[object]],
) -> Days:
    """Write the changed days of ``facts`` under ``folder`` and link the others.

    ``before`` are the marks of the previous generation, empty if none of it may be kept.
    Raises RuntimeError if what was written is not what the warehouse holds.
    """
    marks = _marks(connection, facts)
    name = BY_DAY[facts.name].name
    kept = [
        day
        for day, mark in marks.items()
        if previous is not None
        and before.get(day) == mark
        and _folder(previous, name, day).is_dir()
    ]
    changed = [day for day in marks if day not in set(kept)]
    folder.mkdir(parents=True)
    for day in kept:
        assert previous is not None
        target = _folder(folder, name, day)
        target.mkdir()
        for part in _folder(previous, name, day).iterdir():
            link(part, target / part.name)
    for first in range(0, len(changed), DAYS_AT_ONCE):
        _write(connection, facts, folder, changed[first : first + DAYS_AT_ONCE])
    rows = _count(connection, facts.source)
    has_files = any(folder.glob("*/*.parquet"))
    stored = _count(connection, literal(files(folder))) if has_files else 0
    if rows != stored:
        raise RuntimeError(f"{facts.name} has {rows} rows, but {stored} were published")
    return Days(marks, written=len(changed), linked=len(kept), rows=rows)


def files(folder: Path) -> str:
    """Return the pattern of all the days' files."""
    return str(folder / "*" / "*.parquet")


def view_text(facts: Relation, folder: Path) -> str:
    """Return the statement that makes the days one view, for people's SQL."""
    day = BY_DAY[facts.name].name
    values = {
        "view": f"{identifier(facts.schema)}.{identifier(facts.table)}",
        "columns": _columns(facts),
        "day": identifier(day),
        "type": literal(day),
        "files": literal(files(folder)),
    }
    return fill(statement(PACKAGE, "days_view"), values)


def _marks(connection: duckdb.DuckDBPyConnection, facts: Relation) -> dict[str, list[object]]:
    text = statement(PACKAGE, "marks_of_days")
    day = BY_DAY[facts.name].expression
    of_content = {"mark": "sum(hash(relation)::hugeint)::varchar", "day": day}
    rows = None
    if facts.name == EVENTS:
        # Cheap where the source says when a row was last written: one pass over two columns.
        source = ".".join(map(identifier, (catalog(connection), *SOURCE)))
        values = {"relation": source, "mark": "max(known_at)::varchar", "day": day}
        with contextlib.suppress(duckdb.CatalogException, duckdb.BinderException):
            rows = connection.execute(fill(text, values)).fetchall()
    if rows is None:
        rows = connection.execute(fill(text, {"relation": facts.source, **of_content})).fetchall()
    return {_iso(facts, day): [row_count, mark] for day, row_count, mark in rows}


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    text = fill(statement(PACKAGE, "count_rows"), {"relation": relation})
    row = connection.execute(text).fetchone()
    assert row is not None
    return int(row[0])


def _columns(facts: Relation) -> str:
    day = BY_DAY[facts.name].name
    return ", ".join(identifier(name) for name in facts.columns if name != day)


def _iso(facts: Relation, day: date | None) -> str:
    if day is None:
        raise RuntimeError(f"a row of {facts.name} without a time cannot be published")
    return day.isoformat()


def _folder(folder: Path, name: str, day: str) -> Path:
    return folder / f"{name}={day}"


def _write(
    connection: duckdb.DuckDBPyConnection, facts: Relation, folder: Path, days: list[str]
) -> None:
    day = BY_DAY[facts.name]
    dates = [f"date {literal(each)}" for each in days]
    values = {
        "relation": facts.source,
        "columns": _columns(facts),
        "time": identifier(day.time),
        "expression": day.expression,
        "day": identifier(day.name),
        "span": day.span,
        "days": ", ".join(dates),
        "first": dates[0],
        "last": dates[-1],
        "folder": literal(folder),
    }
    connection.execute(fill(statement(PACKAGE, "write_days"), values))
