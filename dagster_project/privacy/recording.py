"""Telling people what became of a request: the ledger, its table, and a generation of it alone."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from dagster_project import dbt_project, dbt_runs
from dagster_project.defs import publish as publishing
from dagster_project.platform import Platform
from dagster_project.publish.generations import PARTIAL
from edge.published import LATEST, MANIFEST, NothingPublishedError, newest

HOLDER = "recording a request"
MODELS = ("fct_deliveries", "fct_triggers", "privacy_requests")
PATIENCE_SECONDS = 10.0  # for a reader to let go of an old generation


def publish(platform: Platform, tell: Callable[[str], None]) -> None:
    """Load the ledger, make the tables that read it, and publish."""
    with platform.warehouse.connect(HOLDER, tell) as connection:
        publishing.load_ledger(platform, connection)
    with platform.warehouse.locked(HOLDER, tell):
        manifest = dbt_project.manifest(platform.settings)
        dbt_runs.rebuild(MODELS, platform.settings, manifest)
    with platform.warehouse.connect(HOLDER, tell) as connection:
        publishing.publish_now(platform, connection)


def keep_newest(published: Path) -> int:
    """Remove every generation but the newest; a reader is waited for, but not for ever."""
    try:
        latest = newest(published)
    except NothingPublishedError:
        return 0
    count = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    for path in sorted(published.iterdir()):
        if path.name in (latest.name, LATEST) or not path.is_dir():
            continue
        _wait_for_readers(path / MANIFEST, deadline)
        gone = path.rename(published / f"{PARTIAL}{path.name.removeprefix(PARTIAL)}")
        shutil.rmtree(gone)
        count += 1
    return count


def _wait_for_readers(manifest: Path, deadline: float) -> None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(manifest, os.O_RDONLY)
        try:
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(0.1)
                else:
                    return
        finally:
            os.close(descriptor)
