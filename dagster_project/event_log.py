"""Dagster's event log in SQLite, with connections that stay open."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster import StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import create_engine, event

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from dagster._serdes import ConfigurableClassData
    from sqlalchemy import Connection, Engine

BUSY_SECONDS = 60
MOST_OPEN = 8  # a web server reads the files of many runs
# Waiting for the disk after each of a thousand events was a fifth of a refresh. A killed process
# loses nothing so; a power failure may lose the last events of a log, and no table: those rest on
# landing.
RELAXED = "pragma synchronous = normal"


class EventLog(SqliteEventLogStorage):
    """The event log where Dagster itself keeps it: a file for each run, and one index.

    Dagster's own class opens a connection for each statement, and with it compiles the statement
    anew: of a refresh with nothing new, whose 850 events it wrote, that was a quarter of the time.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Take the folder that is Dagster's home."""
        return {"dagster_home": StringSource}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> EventLog:
        """Make the event log of a home, in the folder that Dagster's default has."""
        folder = Path(config_value["dagster_home"]) / "history" / "runs"
        return cls(str(folder), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_SECONDS}
            )
            event.listen(engine, "connect", _relax)
        self._engines[shard] = engine
        if len(self._engines) > MOST_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        """Close the files."""
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()
        super().dispose()


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(RELAXED)
