"""Statements on one DuckDB database from several threads, each on a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

import duckdb

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Workers:
    """Threads that work for one connection."""

    connection: duckdb.DuckDBPyConnection
    pool: ThreadPoolExecutor
    opened: list[duckdb.DuckDBPyConnection] = field(default_factory=list)

    def submit(
        self,
        work: Callable[Concatenate[duckdb.DuckDBPyConnection, Given], Result],
        *args: Given.args,
        **kwargs: Given.kwargs,
    ) -> Future[Result]:
        """Have work done on a further connection, which is its first argument."""
        cursor = self.connection.cursor()
        self.opened.append(cursor)
        return self.pool.submit(work, cursor, *args, **kwargs)


@contextmanager
def workers(connection: duckdb.DuckDBPyConnection, count: int) -> Iterator[Workers]:
    """Start so many threads for what is submitted, and wait for it at the end.

    Where the caller fails or is interrupted, nothing more is begun and what runs is interrupted:
    only the main thread hears of Ctrl-C.
    """
    with ThreadPoolExecutor(count) as pool:
        started = Workers(connection, pool)
        try:
            yield started
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for cursor in started.opened:
                cursor.interrupt()
            raise
