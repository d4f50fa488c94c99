"""Generations: immutable snapshots that readers are never blocked by and never see half of."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.beside import workers
from dagster_project.publish import days, relations, views
from dagster_project.publish.files import replace_text, sync_tree
from dagster_project.publish.relations import PACKAGE, Relation
from dagster_project.statements import statement
from edge.disk import sync
from edge.published import LATEST, MANIFEST, Generation, NothingPublishedError, newest
from edge.statements import fill, literal
from edge.triggers.rules import path_of

PARTIAL = ".partial-"
TARGET = "generation"
WRITERS = 2  # a small table is the work of one core
_NAME = re.compile(r"(\d{8}T\d{12})Z-\w+")
_MOMENT = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: nothing, if the newest generation is of the same build."""

    generation: Generation
    is_new: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    days_written: int = 0
    days_linked: int = 0
    pruned: tuple[str, ...] = ()


def publish(
    connection: duckdb.DuckDBPyConnection,
    *,
    published: Path,
    build_id: str,
    now: datetime,
    keep: int = 3,
    rules: str = "",
    triggers: Mapping[str, Any] | None = None,
    with_contacts: bool = True,
    large_rows: int = relations.LARGE_ROWS,
) -> Published:
    """Make the warehouse's public tables the newest generation; killed anywhere, nothing changed.

    ``rules`` names the code behind the tables: under other rules no day of facts is taken over
    from the previous generation. ``triggers`` are rules that are evaluated without the warehouse.
    The ``keep`` newest generations stay, and any that is being read. Without contacts, the file
    that holds them is not made. A table of ``large_rows`` or more stands in Parquet alone, and is a
    view in the DuckDB file.
    """
    if keep < 1:
        raise ValueError(f"keep must be at least 1, got {keep}")
    published.mkdir(parents=True, exist_ok=True)
    published = published.resolve()
    _remove_rubbish(published)
    previous = _newest(published)
    before = {} if previous is None else previous.manifest()
    text = "" if triggers is None else json.dumps(triggers, indent=1)
    is_same_build = before.get("build_id") == build_id and _rules_of(previous) == text
    is_same_build &= with_contacts == (previous is not None and previous.contacts.exists())
    if previous is not None and is_same_build and before["folder"] == str(previous.path):
        return Published(previous, is_new=False, pruned=_prune(published, keep))
    generation = Generation(published / _name(published, now, build_id))
    partial = Generation(published / f"{PARTIAL}{generation.name}")
    everything = relations.found(connection, large_rows)
    partial.path.mkdir(mode=0o700)
    try:
        content = _write(
            connection, everything, partial, previous, before, rules, with_contacts=with_contacts
        )
        manifest = {
            "generation": generation.name,
            "build_id": build_id,
            "rules": rules,
            "published_at": _utc(now).isoformat(),
            "folder": str(generation.path),  # views over Parquet name their files
            **content,
        }
        if text:
            path_of(partial.path).write_text(text, encoding="utf-8")
        (partial.path / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        partial.path.chmod(0o755)
        sync_tree(partial.path)
        partial.path.rename(generation.path)
    except BaseException:
        shutil.rmtree(partial.path, ignore_errors=True)
        raise
    _create_views(connection, everything, generation)
    sync(generation.warehouse)
    sync(published)
    replace_text(published / LATEST, f"{generation.name}\n")
    return Published(
        generation,
        is_new=True,
        rows={name: table["rows"] for name, table in content["tables"].items()},
        days_written=content["days_written"],
        days_linked=content["days_linked"],
        pruned=_prune(published, keep),
    )


def _rules_of(generation: Generation | None) -> str:
    """Return the rules of triggers that a generation carries."""
    path = None if generation is None else path_of(generation.path)
    return "" if path is None or not path.exists() else path.read_text(encoding="utf-8")


def _write(
    connection: duckdb.DuckDBPyConnection,
    everything: Mapping[str, Relation],
    partial: Generation,
    previous: Generation | None,
    before: Mapping[str, Any],
    rules: str,
    *,
    with_contacts: bool,
) -> dict[str, Any]:
    seen_through = views.texts(connection)
    whole = [each for each in relations.public(everything) if each.name not in seen_through]
    small = [each for each in whole if not each.is_large]
    contacts = [everything[name] for name in sorted(relations.CONTACTS & everything.keys())]
    files = {partial.warehouse: small, **({partial.contacts: contacts} if with_contacts else {})}
    old_tables = before.get("tables", {})
    with workers(connection, WRITERS) as writers:
        copying = writers.submit(_copy, files)
        writing_days = {
            name: writers.submit(
                days.publish,
                everything[name],
                folder=_folder(partial, name),
                previous=None if previous is None else _folder(previous, name),
                before=_marks_before(before, everything[name], rules),
            )
            for name in relations.BY_DAY
            if name in everything
        }
        writing = {
            relation.name: writers.submit(
                relations.write_parquet,
                relation,
                folder=partial.parquet,
                previous=None if previous is None else previous.parquet,
                before=old_tables.get(relation.name, {}),
            )
            for relation in whole
        }
        copying.result()
        written = {name: each.result() for name, each in writing_days.items()}
        tables = {name: each.result() for name, each in writing.items()}
    if with_contacts:
        partial.contacts.chmod(0o600)
    for name, facts in written.items():
        tables[name] = {"rows": facts.rows, "columns": everything[name].signature}
    return {
        "as_of": relations.as_of(connection),
        "tables": dict(sorted(tables.items())),
        "days": {name: facts.marks for name, facts in written.items()},
        "days_written": sum(facts.written for facts in written.values()),
        "days_linked": sum(facts.linked for facts in written.values()),
    }


def _marks_before(
    before: Mapping[str, Any], facts: Relation, rules: str
) -> Mapping[str, list[object]]:
    """Return the marks of the days that may be taken over: under other rules, none."""
    old = before.get("tables", {}).get(facts.name, {})
    is_same = before.get("rules") == rules and old.get("columns") == facts.signature
    marks: Mapping[str, list[object]] = before.get("days", {}).get(facts.name, {})
    return marks if is_same else {}


def _create_views(
    connection: duckdb.DuckDBPyConnection,
    everything: Mapping[str, Relation],
    generation: Generation,
) -> None:
    by_day = {name: _folder(generation, name) for name in relations.BY_DAY if name in everything}
    # a view over no files cannot be made: an empty table instead
    tables = [everything[x] for x, path in by_day.items() if not any(path.glob("*/*.parquet"))]
    over_files = [
        (everything[name], days.view_text(everything[name], folder))
        for name, folder in by_day.items()
        if everything[name] not in tables
    ]
    texts = {name: text for name, text in views.texts(connection).items() if name in everything}
    for relation in relations.public(everything):
        if relation.is_large and relation.name not in texts:
            path = relations.parquet_path(generation.parquet, relation)
            if views.reads_alike(connection, relation, path):
                over_files.append((relation, views.text_of_file(relation, path)))
            else:
                tables.append(relation)
    views.create_of_files(generation, over_files)
    if tables:
        _copy(connection, {generation.warehouse: tables})
    unreadable = views.create(generation, texts)
    if unreadable:
        _copy(connection, {generation.warehouse: [everything[name] for name in unreadable]})


def _copy(connection: duckdb.DuckDBPyConnection, files: Mapping[Path, Sequence[Relation]]) -> None:
    """Put relations, as tables, into the DuckDB files that shall have them."""
    for path, held in files.items():
        values = {"path": literal(path), "name": TARGET}
        connection.execute(fill(statement(PACKAGE, "attach_target"), values))
        try:
            relations.copy(connection, held, TARGET)
        finally:
            connection.execute(fill(statement(PACKAGE, "detach_target"), values))


def _folder(generation: Generation, name: str) -> Path:
    return generation.parquet.joinpath(*name.split("."))


def _newest(published: Path) -> Generation | None:
    try:
        return newest(published)
    except NothingPublishedError:
        return None


def _names(published: Path) -> list[str]:
    return sorted(path.name for path in published.iterdir() if _NAME.fullmatch(path.name))


def _name(published: Path, now: datetime, build_id: str) -> str:
    """Return a name later than every other, even if the clock went back."""
    moment = _utc(now)
    names = _names(published)
    if names:
        found = _NAME.fullmatch(names[-1])
        assert found is not None
        newest_moment = datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
        moment = max(moment, newest_moment + timedelta(microseconds=1))
    return f"{moment.strftime(_MOMENT)}Z-{re.sub(r'[^0-9a-zA-Z]', '', build_id)[:8] or 'build'}"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _remove_rubbish(published: Path) -> None:
    """Remove what a killed publication left: partial folders, and generations never named."""
    latest = _newest(published)
    for path in published.iterdir():
        never_named = _NAME.fullmatch(path.name) and (latest is None or path.name > latest.name)
        if path.name.startswith(PARTIAL) or never_named:
            shutil.rmtree(path)
        elif path.name.startswith(f".{LATEST}."):
            path.unlink()


def _prune(published: Path, keep: int) -> tuple[str, ...]:
    """Remove old generations, but none that a reader holds."""
    latest = newest(published).name
    pruned = []
    for name in _names(published)[:-keep]:
        path = published / name
        if name == latest:
            continue
        descriptor = os.open(path / MANIFEST, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            rubbish = path.rename(published / f"{PARTIAL}{name}")
            shutil.rmtree(rubbish)
            pruned.append(name)
        finally:
            os.close(descriptor)
    return tuple(pruned)
