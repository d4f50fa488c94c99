"""Training models, judging them against the champion, and recording both."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from string import Template
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd

from dagster_project import registry as registries
from dagster_project.registry import Dataset, Registry, Training, Version
from dagster_project.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import duckdb
    from numpy.typing import NDArray

    from ml.clusters import ClusterModel, Search
    from ml.labels import Rule
    from ml.standardisation import Scaling

PACKAGE = "dagster_project"
HELD_OUT_SHARE = 0.2
PLACES = 10
RULE = "promoted where there is no champion, or on the same held-out data it is at least as good"


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


def read_features(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> pd.DataFrame:
    """Read ``customer_id``, ``as_of`` and some numeric features of every customer."""
    relation = "features.ftr_customers"
    missing = [name for name in columns if name not in connection.table(relation).columns]
    if missing:
        raise ValueError(f"{relation} lacks the column(s) {', '.join(missing)}")
    numbers = ",\n    ".join(f'"{name}"::double as "{name}"' for name in columns)
    text = Template(statement(PACKAGE, "ml_features")).substitute(columns=numbers)
    return _frame(connection, text)


def read_moment(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Read the moment that features were evaluated at; None without any behaviour."""
    row = connection.execute(statement(PACKAGE, "ml_moment")).fetchone()
    return None if row is None else row[0]


def train_clusters(
    features: pd.DataFrame,
    registry: Registry,
    *,
    seed: int,
    columns: Sequence[str] | None = None,
    rules: Sequence[Rule] | None = None,
    search: Search | None = None,
) -> TrainingResult:
    """Group the customers, and promote the grouping where it parts unseen customers as well.

    Both the new model and the champion are measured by the silhouette of the same fifth of the
    customers, which the new one was fitted without; then it is fitted on all.
    """
    from ml import clusters, personas, pictures, standardisation

    columns = personas.COLUMNS if columns is None else columns
    rules = personas.RULES if rules is None else rules
    search = clusters.Search() if search is None else search
    standardisation.require_columns(features, ["customer_id", "as_of", *columns])
    metric = "held_out_silhouette"
    features = features.sort_values("customer_id", ignore_index=True)
    dataset = _dataset("features.ftr_customers", features, ["customer_id", *columns])
    parameters = {"seed": seed, "columns": ",".join(columns), **asdict(search)}
    mark = registries.fingerprint("clusters", dataset, parameters, registries.hash_sources())
    if (same := registry.find("clusters", mark)) is not None:
        drawn = pictures.cluster_map(cast("ClusterModel", registry.load(same)), features)
        return replace(unchanged("clusters", metric, same), pictures={"clusters": drawn})

    def fit(rows: pd.DataFrame, search: Search) -> clusters.Fitted:
        return clusters.fit(
            rows,
            columns,
            order_by=personas.ORDER_BY,
            missing=personas.MISSING,
            rules=rules,
            search=search,
            random_state=seed,
        )

    fitted = fit(features, search)
    chosen = fitted.chosen()
    if fitted.model is None or chosen is None:
        return TrainingResult("clusters", "skipped", fitted.reason, metric)
    champion = registry.champion("clusters")
    is_held_out = _held_out(len(features), seed)
    rehearsal = fit(
        features[~is_held_out],
        replace(search, k_values=(chosen.k,), minimum_customers=1, minimum_share=0.0),
    )
    unseen, space = features[is_held_out], fitted.model.scaling
    ours = _measured(rehearsal.model, unseen, space, seed)
    rival = cast("ClusterModel", champion[0]) if champion else None
    theirs = _measured(rival, unseen, space, seed)
    metrics = {name: value for name, value in asdict(chosen).items() if name != "k"}
    metrics |= {
        "k": float(chosen.k),
        **_named(metric, ours),
        **_named(f"champion_{metric}", theirs),
    }
    drawn = pictures.cluster_map(fitted.model, features)
    version = registry.log_training(
        Training(
            name="clusters",
            model=fitted.model,
            dataset=dataset,
            parameters={**parameters, "k": chosen.k, "order_by": personas.ORDER_BY},
            metrics=metrics,
            fingerprint=mark,
            code_version=registries.code_version(),
            steps=tuple(
                (c.k, {f"by_k_{name}": v for name, v in asdict(c).items() if name != "k"})
                for c in fitted.candidates
            ),
            files={
                "candidates.csv": fitted.table().to_csv(index=False).encode(),
                "clusters.png": drawn,
            },
        )
    )
    result = _decided(registry, version, metric, metrics, ours, theirs, champion is not None)
    return replace(result, pictures={"clusters": drawn})


def decide(ours: float | None, theirs: float | None, has_champion: bool) -> tuple[bool, str]:
    """Say whether a model becomes champion, and why; both were measured on the same held-out data.

    None means that there was nothing to measure it on. A tie goes to the newer model, which
    knows newer data.
    """
    if not has_champion:
        return True, "there was no champion"
    if ours is None:
        return False, "there are no held-out data to measure it on"
    if theirs is None:
        return True, "the champion cannot be measured on the held-out data"
    if ours >= theirs:
        return True, f"{ours:.4f} is at least the champion's {theirs:.4f}"
    return False, f"{ours:.4f} is below the champion's {theirs:.4f}"


def _decided(
    registry: Registry,
    version: Version,
    metric: str,
    metrics: Mapping[str, float],
    ours: float | None,
    theirs: float | None,
    has_champion: bool,
) -> TrainingResult:
    is_promoted, why = decide(ours, theirs, has_champion)
    reason = f"{metric}: {why} ({RULE})"
    if is_promoted:
        registry.promote(version, reason)
    else:
        registry.keep(version, reason)
    outcome: Literal["promoted", "kept"] = "promoted" if is_promoted else "kept"
    return TrainingResult(version.name, outcome, reason, metric, metrics, version)


def unchanged(name: str, metric: str, same: Version) -> TrainingResult:
    """Say that there is nothing to train: a version is as good as new."""
    reason = f"version {same.number} was trained on the same data in the same way"
    return TrainingResult(name, "unchanged", reason, metric, same.metrics, same)


def _measured(
    model: ClusterModel | None, rows: pd.DataFrame, space: Scaling, seed: int
) -> float | None:
    from ml import clusters

    if model is None or any(name not in rows.columns for name in model.scaling.columns):
        return None
    return clusters.silhouette(model, rows, space, random_state=seed)


def _held_out(rows: int, seed: int) -> NDArray[np.bool_]:
    order = np.random.default_rng(seed).permutation(rows)
    return order < round(rows * HELD_OUT_SHARE)


def _named(name: str, value: float | None) -> dict[str, float]:
    return {} if value is None else {name: value}


def _dataset(name: str, frame: pd.DataFrame, columns: Sequence[str]) -> Dataset:
    as_of = frame["as_of"].max() if "as_of" in frame.columns and len(frame) else None
    return Dataset(
        name=name,
        rows=len(frame),
        sha256=registries.hash_frame(frame[list(columns)].round(6)),
        as_of="" if as_of is None else pd.Timestamp(as_of).isoformat(),
    )


def _frame(
    connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    frame: pd.DataFrame = connection.execute(text, values).to_arrow_table().to_pandas()
    return frame
