"""Ending by age what refreshes do not end by themselves."""

import fcntl
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from dagster_project.statements import statement
from edge.consent.purposes import Purposes
from edge.published import LATEST, MANIFEST, Generation, NothingPublishedError, newest

PACKAGE = "dagster_project.privacy"


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended: contact files of older generations, and payloads of refused lines."""

    contact_files: int
    payloads: int


def enforce(
    connection: duckdb.DuckDBPyConnection, published: Path, purposes: Purposes, now: datetime
) -> Ended:
    """Remove contacts of all generations but the newest, and refused lines that are too old.

    A refused line may hold anything: it is kept, for mending, no longer than the longest purpose.
    """
    before = now - timedelta(days=purposes.longest_days)
    row = connection.execute(statement(PACKAGE, "forget_payloads"), {"before": before}).fetchone()
    return Ended(_forget_contacts(published), 0 if row is None else int(row[0]))


def _forget_contacts(published: Path) -> int:
    """Remove the contacts of older generations, but of none that is being read."""
    try:
        kept = newest(published).name
    except NothingPublishedError:
        return 0
    removed = 0
    for path in published.iterdir():
        generation = Generation(path)
        if path.name in (LATEST, kept) or not generation.contacts.exists():
            continue
        descriptor = os.open(path / MANIFEST, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            generation.contacts.unlink()
            removed += 1
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
    return removed
