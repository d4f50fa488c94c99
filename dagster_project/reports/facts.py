"""What the report on segments tells, read from a published generation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dagster_project.reports import definitions
from dagster_project.reports.definitions import Definition
from dagster_project.statements import statement
from ml.anomalies import find_drop

MOMENTS = 100  # evaluated moments that are looked back at
RETIRED = "retired"
Record = Mapping[str, Any]
KPIS = {
    "conversion_share": "conversion",
    "average_order_value": "order value",
    "click_through_share": "promotion click-through",
    "dwell_seconds": "time per visit",
    "visits_per_member": "visits per member",
    "orders_per_member": "purchase frequency",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """A figure of a segment that dropped further than its own history explains."""

    segment: str
    kpi: str
    value: float
    expected: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything in the report, as rows of named values.

    ``history`` has the rows of ``segments.fct_segment_health`` by segment, oldest first;
    ``newest`` those of the present moment.
    """

    as_of: datetime | None
    segments: Sequence[Record]
    history: Mapping[str, Sequence[Record]]
    newest: Mapping[str, Record]
    overlaps: Sequence[Record]
    proposals: Sequence[Record]
    flows: Sequence[Record]
    rfm: Sequence[Record]
    definitions: Mapping[str, Definition]
    alerts: Sequence[Alert]


def read(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> Facts:
    """Read the facts of every segment; ``folders`` are where the SQL of segments stands."""
    segments = [row for row in _rows(connection, "registered") if row["status"] != RETIRED]
    as_of = max((row["as_of"] for row in segments), default=None)
    history: dict[str, list[Record]] = {row["segment"]: [] for row in segments}
    for row in _rows(connection, "health", moments=MOMENTS):
        if row["segment"] in history:
            history[row["segment"]].append(row)
    conditions: dict[str, list[str]] = {}
    for row in _rows(connection, "conditions"):
        conditions.setdefault(row["segment"], []).append(row["condition"])
    return Facts(
        as_of=as_of,
        segments=segments,
        history=history,
        newest={
            name: rows[-1] for name, rows in history.items() if rows and rows[-1]["as_of"] == as_of
        },
        overlaps=_rows(connection, "overlaps"),
        proposals=_rows(connection, "proposals"),
        flows=_rows(connection, "flows"),
        rfm=_rows(connection, "rfm"),
        definitions={
            name: definitions.read(folders, name, conditions.get(name, [])) for name in history
        },
        alerts=[alert for rows in history.values() for alert in alerts(rows, as_of)],
    )


def alerts(rows: Sequence[Record], as_of: datetime | None) -> list[Alert]:
    """Find what dropped anomalously in a segment that is large enough to be activated."""
    if not rows or rows[-1]["as_of"] != as_of or rows[-1]["is_too_small"]:
        return []
    moments = np.array([row["as_of"] for row in rows], dtype="datetime64[us]")
    found = []
    for kpi in KPIS:
        values = np.array([row[kpi] for row in rows], dtype=np.float64)  # None becomes NaN
        drop = find_drop(moments, values)
        if drop is not None:
            found.append(Alert(rows[-1]["segment"], kpi, drop.value, drop.expected))
    return found


def _rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[Record]:
    text = statement("dagster_project.reports", name)
    found = connection.execute(text, parameters or None)
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
