"""The report on predictions: one HTML page that needs nothing from outside."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.predictions import targets
from dagster_project.predictions.card import LIMITS
from dagster_project.reports import page, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagster_project.models.registry import Registry
    from dagster_project.reports.standing import Standing

FILE = "predictions.html"
CAPTIONS = {
    "foretold.png": "Orders foretold of each tenth of the buyers, and those there were.",
    "calibration.png": "Calibration: of those given a probability, the share that did it.",
    "lift.png": "Lift of each tenth of the customers, and the share of all who did it so far.",
    "importance.png": "What the loss rises by when a feature's values are dealt out anew.",
    "dependence.png": "The mean probability if everybody had one value of a feature.",
}
QUESTIONS = {target.name: f"How likely a customer {target.question}." for target in targets.TARGETS}
NOTHING = "too few customers, moments or orders to learn from, or no product has a category"
TIMES = "Days with orders to come and what they are worth: BG/NBD and Gamma-Gamma."


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of one model: its newest version, in use or not."""

    name: str
    question: str
    standing: Standing | None
    trials: Sequence[dict[str, Any]]
    metrics: Sequence[tuple[str, float]]
    pictures: Sequence[tuple[str, str]]


def write(reports: Path, registry: Registry) -> Path:
    """Render the page to ``predictions.html`` from what the newest trainings left."""
    models = [section(registry, name) for name in targets.NAMES]
    text = page.render("predictions.html", models=models, limits=LIMITS, nothing=NOTHING)
    return page.write(reports / FILE, text)


def section(registry: Registry, name: str) -> Section:
    """Read what the newest training of a model left."""
    version = registry.newest_version(name)
    question = QUESTIONS.get(name, TIMES)
    if version is None:
        return Section(name, question, None, (), (), ())
    with tempfile.TemporaryDirectory() as folder:
        files = registry.files(version, Path(folder))
        drawn = [
            (caption, page.picture(files[file].read_bytes()))
            for file, caption in CAPTIONS.items()
            if file in files
        ]
        trials = _rows(files["trials.csv"]) if "trials.csv" in files else []
    return Section(
        name=name,
        question=question,
        standing=standing.of(registry, version),
        trials=trials,
        metrics=sorted(version.metrics.items()),
        pictures=drawn,
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    texts = ("kind", "calibration")
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {
                name: value if name in texts else value == "True" if name == "is_chosen"
                else int(value) if name == "customers" else float(value)
                for name, value in row.items()
            }
            for row in csv.DictReader(lines)
        ]  # fmt: skip
