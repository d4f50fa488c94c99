"""The last results of every suite, and what earlier runs observed, as one JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from expectations.run import Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

FILE = "checks.json"
RUNS_KEPT = 30


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a suite ran last, and what it found."""

    suite: str
    ran_at: str
    results: tuple[Result, ...]


def write(reports: Path, results: Sequence[Result], *, ran_at: datetime) -> Path:
    """Replace the results of the suites that ran, and add what they observed to the history.

    Failed runs count too: a change that lasts becomes the usual.
    """
    found = _load(reports)
    for suite in dict.fromkeys(result.suite for result in results):
        own = [result for result in results if result.suite == suite]
        found["suites"][suite] = {
            "ran_at": ran_at.isoformat(timespec="seconds"),
            "results": [asdict(result) for result in own],
        }
        earlier = found["history"].setdefault(suite, {})
        for result in own:
            if result.observed is not None:
                observed = [*earlier.get(result.expectation, []), result.observed]
                earlier[result.expectation] = observed[-RUNS_KEPT:]
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / FILE
    replace_text(path, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return path


def history(reports: Path) -> dict[tuple[str, str], list[float]]:
    """Give what earlier runs observed, oldest first, by suite and expectation."""
    return {
        (suite, expectation): list(observed)
        for suite, by_expectation in _load(reports)["history"].items()
        for expectation, observed in by_expectation.items()
    }


def last_runs(reports: Path) -> list[LastRun]:
    """Give the last results of every suite that ever ran."""
    return [
        LastRun(suite, run["ran_at"], tuple(Result(**result) for result in run["results"]))
        for suite, run in _load(reports)["suites"].items()
    ]


def replace_text(path: Path, text: str) -> None:
    """Write a file so that readers see the old text or the new, never half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _load(reports: Path) -> dict[str, dict[str, Any]]:
    path = reports / FILE
    if not path.exists():
        return {"suites": {}, "history": {}}
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
