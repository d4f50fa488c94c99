"""What the champions predict of every customer, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyarrow as pa

from dagster_project.predictions import examples, targets
from dagster_project.scoring import Scored
from dagster_project.statements import statement
from edge.statements import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb
    import pandas as pd

    from dagster_project.predictions.targets import Target
    from dagster_project.registry import Registry, Version
    from ml.lifetimes.value import LifetimeModel
    from ml.predictions.model import Prediction

PACKAGE = examples.PACKAGE
TABLE = "customer_scores"
ROWS_AT_ONCE = 50_000


def score_customers(
    connection: duckdb.DuckDBPyConnection, registry: Registry
) -> tuple[Scored, Mapping[str, Version]]:
    """Predict by every champion there is; the rows are read while they are written.

    Returns the rows and the champions by name. Raises ValueError where a champion reads a feature
    that there is no more.
    """
    champions = {name: registry.champion(name) for name in targets.NAMES}
    found = {name: champion for name, champion in champions.items() if champion is not None}
    reader = connection.cursor()  # what is being written is not read
    batches = _batches(reader, found, examples.columns(reader))
    versions = {name: version for name, (_, version) in found.items()}
    return Scored(TABLE, batches, next(iter(versions.values()), None)), versions


def _batches(
    reader: duckdb.DuckDBPyConnection,
    champions: Mapping[str, tuple[object, Version]],
    numeric: tuple[str, ...],
) -> Iterator[pa.Table]:
    for target in targets.TARGETS:
        if target.name in champions:
            model, version = champions[target.name]
            yield from _probabilities(
                reader, target, cast("Prediction", model), version.label, numeric
            )
    if targets.LIFETIMES in champions:
        model, version = champions[targets.LIFETIMES]
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
    as_of = examples.snapshot(reader).as_of
    if as_of is None:
        return
    customers = examples.histories(reader, as_of, targets.ORDERS_DAYS)
    given = {
        "expected_orders": model.expected_orders(customers, targets.ORDERS_DAYS),
        "lifetime_value": model.lifetime_values(
            customers,
            horizon_days=targets.VALUE_DAYS,
            yearly_discount=targets.YEARLY_DISCOUNT,
        ),
    }
    for score, values in given.items():
        yield _table(
            customers["customer_id"],
            pa.repeat(score, len(customers)),
            values,
            version,
            pa.nulls(len(customers)),
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
