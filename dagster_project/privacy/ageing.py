"""Deleting by age: whoever left no trace for long goes, from landing files and every table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.ingest import ingestion
from dagster_project.platform import Platform
from dagster_project.privacy import landing, remains, removal, subjects
from dagster_project.privacy.progress import FOLDER, alone, write_private
from dagster_project.privacy.subjects import run
from edge.privacy import lines, suppression
from edge.privacy.subjects import Subject

if TYPE_CHECKING:
    import duckdb

HOLDER = "deletion by age"
CHOSEN = "people.json"


@dataclass(frozen=True, slots=True)
class Aged:
    """What was deleted: people, lines of theirs, and the landing files these were taken from."""

    people: int = 0
    rows: int = 0
    files: int = 0


def delete(platform: Platform, days: int, tell: Callable[[str], None]) -> Aged:
    """Delete those who left no trace for so many days before the newest trace of anybody.

    Who they are is written down first: killed anywhere, the next call goes on with the same
    people. It leaves it to that call where files have landed that no refresh has seen, for they
    may hold a trace, and where an erasure is under way.
    """
    settings = platform.settings
    folder = settings.home / FOLDER / "ageing"
    with alone(settings.home, waits=False) as is_ours:
        if not is_ours:
            tell("an erasure is under way: nothing is deleted by age today")
            return Aged()
        with platform.warehouse.connect(HOLDER, tell) as connection:
            subject = _chosen(platform, connection, folder, days)
            if not subject.names:
                return Aged()
            tell(
                f"deleting {len(subject.customer_ids):,} customers without a trace for {days} days"
            )
            _guard(platform, connection, folder, subject)
            changes, _ = removal.remove(
                platform, connection, folder / "landing", subject, lines.search_for_many(subject)
            )
            landing.put(folder / "landing", settings.landing, changes)
        remains.replace_copies(settings.home, settings.landing, changes)
        counted = landing.counts(changes)
        shutil.rmtree(folder)
    return Aged(len(subject.customer_ids), counted["rows_removed"], counted["files_rewritten"])


def _chosen(
    platform: Platform, connection: duckdb.DuckDBPyConnection, folder: Path, days: int
) -> Subject:
    path = folder / CHOSEN
    if path.exists():
        return Subject.of(json.loads(path.read_text(encoding="utf-8")))
    has_news = ingestion.has_news(connection, platform.settings.landing, platform.sources)
    if has_news or not run(connection, "is_resolved")[0][0]:
        return Subject((), frozenset())
    unused = [row[0] for row in run(connection, "unused_customers", {"days": days})]
    subject = subjects.subject_of(connection, unused)
    if subject.names:
        write_private(path, subject.as_dict())
    return subject


def _guard(
    platform: Platform, connection: duckdb.DuckDBPyConnection, folder: Path, subject: Subject
) -> None:
    """Have what they shared tie nobody else together later, though fewer share it now."""
    if (folder / "landing" / landing.PLAN).exists():
        return  # noted before the plan was
    subjects.choose(connection, subject)
    guards = subjects.shared(connection, platform.keys.salt)
    suppression.record_guards(platform.settings.landing, guards, recorded_at=platform.now())
