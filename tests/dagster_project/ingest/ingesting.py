"""A process that ingests a home and is killed on the way; run by the tests of kills.

Usage: ingesting.py HOME, then one line of input for each attempt: ``calls N`` to be killed at the
N-th call to DuckDB, ``seconds S`` to be killed after S seconds, ``free`` to run to the end. Each
attempt is a process of its own; its line of output is ``killed`` or ``done``, and its seconds.
"""

import os
import signal
import sys
import time
from pathlib import Path

import duckdb  # noqa: F401 # loaded once, before the attempts
import numpy  # noqa: F401, ICN001
import pandas  # noqa: F401, ICN001

from dagster_project.ingest import ingestion, work
from tests.dagster_project.ingest.homes import CLOCK, SOURCES, connect

HOME = Path(sys.argv[1])
work.BATCH_BYTES = 200_000


class Killing:
    """A connection that ends its process with SIGKILL at the n-th call."""

    def __init__(self, connection, calls):
        self._connection = connection
        self._calls = calls

    def __getattr__(self, name):
        method = getattr(self._connection, name)
        if name not in ("execute", "begin", "commit", "rollback"):
            return method

        def counted(*arguments):
            self._calls -= 1
            if self._calls == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*arguments)

        return counted


def attempt(calls):
    connection = connect(str(HOME / "warehouse.duckdb"), HOME)
    ingestion.ingest(
        Killing(connection, calls), landing=HOME / "landing", sources=SOURCES, loaded_at=CLOCK
    )
    connection.close()
    os._exit(0)


def wait(child, seconds):
    """Return the child's exit status, after killing it when the time is up."""
    started = time.monotonic()
    while seconds is not None and time.monotonic() - started < seconds:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.001)
    if seconds is not None:
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


for order in sys.stdin:
    verb, *number = order.split()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        attempt(int(number[0]) if verb == "calls" else 0)
    status = wait(child, float(number[0]) if verb == "seconds" else None)
    outcome = "killed" if os.WIFSIGNALED(status) else f"done {os.WEXITSTATUS(status)}"
    print(outcome, time.monotonic() - started, flush=True)
