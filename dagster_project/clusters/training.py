"""Training the clusters: a search, names, numbers that stay, a judgement on unseen customers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from dagster_project.clusters import card, naming, sizes
from dagster_project.models import registry as registries
from dagster_project.models.registry import Dataset, Registry, Training
from dagster_project.models.training import TrainingResult, decided, unchanged
from dagster_project.models.trial_runs import Trial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dagster_project.clusters.settings import ClusterSettings
    from ml.clusters.identity import Matched
    from ml.clusters.model import ClusterModel
    from ml.clusters.search import Candidate, Found, Plan
    from ml.labels import Name

NAME = "clusters"
METRIC = "held_out_silhouette"
HELD_OUT_SHARE = 0.2
MEASURED_ROWS = 2_000
RULE = (
    "promoted if it parts customers it was not fitted on better than equal slices by "
    "one feature do, beyond noise, and than the champion does, beyond noise"
)
UPDATE_RULE = (
    "an update replaces the champion it came from unless it parts the same customers worse, "
    "beyond noise"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Silhouettes of the same unseen customers: mean gains with their 95 % intervals."""

    ours: float | None
    baseline_gain: tuple[float, float, float] | None
    champion_gain: tuple[float, float, float] | None


def train_clusters(
    features: pd.DataFrame,
    registry: Registry,
    *,
    seed: int,
    settings: ClusterSettings,
    plan: Plan | None = None,
    snapshot: str = "",
) -> TrainingResult:
    """Group the customers anew, and promote the grouping by the rule.

    The new grouping and the champion are measured by the silhouettes of the same fifth of the
    customers, which the new one was fitted without; then it is fitted on all.
    """
    from ml import standardisation
    from ml.clusters import search
    from ml.clusters.search import Plan

    plan = Plan() if plan is None else plan
    columns = [*settings.numbers, *settings.categories]
    standardisation.require_columns(features, ["customer_id", "as_of", *columns])
    features = features.sort_values("customer_id", ignore_index=True)
    dataset = dataset_of(features, columns, snapshot)
    parameters = {"seed": seed, "settings": _hash(settings), **asdict(plan)}
    mark = registries.fingerprint(NAME, dataset, parameters, registries.hash_sources())
    if (same := registry.find(NAME, mark)) is not None:
        return replace(unchanged(NAME, METRIC, same), pictures=card.drawn(registry, same))
    found = search.choose(
        features, settings.recipes(), strata=settings.strata, plan=plan, seed=seed
    )
    if found.shape is None or found.preparation is None or found.algorithm is None:
        return TrainingResult(NAME, "skipped", found.reason, METRIC)
    champion = registry.champion(NAME)
    rival = None if champion is None else cast("ClusterModel", champion[0])
    model, names = _named(found, features, settings)
    matched = (
        None if rival is None or not _fits(rival, features) else _matched(model, rival, features)
    )
    model = model if matched is None else matched.model
    judged = _judge(found, features, settings, rival, plan, seed)
    grouping = card.Grouping(model, names, found, features, settings, matched, judged, RULE)
    training = Training(
        name=NAME,
        model=model,
        dataset=dataset,
        parameters={
            **parameters,
            "algorithm": found.algorithm.name,
            "features": found.features,
            "k": len(model.shape),
            "order_by": settings.order_by,
            "labels": naming.mark(settings),
        },
        metrics=_metrics(found.candidates[0], model, judged),
        fingerprint=mark,
        code_version=registries.code_version(),
        files=card.of(grouping, seed=seed),
        trials=tuple(_trial(each) for each in found.candidates if not np.isnan(each.stability)),
    )
    passes, why = decide(judged, has_champion=champion is not None)
    reason = f"{METRIC}: {why} ({RULE})"
    result = _decided(registry, training, passes, reason)
    if passes or champion is None or rival is None or not _fits(rival, features):
        return result
    renamed = naming.rename(registry, champion[1], rival, features, settings, seed=seed)
    if renamed is None or result.version is None:
        return result
    promoted = _decided(registry, renamed[0], True, renamed[1])
    kept = f"version {result.version.number} kept: {reason}"
    return replace(promoted, reason=f"{promoted.reason}; {kept}")


