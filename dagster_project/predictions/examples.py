"""Examples to learn from: features as of past moments, by the SQL of today, and what came after.

The feature models run over a spine of past moments in a scratch warehouse, as a backtest does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.models import registry as registries
from dagster_project.predictions import targets
from dagster_project.statements import statement
from edge.statements import fill, identifier

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    import duckdb
    import pandas as pd

    from dagster_project.predictions.targets import Target
    from dagster_project.scratch.evaluation import Scratch

PACKAGE = "dagster_project.predictions"
CUSTOMERS = "model.tessera.ftr_customers"
AFFINITIES = "model.tessera.ftr_affinities"
MOST_ROWS = 200_000  # of more customers and moments, a part of the customers is drawn
CODE = ("models/staging", "models/intermediate", "models/marts", "models/features", "macros")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the warehouse was made of, and the span of time it knows."""

    sha256: str
    files: int
    as_of: datetime | None
    first_at: datetime | None
    customers: int


def snapshot(connection: duckdb.DuckDBPyConnection, catalog: str = "warehouse") -> Snapshot:
    """Identify the content of a warehouse by its files and by whom models may learn from."""
    given = {"catalog": identifier(catalog)}
    landed = connection.execute(fill(statement(PACKAGE, "landed"), given)).fetchall()
    row = connection.execute(fill(statement(PACKAGE, "span"), given)).fetchone()
    assert row is not None
    (learnable,) = connection.execute(fill(statement(PACKAGE, "customers_mark"), given)).fetchall()
    digest = hashlib.sha256(json.dumps([landed, learnable]).encode()).hexdigest()
    return Snapshot(digest, len(landed), *row)


def code() -> str:
    """Give the hash of all code that decides what examples and models are."""
    digest = hashlib.sha256(registries.hash_sources().encode())
    own = Path(__file__).parent
    files = [path for pattern in ("*.py", "*.sql") for path in own.glob(pattern)]
    for folder in CODE:
        files += [path for path in (PROJECT_DIR / folder).rglob("*.sql")]
    for path in [*sorted(files), PROJECT_DIR / "dbt_project.yml"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def columns(connection: duckdb.DuckDBPyConnection, catalog: str = "warehouse") -> tuple[str, ...]:
    """Name the features of customers that models can read."""
    given = {"catalog": catalog}
    rows = connection.execute(statement(PACKAGE, "numeric_features"), given).fetchall()
    return tuple(name for (name,) in rows)


def has_categories(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether any product that customers are drawn to has a category."""
    row = connection.execute(statement(PACKAGE, "has_categories")).fetchone()
    return row is not None and bool(row[0])


def columns_of(target: Target, numeric: Sequence[str]) -> tuple[str, ...]:
    """Name the features that a target's model reads."""
    if target.table == "customer":
        return tuple(numeric)
    return (*targets.CATEGORY_COLUMNS, *(name for name in targets.PAIR_COLUMNS if name in numeric))


def features_text(table: str, wanted: Sequence[str]) -> str:
    """Write the query of some features, for examples and for scoring alike."""
    numbers = [
        f"customers.{identifier(name)}::double as {identifier(name)}"
        for name in wanted
        if name not in targets.CATEGORY_COLUMNS
    ]
    return fill(statement(PACKAGE, f"{table}_features"), {"columns": ", ".join(numbers)})


def evaluate(scratch: Scratch, moments: Sequence[datetime], tables: Collection[str]) -> None:
    """Let the feature models run as of the moments."""
    scratch.begin(moments)
    wanted = [scratch.project.models[CUSTOMERS]]
    if "pair" in tables:
        wanted.append(scratch.project.models[AFFINITIES])
    scratch.lay(wanted, keeps_features=True)


def read(scratch: Scratch, table: str, numeric: Sequence[str], rows: int) -> pd.DataFrame:
    """Read the examples of a table, ``rows`` of which are to be expected."""
    wanted = numeric if table == "customer" else targets.PAIR_COLUMNS
    text = features_text(table, [name for name in wanted if name in numeric])
    given: dict[str, Any] = {
        "longest_days": targets.LONGEST_DAYS,
        "drawn_of_million": min(1_000_000, round(1e6 * MOST_ROWS / max(1, rows))),
    }
    query = fill(statement(PACKAGE, f"{table}_examples"), {"features": text})
    frame: pd.DataFrame = scratch.connection.execute(query, given).df()
    return frame


def histories(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, horizon_days: int
) -> pd.DataFrame:
    """Read when customers ordered by a moment, and what they ordered within days after it."""
    given = {"as_of": as_of, "horizon_days": horizon_days}
    frame: pd.DataFrame = connection.execute(statement(PACKAGE, "histories"), given).df()
    return frame
