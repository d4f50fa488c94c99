"""What a training reads, and how it ended."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING, Any, Literal

from dagster_project.statements import statement
from edge.statements import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb
    import pandas as pd

    from dagster_project.models.registry import Registry, Training, Version

PACKAGE = "dagster_project.models"


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a training ended; ``metric`` names the one that decides, ``pictures`` are PNGs."""

    name: str
    outcome: Literal["promoted", "kept", "unchanged", "skipped"]
    reason: str
    metric: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    version: Version | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def read_features(
    connection: duckdb.DuckDBPyConnection, numbers: Sequence[str], texts: Sequence[str] = ()
) -> pd.DataFrame:
    """Read ``customer_id``, ``as_of`` and some features of every customer."""
    relation = "features.ftr_customers"
    known = connection.table(relation).columns
    missing = [name for name in (*numbers, *texts) if name not in known]
    if missing:
        raise ValueError(f"{relation} lacks the column(s) {', '.join(missing)}")
    columns = typed(numbers, texts, ",\n    ")
    text = Template(statement(PACKAGE, "features")).substitute(columns=columns)
    return read_frame(connection, text)


def typed(numbers: Sequence[str], texts: Sequence[str], between: str = ", ") -> str:
    """Write the columns of a query: numbers as such whatever their type, texts as they are."""
    columns = [f"{identifier(name)}::double as {identifier(name)}" for name in numbers]
    return between.join([*columns, *(identifier(name) for name in texts)])


def read_moment(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Read the moment that features were evaluated at; None without any behaviour."""
    row = connection.execute(statement(PACKAGE, "moment")).fetchone()
    return None if row is None else row[0]


def read_frame(
    connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Read the rows of a query, as Arrow types them."""
    frame: pd.DataFrame = connection.execute(text, values).to_arrow_table().to_pandas()
    return frame


def unchanged(name: str, metric: str, same: Version) -> TrainingResult:
    """Say that there is nothing to train: a version is as good as new."""
    reason = f"version {same.number} was trained on the same data in the same way"
    return TrainingResult(name, "unchanged", reason, metric, same.metrics, same)


def decided(
    registry: Registry,
    training: Training,
    passes: bool,
    reason: str,
    metric: str,
    pictures: Mapping[str, bytes] | None = None,
) -> TrainingResult:
    """Record a training, and put its model in use if it passed its bar.

    What could not be measured is left out of the measures, as it is in the registry.
    """
    version = registry.log_training(training)
    if passes:
        registry.promote(version, reason)
    else:
        registry.keep(version, reason)
    return TrainingResult(
        training.name,
        "promoted" if passes else "kept",
        reason,
        metric,
        {name: value for name, value in training.metrics.items() if math.isfinite(value)},
        version,
        {} if pictures is None else pictures,
    )