def update_clusters(
    features: pd.DataFrame,
    registry: Registry,
    *,
    seed: int,
    settings: ClusterSettings,
    snapshot: str = "",
) -> TrainingResult:
    """Move the champion towards customers who came or came back since it was made."""
    from ml.clusters import measures
    from ml.clusters.model import update

    champion = registry.champion(NAME)
    if champion is None:
        return TrainingResult(NAME, "skipped", "there is no champion to update", METRIC)
    model, before = cast("ClusterModel", champion[0]), champion[1]
    features = features.sort_values("customer_id", ignore_index=True)
    columns = [*model.preparation.numbers, *model.preparation.categories]
    dataset = dataset_of(features, columns, snapshot)
    parameters = {"seed": seed, "updated_from": before.number}
    mark = registries.fingerprint(NAME, dataset, parameters, registries.hash_sources())
    if (same := registry.find(NAME, mark)) is not None:
        return unchanged(NAME, METRIC, same)
    active = _active_since(features, pd.Timestamp(before.tags["as_of"]))
    if not len(active):
        return TrainingResult(NAME, "skipped", "nobody was active since the champion", METRIC)
    updated = update(model, active)
    rows = features.iloc[_drawn(len(features), MEASURED_ROWS, seed)]
    places = model.places(rows)
    ours = measures.silhouettes(updated.shape, places, places)
    theirs = measures.silhouettes(model.shape, places, places)
    gain = None if ours is None or theirs is None else measures.gain(ours, theirs, seed=seed)
    passes = gain is not None and gain[2] >= 0
    told = "it cannot be measured" if gain is None else f"{_told(gain)} against the champion"
    metrics = {} if ours is None else {METRIC: float(ours.mean())}
    metrics |= card.sizes(updated, features)
    training = Training(
        name=NAME,
        model=updated,
        dataset=dataset,
        parameters={
            **parameters,
            "updated_with": len(active),
            "k": len(updated.shape),
            "labels": before.parameters.get("labels", ""),
        },
        metrics=metrics,
        fingerprint=mark,
        code_version=registries.code_version(),
        files=card.of_change(
            registry,
            before,
            updated,
            features,
            what=f"moved towards customers who were active since {before.tags['as_of']}",
            why=told,
            rule=UPDATE_RULE,
            seed=seed,
        ),
    )
    return _decided(registry, training, passes, f"{METRIC}: {told} ({UPDATE_RULE})")


def _decided(registry: Registry, training: Training, passes: bool, reason: str) -> TrainingResult:
    training = sizes.with_picture(training, registry)
    drawn = card.pictures_of(training.files)
    return decided(registry, training, passes, reason, METRIC, drawn)


def decide(judged: Judged, *, has_champion: bool) -> tuple[bool, str]:
    """Say whether a grouping becomes champion, and why; all were measured on the same customers."""
    if judged.ours is None or judged.baseline_gain is None:
        if has_champion:
            return False, "there are no unseen customers to measure it on"
        return True, "there was no champion, nor unseen customers to measure it on"
    told = f"{judged.ours:.4f}, {_told(judged.baseline_gain)} against equal slices"
    if judged.baseline_gain[1] <= 0:
        return False, told
    if not has_champion:
        return True, f"{told}; there was no champion"
    if judged.champion_gain is None:
        return True, f"{told}; the champion cannot be measured"
    return judged.champion_gain[
        1
    ] > 0, f"{told}, {_told(judged.champion_gain)} against the champion"


def dataset_of(features: pd.DataFrame, columns: list[str], snapshot: str = "") -> Dataset:
    """Identify the rows of a training without keeping one of them."""
    as_of = features["as_of"].max() if len(features) else None
    frame = features[["customer_id", *columns]].round(6)
    return Dataset(
        name="features.ftr_customers",
        rows=len(features),
        sha256=registries.hash_frame(frame),
        as_of="" if as_of is None else pd.Timestamp(as_of).isoformat(),
        snapshot=snapshot,
    )


