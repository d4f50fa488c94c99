"""Checks in a process of their own: importing Great Expectations takes seconds, unseen there."""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
from functools import cache
from typing import TYPE_CHECKING

from expectations import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from expectations.suite import Suite


class Worker:
    """A process that imports at once and then runs suites; it ends when its maker does."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="checks", daemon=True)
        self._process.start()
        theirs.close()  # so that its death is the end of the pipe

    def close(self) -> None:
        """Let the process end, and wait until it has."""
        self._connection.close()
        self._process.join()

    def validate(
        self,
        database: Path,
        suites: Sequence[Suite],
        *,
        history: Mapping[tuple[str, str], Sequence[float]],
    ) -> list[run.Result]:
        """Do what ``run.validate`` does, over there."""
        try:
            self._connection.send((database, list(suites), dict(history)))
            answer: list[run.Result] | run.CheckError = self._connection.recv()
        except (EOFError, BrokenPipeError) as error:
            started.cache_clear()
            raise run.CheckError(
                "the process of the checks was killed: run the job again"
            ) from error
        if isinstance(answer, run.CheckError):
            raise answer
        return answer


@cache
def started() -> Worker:
    """Return this process's worker; the first call starts it."""
    worker = Worker()
    atexit.register(worker.close)
    return worker


def _serve(connection: Connection) -> None:
    importlib.import_module("great_expectations.expectations")
    while True:
        try:
            database, suites, history = connection.recv()
        except EOFError:
            return
        try:
            connection.send(run.validate(database, suites, history=history))
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            known = isinstance(error, run.CheckError)
            connection.send(error if known else run.CheckError(f"{type(error).__name__}: {error}"))
