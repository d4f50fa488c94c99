"""What share of the customers each cluster had, from one training to the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagster_project.models.registry import Registry, Training

MOST_VERSIONS = 20
PICTURE = "sizes"
PREFIX = "share_of_"


def over_time(trainings: Iterable[tuple[int, str, Mapping[str, float]]]) -> pd.DataFrame:
    """Give the share of each cluster, by its number, at each training, the oldest first.

    Of a training it reads the version's number, the moment, and the measures; the newest first.
    """
    rows = {
        f"{number}: {as_of[:10]}": {
            name.removeprefix(PREFIX): value
            for name, value in metrics.items()
            if name.startswith(PREFIX)
        }
        for number, as_of, metrics in [*trainings][MOST_VERSIONS - 1 :: -1]
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table[sorted(table.columns, key=lambda name: int(str(name)))]


def recorded(registry: Registry, name: str) -> list[tuple[int, str, Mapping[str, float]]]:
    """Read every training that was recorded, the newest first."""
    return [(one.number, one.tags["as_of"], one.metrics) for one in registry.versions(name)]


def with_picture(training: Training, registry: Registry) -> Training:
    """Put the picture of all sizes so far beside a training that is to be recorded."""
    from ml.clusters import pictures

    before = recorded(registry, training.name)
    number = before[0][0] + 1 if before else 1
    now = (number, training.dataset.as_of, training.metrics)
    drawn = pictures.sizes_over_time(over_time([now, *before]))
    return replace(training, files={**training.files, f"{PICTURE}.png": drawn})
