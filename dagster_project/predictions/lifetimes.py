"""Training how often buyers will order and for how much, judged on the last days."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from dagster_project.models import registry as registries
from dagster_project.models import trial_runs
from dagster_project.models.registry import Dataset, Registry, Training
from dagster_project.models.run_files import interface
from dagster_project.models.training import TrainingResult, decided
from dagster_project.predictions import examples, targets
from dagster_project.predictions.card import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster_project.predictions.examples import Snapshot
    from dagster_project.scratch.evaluation import Scratch
    from ml.lifetimes.judging import Judged
    from ml.lifetimes.value import LifetimeModel

METRIC = "orders_deviance"
RULE = (
    "promoted if on the last days it beats its baselines beyond noise, and what it foretells of "
    "all orders is not outside the share asked beyond noise; a level is kept if it helped there"
)
LIMITS = (
    "Purchases come at a steady rate until a customer leaves: a season, a sale or a drift moves "
    "all of them at once, which the model cannot know before. The level follows it one period "
    "late: it is the orders there were in the newest days over those foretold for them, and holds "
    "for as many days to come. A value beyond that assumes that the past rates return. A day with "
    "several orders counts as one. Young shops see few customers for long enough."
)


def train(
    scratch: Scratch, registry: Registry, snapshot: Snapshot, fingerprint: str, seed: int
) -> TrainingResult:
    """Fit BG/NBD and Gamma-Gamma; the newest days judge them, the days before set the level."""
    days = pd.Timedelta(days=targets.ORDERS_DAYS).to_pytimedelta()
    assert snapshot.as_of is not None
    scratch.begin_live()
    customers, before, earlier = (
        examples.histories(scratch.connection, snapshot.as_of - back * days, targets.ORDERS_DAYS)
        for back in range(3)
    )
    return train_on(
        customers, before, earlier, registry, snapshot=snapshot, fingerprint=fingerprint, seed=seed
    )


def train_on(
    customers: pd.DataFrame,
    before: pd.DataFrame,
    earlier: pd.DataFrame,
    registry: Registry,
    *,
    snapshot: Snapshot,
    fingerprint: str,
    seed: int,
) -> TrainingResult:
    """Train on histories as of now, one period ago and two periods ago."""
    from ml.lifetimes import judging, pictures, value

    horizon = targets.ORDERS_DAYS
    try:
        groups = parts_of(len(before))
        judged = judging.judge(before, earlier, horizon_days=horizon, groups=groups)
        model = value.fit(customers)
    except (ValueError, ArithmeticError) as error:  # too few, or no model of theirs
        return TrainingResult(targets.LIFETIMES, "skipped", str(error), METRIC)
    if judged.model.values is None:
        model = replace(model, values=None)
    level = judging.level(before, horizon_days=horizon)
    if judged.chosen == judging.LEVELLED and level is not None:
        model = replace(model, level=level, level_days=horizon)
    worth = "Gamma-Gamma" if model.values is not None else "the mean"
    reason = f"{judged.reason}; {worth} tells the value of an order ({RULE})"
    drawn = {"foretold.png": pictures.foretold(judged.foretold)}
    assert snapshot.as_of is not None
    training = Training(
        name=targets.LIFETIMES,
        model=model,
        dataset=Dataset(
            "marts.fct_orders",
            len(customers),
            registries.hash_frame(customers[list(value.COLUMNS)].round(6)),
            snapshot.as_of.isoformat(),
            snapshot.sha256,
        ),
        parameters={
            "seed": seed, "orders_days": horizon, "value_days": targets.VALUE_DAYS,
            "yearly_discount": targets.YEARLY_DISCOUNT, "kind": judged.chosen,
            "most_off": judging.MOST_OFF, "snapshot": snapshot.sha256[:32],
        },
        metrics=_metrics(judged, model),
        fingerprint=fingerprint,
        code_version=registries.code_version(),
        files={
            **drawn,
            "foretold.csv": judged.foretold.to_csv(index=False).encode(),
            **interface(signature(), typical(customers)),
            "model_card.md": card(model, judged, snapshot, reason).encode(),
        },
        trials=tuple(
            trial_runs.Trial(
                name,
                {"kind": name, "is_chosen": name == judged.chosen},
                {METRIC: trial.deviance, "orders_foretold_share": trial.share},
            )
            for name, trial in sorted(judged.trials.items(), key=lambda one: one[1].deviance)
        ),
    )  # fmt: skip
    return decided(registry, training, judged.passes, reason, METRIC, drawn)


def signature() -> dict[str, Any]:
    """Say what goes in and what comes out."""
    from ml.lifetimes import value

    inputs = [
        {"name": name, "type": "double", "required": name != "mean_value"} for name in value.COLUMNS
    ]
    outputs = [{"name": name, "type": "double"} for name in ("expected_orders", "lifetime_value")]
    return {"inputs": inputs, "outputs": outputs}


def typical(customers: pd.DataFrame) -> dict[str, float]:
    """Make up a buyer who is nobody: medians, each on its own but for what must agree."""
    from ml.lifetimes import value

    medians = {name: float(customers[name].median()) for name in value.COLUMNS}
    if medians["repeats"] == 0:
        medians["last_days"] = 0.0
    return medians | {"age_days": max(medians["age_days"], medians["last_days"])}


def card(model: LifetimeModel, judged: Judged, snapshot: Snapshot, reason: str) -> str:
    """Write the model card."""
    values = "no part of it" if model.values is None else _told(asdict(model.values))
    lines = [
        f"# {targets.LIFETIMES}",
        "",
        f"Days with orders of a buyer in the next {targets.ORDERS_DAYS} days, and the value of "
        f"those of {targets.VALUE_DAYS} days, {targets.YEARLY_DISCOUNT:.0%} a year discounted.",
        "",
        f"- BG/NBD: {_told(asdict(model.purchases))}, times {model.level:.3f} for the next "
        f"{model.level_days:.0f} days",
        f"- Gamma-Gamma: {values}; the mean of all is {model.mean_value:.2f}",
        f"- data: {snapshot.files} landed files (snapshot {snapshot.sha256[:12]}), as of "
        f"{snapshot.as_of:%Y-%m-%d %H:%M} UTC",
        f"- judged on the last {targets.ORDERS_DAYS} days, later than all it had learnt from; then "
        "fitted anew on those too",
        f"- verdict: {reason}",
        "",
        "| on the last days | Poisson deviance | foretold ÷ ordered |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {trial.deviance:.4f} | {trial.share:.3f} |"
            for name, trial in judged.trials.items()
        ),
        "",
        LIMITS,
        "",
    ]
    return "\n".join(lines)


def _metrics(judged: Judged, model: LifetimeModel) -> dict[str, float]:
    from ml.lifetimes import judging

    chosen = judged.trials[judged.chosen]
    found = {
        METRIC: chosen.deviance,
        "orders_foretold_share": chosen.share,
        "orders_foretold_share_of_rates_alone": judged.trials[judging.MODEL].share,
        "orders_rank_correlation": judged.rank_correlation,
        "value_deviance_gain": judged.values.mean,
        "measured_customers": float(judged.foretold["customers"].sum()),
        "level": model.level,
        **{f"bg_nbd_{key}": number for key, number in asdict(model.purchases).items()},
    }
    for name in (judging.AVERAGE, judging.RECENT):
        if name in judged.trials:
            found[f"{METRIC}_of_{name}"] = judged.trials[name].deviance
            found[f"gain_over_{name}"] = judged.trials[name].gain.mean
    return found


def _told(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number:.4g}" for name, number in numbers.items())
