"""What is written down beside a model: its card, tables, pictures and signature."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from dagster_project.models.run_files import Written, interface
from dagster_project.models.trial_runs import Trial
from dagster_project.publish import small_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster_project.predictions.examples import Snapshot
    from dagster_project.predictions.targets import Target
    from ml.predictions.model import Prediction
    from ml.predictions.selection import Selection

LIMITS = (
    "Identities are those known today: a visitor who was identified later counts as one customer "
    "at earlier moments too, while one who is unknown today is scored alone. A change of season "
    "or of prices since the moments learnt from moves the true shares; calibration follows only "
    "at the next training. Contributions describe the model, not causes."
)


def of(target: Target, found: Selection, snapshot: Snapshot, *, seed: int) -> Written:
    """Describe a selection by its held-out moment."""
    from ml.predictions import evaluation, importance, pictures

    assert found.judged is not None
    assert found.model is not None
    rows = found.held_out
    labels = rows["label"].to_numpy(dtype=bool)
    given = rows["probability"].to_numpy()
    tables = {
        "calibration": evaluation.calibration_curve(labels, given, groups=parts_of(len(rows))),
        "deciles": evaluation.deciles(labels, given, groups=parts_of(len(rows))),
        "importance": importance.permutation(found.judged, rows, labels, random_state=seed),
        "trials": trials(found),
    }
    strongest = list(tables["importance"]["feature"].head(4))
    tables["dependence"] = importance.partial_dependence(
        found.judged, rows, strongest, random_state=seed
    )
    drawn = {
        "calibration": pictures.calibration(tables["calibration"]),
        "lift": pictures.lift(tables["deciles"]),
        "importance": pictures.importance(tables["importance"]),
        "dependence": pictures.dependence(tables["dependence"]),
    }
    files = {f"{name}.csv": table.to_csv(index=False).encode() for name, table in tables.items()}
    if found.searched:
        settings = pd.DataFrame([{**one.parameters, **one.metrics} for one in searched(found)])
        files["searched.csv"] = settings.to_csv(index=False).encode()
    files |= {f"{name}.png": png for name, png in drawn.items()}
    files |= interface(signature(found.model), typical(found.model))
    files["model_card.md"] = text(target, found, snapshot, tables).encode()
    return Written(files, drawn)


def parts_of(customers: int) -> int:
    """Return into how many parts customers may be cut: tenths, if none is of too few people."""
    return max(1, min(10, customers // small_groups.minimum()))


def trials(found: Selection) -> pd.DataFrame:
    """Give every kind that was tried as a row, with its measures on the held-out moment."""
    return pd.DataFrame(
        [
            {
                "kind": kind,
                "is_chosen": kind == found.kind,
                "calibration": trial.calibration,
                "validation_log_loss": trial.validation_loss,
                "auc": trial.quality.auc,
                "average_precision": trial.quality.average_precision,
                "brier": trial.quality.brier,
                "log_loss": trial.quality.log_loss,
                "calibration_error": trial.quality.calibration_error,
                "prevalence": trial.quality.prevalence,
                "customers": trial.quality.rows,
            }
            for kind, trial in found.trials.items()
        ]
    )


def searched(found: Selection) -> list[Trial]:
    """Give the settings that were tried of each kind, by their loss on past moments."""
    return [
        Trial(
            f"{kind}, settings {number}",
            {"kind": kind, "trial": number, **tried.settings},
            {"searched_log_loss": tried.loss},
        )
        for kind, all_tried in found.searched.items()
        for number, tried in enumerate(all_tried)
    ]


def signature(model: Prediction) -> dict[str, Any]:
    """Say what goes in and what comes out."""
    inputs = [{"name": name, "type": "double", "required": False} for name in model.columns]
    return {"inputs": inputs, "outputs": [{"name": "probability", "type": "double"}]}


def typical(model: Prediction) -> dict[str, float]:
    """Make up a customer who is nobody: the median of each feature on its own."""
    fill = model.design.scaling.fill
    return {name: float(value) for name, value in zip(model.columns, fill, strict=True)}


def text(
    target: Target, found: Selection, snapshot: Snapshot, tables: Mapping[str, pd.DataFrame]
) -> str:
    """Write the model card."""
    assert found.model is not None
    first = tables["deciles"].iloc[0]
    lines = [
        f"# {target.name}",
        "",
        f"The probability that a customer {target.question}.",
        "",
        f"- model: {found.kind}, {len(found.model.columns)} features, "
        f"calibration {found.model.calibration.method}, "
        + (f"settings {json.dumps(found.settings)}" if found.searched else "defaults"),
        f"- data: {snapshot.files} landed files (snapshot {snapshot.sha256[:12]}), "
        f"{snapshot.customers} customers, as of {snapshot.as_of:%Y-%m-%d %H:%M} UTC",
        f"- judged on customers as of {found.held_out['as_of'].max():%Y-%m-%d %H:%M} UTC, later "
        "than all it had learnt from; then fitted anew on that moment too",
        f"- verdict: {found.reason}",
        f"- the likeliest tenth holds {first['gain']:.0%} of all who did it, "
        f"{first['lift']:.1f} times its share",
        "",
        "| kind | log loss | AUC | average precision | Brier | calibration error |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {kind} | {trial.quality.log_loss:.4f} | {trial.quality.auc:.3f} | "
            f"{trial.quality.average_precision:.3f} | {trial.quality.brier:.4f} | "
            f"{trial.quality.calibration_error:.4f} |"
            for kind, trial in found.trials.items()
        ),
        "",
        "Most important: " + ", ".join(tables["importance"]["feature"].head(5)) + ".",
        "",
        LIMITS,
        "",
    ]
    return "\n".join(lines)
