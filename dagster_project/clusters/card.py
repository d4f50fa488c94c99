"""What is written down beside a grouping: its card, tables, pictures and signature."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dagster_project.clusters import sizes as sizes_so_far
from dagster_project.models.catalogue import DESCRIPTIONS
from dagster_project.models.run_files import as_json, interface
from dagster_project.publish.small_groups import least_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster_project.clusters.settings import ClusterSettings
    from dagster_project.clusters.training import Judged
    from dagster_project.models.registry import Registry, Version
    from ml.clusters.drift import Baseline
    from ml.clusters.identity import Matched
    from ml.clusters.model import ClusterModel
    from ml.clusters.search import Found
    from ml.labels import Name

PICTURES = ("clusters", "neighbourhoods", "profiles", "silhouettes", sizes_so_far.PICTURE)
BASELINE = "drift_baseline.json"
LIMITS = (
    "Clusters describe how customers behaved, not who they are or why. Two customers near a border "
    "may be in different clusters by chance; `distance` says how near the centre one is. Visitors "
    "who are not identified are grouped like everyone: one person with two devices may count twice."
)


@dataclass(frozen=True, slots=True)
class Grouping:
    """A grouping, what it was learnt from and how it was chosen."""

    model: ClusterModel
    names: tuple[Name, ...]
    found: Found
    features: pd.DataFrame
    settings: ClusterSettings
    matched: Matched | None
    judged: Judged
    rule: str


def of(grouping: Grouping, *, seed: int) -> dict[str, bytes]:
    """Describe a grouping and how it was chosen."""
    from ml.clusters import surrogate

    model, features = grouping.model, grouping.features
    groups = described(model, grouping.names, features)
    tree = surrogate.learn(model, features, seed=seed)
    return {
        **{f"{name}.png": png for name, png in draw(model, features, seed=seed).items()},
        "candidates.csv": grouping.found.table().round(6).to_csv(index=False).encode(),
        "clusters.csv": groups.to_csv(index=False).encode(),
        "dropped.csv": pd.DataFrame(model.preparation.dropped, columns=["feature", "why"])
        .to_csv(index=False)
        .encode(),
        "surrogate.txt": (
            f"depth {tree.depth}, fidelity {tree.fidelity:.3f}\n\n{tree.rules}"
        ).encode(),
        "model_card.md": _card(grouping, groups, tree.fidelity).encode(),
        **_interface(model),
        BASELINE: as_json(baseline_of(model, features, seed)),
    }


def of_change(
    registry: Registry,
    before: Version,
    model: ClusterModel,
    features: pd.DataFrame,
    *,
    what: str,
    why: str,
    rule: str,
    seed: int,
    names: tuple[Name, ...] | None = None,
) -> dict[str, bytes]:
    """Describe what became of a version: all stays as it was written then, but for what changed."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {
            name: path.read_bytes()
            for name, path in registry.files(before, Path(folder)).items()
            if name in ("candidates.csv", "dropped.csv", "surrogate.txt", BASELINE)
        }
    drawn_now = draw(model, features, seed=seed)
    card = (
        f"# clusters\n\nVersion {before.number}, {what}.\n\n- verdict: {why}\n- rule: {rule}"
        f"\n\n{LIMITS}\n"
    )
    return {
        **kept,
        **{f"{name}.png": png for name, png in drawn_now.items()},
        "clusters.csv": described(model, names, features).to_csv(index=False).encode(),
        "model_card.md": card.encode(),
        **_interface(model),
    }


def draw(model: ClusterModel, features: pd.DataFrame, *, seed: int) -> dict[str, bytes]:
    """Draw every picture of a grouping."""
    from ml.clusters import pictures

    return {
        "clusters": pictures.plane(model, features, minimum=least_shown()),
        "neighbourhoods": pictures.neighbourhoods(
            model, features, seed=seed, minimum=least_shown()
        ),
        "profiles": pictures.profiles(
            model.profiles, model.preparation.names, model.labels, model.sizes.tolist()
        ),
        "silhouettes": pictures.silhouettes(model, features, seed=seed, minimum=least_shown()),
    }


def drawn(registry: Registry, version: Version) -> dict[str, bytes]:
    """Give the pictures that a training left."""
    with tempfile.TemporaryDirectory() as folder:
        files = registry.files(version, Path(folder))
        return pictures_of({name: path.read_bytes() for name, path in files.items()})


