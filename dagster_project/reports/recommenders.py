"""The report on recommenders: one HTML page that needs nothing from outside."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.models.catalogue import DESCRIPTIONS, RECOMMENDERS
from dagster_project.recommender.training import PICTURE
from dagster_project.recommender.variants import CHAMPION, HYBRID, NOTHING, VARIANTS
from dagster_project.reports import page, standing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dagster_project.models.registry import Registry, Version
    from dagster_project.reports.standing import Standing

FILE = "recommenders.html"
JUDGED = "recommenders.csv"
SHOWN = ("recall_at_10", "recall_at_5", "recall_at_20", "precision_at_10", "map_at_10",
         "ndcg_at_10", "hit_rate_at_10", "mrr_at_10", "value_at_10", "margin_at_10", "coverage",
         "novelty", "diversity")  # fmt: skip
PLACES = (5, 10, 20)
BY_PLACES = ("precision", "recall", "map", "ndcg", "hit_rate", "mrr")
CUSTOMERS = "customers"  # the row of tables of groups that counts them
IN_FULL = 1  # of so many of them the interval is shown; further below of all


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by name, of numbers as they are shown."""

    title: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of one recommender: its newest version, in use or not.

    ``chosen`` names the rows of what was recorded, ``details`` are measures with their intervals.
    """

    name: str
    question: str
    standing: Standing
    verdict: str
    picture: str
    tables: Sequence[Table]
    details: Sequence[Table]
    chosen: Collection[str]


def write(reports: Path, registry: Registry) -> Path:
    """Render the page to ``recommenders.html`` from what the newest trainings left."""
    newest = {name: registry.newest_version(name) for name in RECOMMENDERS}
    text = page.render(
        "recommenders.html",
        sections=[section(registry, version) for version in newest.values() if version is not None],
        missing=[name for name, version in newest.items() if version is None],
        nothing=NOTHING,
    )
    return page.write(reports / FILE, text)


def section(registry: Registry, version: Version) -> Section:
    """Read what a training left."""
    wanted = {
        JUDGED: "On the held-out days",
        "recall_by_knowledge.csv": "Recall at 10 by how much was known of the customer",
        "recall_by_segment.csv": "Recall at 10 by country",
        "weights.csv": "Weights of the mix by how much is known",
    }
    with tempfile.TemporaryDirectory() as folder:
        files = registry.files(version, Path(folder))
        drawn = files.get(PICTURE)
        picture = "" if drawn is None else page.picture(drawn.read_bytes())
        tables = [read_table(files[name], title) for name, title in wanted.items() if name in files]
        details = [in_detail(files[JUDGED], places) for places in PLACES if JUDGED in files]
    return Section(
        name=version.name,
        question=DESCRIPTIONS[version.name],
        standing=standing.of(registry, version),
        verdict=verdict(version.parameters, version.metrics),
        picture=picture,
        tables=tables,
        details=details,
        chosen=recorded(version.parameters),
    )


def recorded(parameters: Mapping[str, str]) -> frozenset[str]:
    """Name the rows of what was recorded: of the mixes compared, the one that was chosen."""
    lost = {"True": HYBRID, "False": CHAMPION}.get(parameters.get("is_champions_recipe", ""))
    return frozenset({HYBRID, CHAMPION, *VARIANTS} - {lost})


def verdict(parameters: Mapping[str, str], metrics: Mapping[str, float]) -> str:
    """Say how the mix did beside the best single model; empty where that was not measured."""
    if "gain_over_best_single" not in metrics:
        return ""
    gain, low, high = (metrics[f"gain_over_best_single{end}"] for end in ("", "_low", "_high"))
    told = f"{gain:+.4f} of recall at 10 (95 %: {low:+.4f} to {high:+.4f})"
    best = parameters["best_single"]
    if low > 0:
        return f"The mix beats the best single model, {best}, by {told}."
    if high >= 0:
        return f"The mix is as good as the best single model, {best}, within the interval: {told}."
    return (
        f"The mix is worse than the best single model, {best}: {told}. Its weights were learnt on "
        "earlier days, on which it was not; tastes moved since, or too few customers bought then."
    )


def read_table(path: Path, title: str) -> Table:
    """Read a table of a run.

    The measures that are shown come in the order of ``SHOWN``, the first with its interval; of
    groups every one with its own.
    """
    rows = _read(path)
    first, *columns = rows[0]
    columns = [name for name in columns if not name.endswith(("_low", "_high"))]
    measures = [name for name in SHOWN if name in columns]
    in_full = measures[:IN_FULL] or columns
    columns = measures or columns
    return Table(
        title,
        columns,
        [(row[first], [_shown(row, name, name in in_full) for name in columns]) for row in rows],
    )


def in_detail(path: Path, places: int) -> Table:
    """Read every measure of so many places, each with its interval."""
    rows = _read(path)
    columns = [f"{measure}_at_{places}" for measure in BY_PLACES]
    return Table(
        f"Among the first {places}",
        columns,
        [(next(iter(row.values())), [_shown(row, each, True) for each in columns]) for row in rows],
    )


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _shown(row: Mapping[str, str], name: str, in_full: bool) -> str:
    if not row[name]:
        return ""
    if CUSTOMERS in row.values():
        return f"{float(row[name]):,.0f}"
    ends = [row.get(f"{name}{end}") for end in ("_low", "_high")]
    told = f"{float(row[name]):.3f}"
    if in_full and all(ends):
        low, high = (float(str(end)) for end in ends)
        told += f" ({low:.3f} to {high:.3f})"
    return told
