"""The report on clusters: one HTML page that needs nothing from outside."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.clusters import sizes
from dagster_project.clusters.card import LIMITS
from dagster_project.models.aliases import CHAMPION, NOT_PROMOTED, PROMOTED
from dagster_project.publish.small_groups import least_shown
from dagster_project.reports import page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagster_project.models.registry import Registry, Version

FILE = "clusters.html"
NAME = "clusters"
CAPTIONS = {
    "profiles": "What sets each cluster apart, in standard deviations from the average customer.",
    "clusters": "The clusters on the two strongest principal components.",
    "neighbourhoods": "Which customers are near each other, whatever their cluster (t-SNE).",
    "silhouettes": "How surely customers belong: 1 is sure, below 0 nearer to another cluster.",
}
SIZES = "The share of the customers in each cluster, from one training to the next."


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of one version: how it was chosen, and what its clusters are."""

    version: Version
    role: str
    verdict: str
    clusters: Sequence[Mapping[str, str]]
    candidates: Sequence[Mapping[str, str]]
    dropped: Sequence[Mapping[str, str]]
    surrogate: str
    pictures: Sequence[tuple[str, str]]


def write(reports: Path, registry: Registry) -> Path:
    """Render the page to ``clusters.html`` from what trainings left."""
    return page.write(reports / FILE, render(registry))


def render(registry: Registry) -> str:
    """Give the page: the champion, and the newest version where that is another."""
    from ml.clusters import pictures

    versions = registry.versions(NAME)
    roles = registry.aliases_of(NAME)
    shown = [one for one in versions if roles.get(one.number) == CHAMPION]
    shown += [one for one in versions[:1] if one not in shown]
    sections = [section(registry, one, roles.get(one.number, "")) for one in shown]
    shares = sizes.over_time(sizes.recorded(registry, NAME))
    return page.render(
        "clusters.html",
        sections=sections,
        sizes=page.picture(pictures.sizes_over_time(shares)) if len(shares) else "",
        sizes_caption=SIZES,
        limits=LIMITS,
        smallest=least_shown(),
    )


def section(registry: Registry, version: Version, role: str) -> Section:
    """Read what a training left."""
    with tempfile.TemporaryDirectory() as folder:
        files = registry.files(version, Path(folder))
        drawn = [
            (caption, page.picture(files[f"{name}.png"].read_bytes()))
            for name, caption in CAPTIONS.items()
            if f"{name}.png" in files
        ]
        tables = [_rows(files.get(f"{name}.csv")) for name in ("clusters", "candidates", "dropped")]
        tree = files.get("surrogate.txt")
        surrogate = "" if tree is None else tree.read_text(encoding="utf-8")
    return Section(
        version=version,
        role=role,
        verdict=version.tags.get(PROMOTED) or version.tags.get(NOT_PROMOTED, ""),
        clusters=tables[0],
        candidates=tables[1],
        dropped=tables[2],
        surrogate=surrogate,
        pictures=drawn,
    )


def _rows(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {name: _short(value) for name, value in row.items()} for row in csv.DictReader(lines)
        ]


def _short(value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.3f}"
