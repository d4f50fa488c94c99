"""Models as files: arrays and JSON, so that loading one runs no code but ours."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dagster_project.models.catalogue import NAMES, PREDICTIONS, RECOMMENDERS, VALUED

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Model(Protocol):
    """What can be kept: arrays and JSON, neither of which names a customer."""

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Give the arrays and the parameters to restore the model from."""
        ...


def save(model: Model, folder: Path) -> None:
    """Write a model as ``model.npz`` and ``model.json``; the same model gives the same bytes."""
    arrays, parameters = model.state()
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "model.npz", allow_pickle=False, **dict(sorted(arrays.items())))
    text = json.dumps(parameters, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def restore(name: str, folder: Path) -> Model:
    """Read a model that ``save`` wrote."""
    parameters = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    with np.load(folder / "model.npz", allow_pickle=False) as stored:
        arrays = dict(stored)
    if name == "clusters":
        from ml.clusters.model import ClusterModel

        return ClusterModel.restore(arrays, parameters)
    if name in RECOMMENDERS:
        from ml.recommendations.hybrid import HybridModel
        from ml.recommendations.objectives import Valued

        if name in VALUED:
            return Valued.restore(HybridModel.restore, arrays, parameters)
        return HybridModel.restore(arrays, parameters)
    if name in PREDICTIONS:
        from ml.predictions.model import Prediction

        return Prediction.restore(arrays, parameters)
    if name == "lifetimes":
        from ml.lifetimes.value import LifetimeModel

        return LifetimeModel.restore(arrays, parameters)
    raise ValueError(f"no model is called {name!r}; known are {', '.join(NAMES)}")


def hash_of(folder: Path) -> str:
    """Give the SHA-256 of a saved model: of its arrays and its JSON, not of what describes it."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("model.*")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
