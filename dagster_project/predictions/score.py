"""What the champions predict of every customer, batch by batch."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from dagster_project.models.scoring import Scored
from dagster_project.predictions import examples, targets
from dagster_project.statements import statement
from edge.statements import fill, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb
    import pandas as pd

    from dagster_project.models.registry import Registry, Version
    from dagster_project.predictions.targets import Target
    from ml.lifetimes.value import LifetimeModel
    from ml.predictions.model import Prediction

PACKAGE = examples.PACKAGE
TABLE = "customer_scores"
ROWS_AT_ONCE = 50_000


def champions(registry: Registry) -> dict[str, Version]:
    """Find the champions of all predictions by name, without loading them."""
    found = {name: registry.champion_version(name) for name in targets.NAMES}
    return {name: version for name, version in found.items() if version is not None}


def score_customers(
    connection: duckdb.DuckDBPyConnection, registry: Registry, versions: Mapping[str, Version]
) -> Scored:
    """Predict by the champions; the rows are read while they are written.

    Raises ValueError where a champion reads a feature
    that there is no more.
    """
    found = {name: (registry.load(version), version) for name, version in versions.items()}
    reader = connection.cursor()  # what is being written is not read
    batches = _batches(reader, found, examples.columns(reader))
    return Scored(TABLE, batches, next(iter(versions.values()), None))


def mark(connection: duckdb.DuckDBPyConnection, versions: Mapping[str, Version]) -> str:
    """Identify scores before they are made: by files, moment, customers, code and champions."""
    found = examples.snapshot(connection)
    labels = sorted((version.label, version.run_id) for version in versions.values())
    parts = [found.sha256, str(found.as_of), examples.code(), labels]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def noted(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Read the mark that was noted on the table."""
    row = connection.execute(statement(PACKAGE, "scores_mark")).fetchone()
    return None if row is None else row[0]


def note(connection: duckdb.DuckDBPyConnection, made_of: str) -> None:
    """Note on the table what it was made of; it goes when the table is made anew."""
    connection.execute(fill(statement(PACKAGE, "note_mark"), {"mark": literal(made_of)}))


def _batches(
    reader: duckdb.DuckDBPyConnection,
    loaded: Mapping[str, tuple[object, Version]],
    numeric: tuple[str, ...],
) -> Iterator[pa.Table]:
    for target in targets.TARGETS:
        if target.name in loaded:
            model, version = loaded[target.name]
            yield from _probabilities(
                reader, target, cast("Prediction", model), version.label, numeric
            )
    if targets.LIFETIMES in loaded:
        model, version = loaded[targets.LIFETIMES]
        yield from _lifetimes(reader, cast("LifetimeModel", model), version.label)
    reader.close()


def _probabilities(
    reader: duckdb.DuckDBPyConnection,
    target: Target,
    model: Prediction,
    version: str,
    numeric: tuple[str, ...],
) -> Iterator[pa.Table]:
    from ml.predictions.contributions import strongest

    missing = set(model.columns) - set(numeric) - set(targets.CATEGORY_COLUMNS)
    if missing:
        raise ValueError(
            f"features.ftr_customers lacks the column(s) {', '.join(sorted(missing))} "
            f"that {version} reads: tessera run train_models"
        )
    text = fill(
        statement(PACKAGE, "newest"),
        {"features": examples.features_text(target.table, model.columns)},
    )
    for batch in reader.execute(text).to_arrow_reader(ROWS_AT_ONCE):
        frame: pd.DataFrame = batch.to_pandas()
        if target.name == "churn":
            frame = frame[frame["orders"] > 0]
        if frame.empty:
            continue
        is_pair = target.table == "pair"
        score = target.name + ":" + frame["category"] if is_pair else target.name
        yield _table(
            frame["customer_id"],
            pa.array(score) if is_pair else pa.repeat(target.name, len(frame)),
            model.probabilities(frame),
            version,
            strongest(model, frame),
        )


def _lifetimes(
    reader: duckdb.DuckDBPyConnection, model: LifetimeModel, version: str
) -> Iterator[pa.Table]:
    from ml.lifetimes import contributions

    as_of = examples.snapshot(reader).as_of
    if as_of is None:
        return
    customers = examples.histories(reader, as_of, targets.ORDERS_DAYS)
    year: Any = {"horizon_days": targets.VALUE_DAYS, "yearly_discount": targets.YEARLY_DISCOUNT}
    given = {
        "expected_orders": (
            model.expected_orders(customers, targets.ORDERS_DAYS),
            contributions.of_orders(model, customers, targets.ORDERS_DAYS),
        ),
        "lifetime_value": (
            model.lifetime_values(customers, **year),
            contributions.of_value(model, customers, **year),
        ),
    }
    for score, (values, why) in given.items():
        yield _table(
            customers["customer_id"],
            pa.repeat(score, len(customers)),
            values,
            version,
            why,
        )


def _table(
    customers: pd.Series, scores: pa.Array, values: object, version: str, contributions: pa.Array
) -> pa.Table:
    return pa.table(
        {
            "customer_id": pa.array(customers),
            "score": scores,
            "value": pa.array(values),
            "model_version": pa.repeat(version, len(customers)),
            "contributions": contributions,
        }
    )