def pictures_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Find the pictures among files, by their names."""
    return {name: files[f"{name}.png"] for name in PICTURES if f"{name}.png" in files}


def described(
    model: ClusterModel, names: tuple[Name, ...] | None, features: pd.DataFrame
) -> pd.DataFrame:
    """Give a row for each cluster: sizes, anonymous visitors apart, and what decided its name."""
    best, _ = model.shape.nearest(model.places(features))
    k = len(model.shape)
    sizes = np.bincount(best, minlength=k)
    table = pd.DataFrame(
        {
            "cluster": model.numbers,
            "label": model.labels,
            "customers": sizes,
            "share": np.round(sizes / max(len(features), 1), 6),
        }
    )
    if "is_known" in features.columns:
        is_anonymous = ~(features["is_known"].to_numpy(dtype=float) > 0)
        anonymous = np.bincount(best[is_anonymous], minlength=k)
        table["anonymous"] = anonymous
        table["anonymous_share"] = np.round(anonymous / np.maximum(sizes, 1), 6)
    if names is not None:
        by_label = {name.label: name for name in names}
        table["is_clear"] = [by_label[label].is_clear for label in model.labels]
        table["decided_by"] = [
            ", ".join(
                f"{feature} {mean:+.2f}" for feature, mean in by_label[label].deciding.items()
            )
            for label in model.labels
        ]
    return table


def sizes(model: ClusterModel, features: pd.DataFrame) -> dict[str, float]:
    """Give the share of the customers in each cluster, as metrics by its number."""
    best, _ = model.shape.nearest(model.places(features))
    shares = np.bincount(best, minlength=len(model.shape)) / max(len(best), 1)
    return {
        f"share_of_{number}": float(share)
        for number, share in zip(model.numbers, shares, strict=True)
    }


def baseline_of(model: ClusterModel, features: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Count how customers are, for the watch on drift to compare with later."""
    from ml.clusters import drift

    found = drift.baseline(model, features, seed=seed)
    return {
        "cells": np.round(found.cells, 6).tolist(),
        "shares": np.round(found.shares, 6).tolist(),
        "silhouette": None if np.isnan(found.silhouette) else round(found.silhouette, 6),
    }


def read_baseline(text: str) -> Baseline:
    """Read what ``baseline_of`` gave."""
    from ml.clusters.drift import Baseline

    content = json.loads(text)
    silhouette = content["silhouette"]
    return Baseline(
        np.array(content["cells"]),
        np.array(content["shares"]),
        float("nan") if silhouette is None else float(silhouette),
    )


def _interface(model: ClusterModel) -> dict[str, bytes]:
    prepared = model.preparation
    inputs = [{"name": name, "type": "double", "required": False} for name in prepared.numbers]
    inputs += [{"name": name, "type": "string", "required": False} for name in prepared.categories]
    outputs = [
        {"name": "cluster", "type": "integer"},
        {"name": "label", "type": "string"},
        {"name": "distance", "type": "double"},
    ]
    # nobody: for every column a round number of the size of what stands for a missing value
    fill = dict(zip(prepared.names, prepared.scaling.fill.tolist(), strict=True))
    example: dict[str, Any] = dict.fromkeys(prepared.numbers, 1.0)
    example |= {
        each.of: round(fill[each.name], 1) for each in prepared.features if each.per is None
    }
    example |= {column: value for column, value in prepared.levels}
    return interface({"inputs": inputs, "outputs": outputs}, example)


def _card(grouping: Grouping, groups: pd.DataFrame, fidelity: float) -> str:
    prepared, features = grouping.model.preparation, grouping.features
    judged, matched, settings = grouping.judged, grouping.matched, grouping.settings
    known = features["is_known"].to_numpy(dtype=float) > 0 if "is_known" in features else None
    counted = f"{len(features)} customers"
    if known is not None:
        counted += f", {int((~known).sum())} of them anonymous"
    lines = [
        "# clusters",
        "",
        DESCRIPTIONS["clusters"],
        "",
        f"- data: features.ftr_customers, {counted}, as of {features['as_of'].max()} UTC",
        f"- prepared: {len(prepared.names)} features, {settings.scaling}, those with a long tail "
        f"logged; {prepared.projection.shape[1]} components; dropped: "
        + ("; ".join(f"{name} ({why})" for name, why in prepared.dropped) or "none"),
        f"- choice: {grouping.found.reason}",
        "- Ward, DBSCAN and HDBSCAN are fitted on a stratified sample; the rest go to the nearest "
        "centre. Every grouping was measured on the same sample, in the same space.",
        f"- judged: {judged.ours if judged.ours is None else round(judged.ours, 4)} on a fifth of "
        f"the customers that it was fitted without; {grouping.rule}",
        f"- a tree of four questions gives {fidelity:.0%} of other customers the same cluster",
    ]
    if matched is not None:
        told = ", ".join(f"{number} ({likeness:.2f})" for number, likeness in matched.kept.items())
        lines.append(
            f"- clusters that stayed (likeness): {told or 'none'}; new: "
            f"{', '.join(map(str, matched.born)) or 'none'}; gone: "
            f"{', '.join(map(str, matched.gone)) or 'none'}"
        )
    lines += ["", "| " + " | ".join(groups.columns) + " |", "| --- " * len(groups.columns) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in groups.itertuples(index=False)]
    return "\n".join([*lines, "", LIMITS, ""])