def _named(
    found: Found, features: pd.DataFrame, settings: ClusterSettings
) -> tuple[ClusterModel, tuple[Name, ...]]:
    from ml.clusters.model import ClusterModel

    assert found.shape is not None
    assert found.preparation is not None
    prepared = found.preparation
    scaled = prepared.scaled(features)
    best, _ = found.shape.nearest(prepared.project(scaled))
    k = len(found.shape)
    ordering = features[settings.features[settings.order_by].of].fillna(0.0).to_numpy(dtype=float)
    means = naming.means(ordering[:, None], best, k)[:, 0]
    order = np.array(sorted(range(k), key=lambda c: (-round(float(means[c]), 6), c)), dtype=np.intp)
    places = np.empty(k, dtype=np.intp)
    places[order] = np.arange(k)
    names = naming.names(features, places[best], k, settings)
    model = ClusterModel(
        preparation=prepared,
        shape=found.shape.take(order),
        numbers=tuple(range(k)),
        labels=tuple(name.label for name in names),
        profiles=np.round(naming.means(scaled, best, k)[order], 6),
        sizes=np.bincount(best, minlength=k)[order],
        next_number=k,
    )
    return model, names


def _matched(model: ClusterModel, rival: ClusterModel, features: pd.DataFrame) -> Matched:
    from ml.clusters import identity

    rows = features.iloc[_drawn(len(features), 50_000, 0)]
    return identity.match(model, rival, rows)


def _fits(model: ClusterModel, features: pd.DataFrame) -> bool:
    read = [*model.preparation.numbers, *model.preparation.categories]
    return all(name in features.columns for name in read)


def _judge(
    found: Found,
    features: pd.DataFrame,
    settings: ClusterSettings,
    rival: ClusterModel | None,
    plan: Plan,
    seed: int,
) -> Judged:
    from ml.clusters import measures, search

    assert found.algorithm is not None
    assert found.preparation is not None
    chance = np.random.default_rng(seed).permutation(len(features))
    is_held_out = chance < round(len(features) * HELD_OUT_SHARE)
    prepared, shape = search.fit(
        features[~is_held_out],
        settings.recipes()[found.features],
        found.algorithm,
        strata=settings.strata,
        plan=plan,
        seed=seed,
    )
    unseen = features[is_held_out]
    unseen = unseen.iloc[_drawn(len(unseen), MEASURED_ROWS, seed)]
    if shape is None or len(unseen) < 3:
        return Judged(None, None, None)
    space = found.preparation.project(found.preparation.scaled(unseen))
    places = prepared.project(prepared.scaled(unseen))
    ours = measures.silhouettes(shape, places, space)
    if ours is None:
        return Judged(None, None, None)
    slices = measures.slices(
        unseen[settings.features[settings.order_by].of].fillna(0.0).to_numpy(dtype=float),
        len(shape),
        space,
    )
    theirs = None
    if rival is not None and _fits(rival, unseen):
        theirs = measures.silhouettes(rival.shape, rival.places(unseen), space)
    return Judged(
        float(ours.mean()),
        measures.gain(ours, slices, seed=seed),
        None if theirs is None else measures.gain(ours, theirs, seed=seed),
    )


def _metrics(chosen: Candidate, model: ClusterModel, judged: Judged) -> dict[str, float]:
    metrics = {name: float(value) for name, value in asdict(chosen.quality).items()}
    metrics["stability"] = chosen.stability
    if judged.ours is not None:
        metrics[METRIC] = judged.ours
    if judged.baseline_gain is not None:
        metrics["gain_over_equal_slices"] = judged.baseline_gain[0]
    if judged.champion_gain is not None:
        metrics["gain_over_champion"] = judged.champion_gain[0]
    total = max(int(model.sizes.sum()), 1)
    shares = zip(model.numbers, model.sizes, strict=True)
    return metrics | {f"share_of_{number}": float(size / total) for number, size in shares}


def _trial(candidate: Candidate) -> Trial:
    quality = {name: float(value) for name, value in asdict(candidate.quality).items()}
    return Trial(
        name=f"{candidate.algorithm.name} on {candidate.features}",
        parameters={
            "algorithm": candidate.algorithm.name,
            "features": candidate.features,
            "verdict": candidate.verdict,
        },
        metrics={**quality, "stability": candidate.stability},
    )


def _active_since(features: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    days = (pd.Timestamp(features["as_of"].max()) - moment).total_seconds() / 86_400
    since = features[["days_since_last_visit", "recency_days"]].min(axis=1)
    return features[since.fillna(np.inf) < days]


def _drawn(rows: int, most: int, seed: int) -> NDArray[np.intp]:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _hash(settings: ClusterSettings) -> str:
    text = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _told(gain: tuple[float, float, float]) -> str:
    return f"{gain[0]:+.4f} ({gain[1]:+.4f} to {gain[2]:+.4f})"
