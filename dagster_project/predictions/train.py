"""Training the predictions, judging them on a later moment, and recording what came of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

import pandas as pd

from dagster_project.models import registry as registries
from dagster_project.models import training as trainings
from dagster_project.models.registry import Dataset, Registry, Training
from dagster_project.models.training import TrainingResult, decided
from dagster_project.models.trial_runs import Trial
from dagster_project.predictions import card, examples, lifetimes, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from dagster_project.predictions.examples import Snapshot
    from dagster_project.predictions.targets import Target
    from dagster_project.scratch.evaluation import Scratch
    from ml.predictions.model import Prediction
    from ml.predictions.selection import Selection

METRIC = "held_out_log_loss"
RULE = (
    "promoted if on a held-out later moment it beats the prevalence beyond noise; another kind "
    "than the champion's must beat that and the logistic regression there too, and the champion's "
    "stays unless that regression beats it, beyond noise"
)


def train(
    scratch: Scratch,
    registry: Registry,
    *,
    names: Collection[str],
    seed: int,
    threads: int,
    tell: Callable[[str], None],
) -> Iterator[TrainingResult]:
    """Train the named models; what was trained on the same files by the same code stays."""
    found = examples.snapshot(scratch.connection, "live")
    marks = _marks(names, found, seed)
    same = unchanged(found, registry, names=names, seed=seed)
    yield from same.values()
    wanted = [name for name in names if name not in same]
    if found.as_of is None or found.first_at is None:
        for name in wanted:
            yield TrainingResult(name, "skipped", "there is no customer to learn from", METRIC)
        return
    if targets.LIFETIMES in wanted:
        yield lifetimes.train(scratch, registry, found, marks[targets.LIFETIMES], seed)
    probabilities = [target for target in targets.TARGETS if target.name in wanted]
    if not probabilities:
        return
    moments = targets.moments(found.first_at, found.as_of)
    if len(moments) < 2:
        for target in probabilities:
            reason = f"{len(moments)} past moments with features, 2 needed"
            yield TrainingResult(target.name, "skipped", reason, METRIC)
        return
    numeric = examples.columns(scratch.connection, "live")
    if not examples.has_categories(scratch.connection):
        for target in [one for one in probabilities if one.table == "pair"]:
            probabilities.remove(target)
            yield TrainingResult(target.name, "skipped", "no product has a category", METRIC)
    if not probabilities:
        return
    tables = {target.table for target in probabilities}
    tell(f"features as of {len(moments)} past moments")
    examples.evaluate(scratch, moments, tables)
    rows = found.customers * len(moments)
    frames = {table: examples.read(scratch, table, numeric, rows) for table in sorted(tables)}
    for target in probabilities:
        tell(f"training {target.name} on {len(frames[target.table])} examples")
        yield train_target(
            target,
            frames[target.table],
            examples.columns_of(target, numeric),
            registry,
            snapshot=found,
            fingerprint=marks[target.name],
            seed=seed,
            threads=threads,
        )


def unchanged(
    snapshot: Snapshot, registry: Registry, *, names: Collection[str], seed: int
) -> dict[str, TrainingResult]:
    """Find which of the models were trained on the same files by the same code."""
    found = {}
    for name, fingerprint in _marks(names, snapshot, seed).items():
        same = registry.find(name, fingerprint)
        if same is not None:
            found[name] = trainings.unchanged(name, METRIC, same)
    return found


def train_target(
    target: Target,
    frame: pd.DataFrame,
    columns: tuple[str, ...],
    registry: Registry,
    *,
    snapshot: Snapshot,
    fingerprint: str,
    seed: int,
    threads: int,
) -> TrainingResult:
    """Choose and judge a model of one target, and promote it if it passes."""
    from ml.predictions import leaks, selection

    horizon = pd.Timedelta(target.horizon)
    assert snapshot.as_of is not None
    live = pd.Timestamp(snapshot.as_of)
    rows = target.labels(frame[frame["as_of"] + horizon <= live], horizon)
    suspects = leaks.suspicious(rows, rows["label"].to_numpy(dtype=bool), columns)
    if suspects:
        told = ", ".join(f"{name} (AUC {area:.3f})" for name, area in suspects.items())
        return TrainingResult(
            target.name, "skipped", f"leak suspected: {told} tells the label alone", METRIC
        )
    champion = registry.champion(target.name)
    incumbent = None if champion is None else cast("Prediction", champion[0]).kind
    plan = selection.Plan(horizon=horizon)
    found = selection.select(
        rows, columns, plan, incumbent=incumbent, random_state=seed, num_threads=threads
    )
    if found.model is None:
        return TrainingResult(target.name, "skipped", found.reason, METRIC)
    written = card.of(target, found, snapshot, seed=seed)
    dataset = Dataset(
        f"features.ftr_{target.table}s",
        len(rows),
        registries.hash_frame(rows[list(columns)].round(6).assign(label=rows["label"])),
        live.isoformat(),
        snapshot.sha256,
    )
    training = Training(
        name=target.name,
        model=found.model,
        dataset=dataset,
        parameters={
            "seed": seed,
            "kind": found.kind,
            "calibration": found.model.calibration.method,
            "settings": json.dumps(found.settings, sort_keys=True),
            "horizon_days": target.horizon_days,
            "moments": rows["as_of"].nunique(),
            "columns": len(columns),
            "snapshot": snapshot.sha256[:32],
            **{f"plan_{name}": str(value) for name, value in asdict(plan).items()},
        },
        metrics=_metrics(found),
        fingerprint=fingerprint,
        code_version=registries.code_version(),
        files=written.files,
        trials=(
            *(
                Trial(
                    kind,
                    {
                        "kind": kind,
                        "calibration": trial.calibration,
                        "is_chosen": kind == found.kind,
                    },
                    {**asdict(trial.quality), "validation_log_loss": trial.validation_loss},
                )
                for kind, trial in found.trials.items()
            ),
            *card.searched(found),
        ),
    )
    reason = f"{found.reason} ({RULE})"
    return decided(registry, training, found.passes, reason, METRIC, written.pictures)


def mark(name: str, snapshot: Snapshot, seed: int, code: str) -> str:
    """Identify a training before it is done: by the files, the moment, the seed and the code."""
    moment = "" if snapshot.as_of is None else snapshot.as_of.isoformat()
    dataset = Dataset("raw.loaded_files", snapshot.files, snapshot.sha256, moment)
    return registries.fingerprint(name, dataset, {"seed": seed}, code)


def _marks(names: Collection[str], snapshot: Snapshot, seed: int) -> dict[str, str]:
    code = examples.code()
    return {name: mark(name, snapshot, seed, code) for name in names}


def _metrics(found: Selection) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for kind, trial in found.trials.items():
        prefix = "held_out" if kind == found.kind else kind
        metrics |= {f"{prefix}_{name}": float(v) for name, v in asdict(trial.quality).items()}
        metrics[f"{prefix}_validation_log_loss"] = trial.validation_loss
        if kind == found.kind:
            metrics |= {
                f"gain_over_{other}": gain.mean
                for other, gain in trial.gains.items()
                if other != kind
            }
    return metrics
