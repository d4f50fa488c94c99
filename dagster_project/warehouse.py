"""The warehouse file: one process at a time, guarded by a lock that the kernel frees."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.settings import Settings

WAIT_SECONDS = 0.2
TELL_EVERY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The DuckDB file and its guard; every step that opens the file goes through here."""

    settings: Settings

    @contextmanager
    def locked(self, holder: str, tell: Callable[[str], None] | None = None) -> Iterator[None]:
        """Hold the file's lock, for a step that opens it itself (dbt, Great Expectations).

        While another process holds it, ``tell`` hears who does, at once and then every
        ``TELL_EVERY_SECONDS``.
        """
        self.settings.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.settings.lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _wait_for(descriptor, self.settings.lock, tell)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{holder} (process {os.getpid()})".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def connect(
        self, holder: str, tell: Callable[[str], None] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for writing while holding its lock."""
        with self.locked(holder, tell):
            connection = self._connect_when_free(tell)
            try:
                yield connection
            finally:
                connection.close()

    def _connect_when_free(self, tell: Callable[[str], None] | None) -> duckdb.DuckDBPyConnection:
        """Open the file; a dbt whose parent was killed may hold it though the lock is free."""
        told = False
        while True:
            try:
                return connect(self.settings.warehouse, self.settings)
            except duckdb.IOException as error:
                if "Could not set lock on file" not in str(error):
                    raise
                if tell is not None and not told:
                    tell("waiting for a process that outlived its run to close the warehouse")
                    told = True
                time.sleep(WAIT_SECONDS)

    @property
    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        return self.settings.warehouse.exists()


def connect(path: Path | str, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file with this platform's limits; the caller holds the lock."""
    connection = duckdb.connect(
        str(path),
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(settings.home / "tmp"),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        },
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def _wait_for(descriptor: int, lock: Path, tell: Callable[[str], None] | None) -> None:
    told_at = -TELL_EVERY_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tell is not None and time.monotonic() - told_at >= TELL_EVERY_SECONDS:
                tell(f"waiting for the warehouse, held by {lock.read_text() or 'a starting step'}")
                told_at = time.monotonic()
            time.sleep(WAIT_SECONDS)
        else:
            return
