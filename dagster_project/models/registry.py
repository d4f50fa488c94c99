"""The facade over MLflow: runs, model versions, and which version is the champion."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np

from dagster_project.models import aliases, run_files, trial_runs
from dagster_project.models import files as model_files
from dagster_project.models.aliases import CHAMPION, NOT_PROMOTED, PROMOTED
from dagster_project.models.catalogue import DESCRIPTIONS, NAMES
from dagster_project.models.files import Model
from dagster_project.models.trial_runs import Trial
from dagster_project.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput
    from mlflow.entities.model_registry import ModelVersion

TRAINING_SOURCES = (
    "ml/**/*.py",
    "dagster_project/models/training.py",
    "dagster_project/models/*.sql",
    "dagster_project/clusters/*.py",
    "dagster_project/recommender/*.py",
    "dagster_project/recommender/*.sql",
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Which rows a model was trained on, without a row of them.

    ``snapshot`` is the hash of the landed files that the warehouse was made of.
    """

    name: str
    rows: int
    sha256: str
    as_of: str
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Training:
    """One training to be recorded."""

    name: str
    model: Model
    dataset: Dataset
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    fingerprint: str
    code_version: str
    steps: tuple[tuple[int, Mapping[str, float]], ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about the versions of a model, and why."""

    name: str
    decision: Literal["promoted", "kept", "rolled back"]
    number: int
    champion_before: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """One registered version of a model."""

    name: str
    number: int
    run_id: str
    metrics: Mapping[str, float]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]

    @property
    def label(self) -> str:
        """Give what tables call this version; ``models:/<label>`` in MLflow."""
        return f"{self.name}/{self.number}"


@dataclass(frozen=True, slots=True)
class Registry:
    """Trained models by name and version, in MLflow's tracking store and model registry.

    Every decision about a version is also told to ``note``, for the ledger.
    """

    tracking_uri: str
    artifact_location: str
    note: Callable[[Decision], None] = lambda _: None

    def prepare(self) -> None:
        """Create the schema, the experiments and the model names; safe to repeat."""
        client = self._client()
        for name in NAMES:
            self._experiment(client, name)
            self._ensure_registered(client, name)

    def log_training(self, training: Training) -> Version:
        """Record a training as a run and register its model; promotes nothing.

        The model becomes ``model.npz`` and ``model.json``: no pickle, so that loading runs no code.
        """
        from mlflow.entities import Metric, Param, RunStatus

        client = self._client()
        dataset = training.dataset
        experiment = self._experiment(client, training.name)
        run = client.create_run(
            experiment,
            run_name=f"{training.name} {dataset.as_of}",
            tags={
                "code_version": training.code_version,
                "fingerprint": training.fingerprint,
                "snapshot": dataset.snapshot,
                "mlflow.note.content": training.files.get("model_card.md", b"").decode(),
            },
        )
        run_id = run.info.run_id
        parameters = {**training.parameters, "as_of": dataset.as_of, "rows": dataset.rows}
        metrics = [(0, training.metrics), *training.steps]
        client.log_batch(
            run_id,
            params=[Param(key, str(value)) for key, value in parameters.items()],
            metrics=[
                Metric(key, float(value), 0, step)
                for step, values in metrics
                for key, value in values.items()
                if np.isfinite(value)
            ],
        )
        client.log_inputs(run_id, [_dataset_input(dataset)])
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model"
            model_files.save(training.model, model)
            sha256 = model_files.hash_of(model)
            if "signature.json" in training.files:
                described = run_files.description(training.files["signature.json"])
                (model / "MLmodel").write_bytes(described)
            client.log_artifacts(run_id, str(model), "model")
            for name, content in training.files.items():
                path = Path(folder) / name
                path.write_bytes(content)
                client.log_artifact(run_id, str(path))
        trial_runs.log(client, experiment, run_id, training.trials)
        client.set_terminated(run_id, RunStatus.to_string(RunStatus.FINISHED))
        self._ensure_registered(client, training.name)
        created = client.create_model_version(
            training.name,
            source=f"{run.info.artifact_uri}/model",
            run_id=run_id,
            tags={
                "fingerprint": training.fingerprint,
                "code_version": training.code_version,
                "dataset_sha256": dataset.sha256,
                "snapshot": dataset.snapshot,
                "model_sha256": sha256,
                "as_of": dataset.as_of,
            },
        )
        return self._version(client, created)

    def promote(self, version: Version, reason: str) -> None:
        """Make a version the champion of its name, and say why."""
        client = self._client()
        before = aliases.number_of(client, version.name, CHAMPION)
        aliases.crown(client, version.name, version.number, reason)
        self.note(Decision(version.name, "promoted", version.number, before, reason))

    def keep(self, version: Version, reason: str) -> None:
        """Say why a version did not become the champion; it is the challenger."""
        client = self._client()
        before = aliases.number_of(client, version.name, CHAMPION)
        aliases.challenge(client, version.name, version.number, reason)
        self.note(Decision(version.name, "kept", version.number, before, reason))

    def roll_back(self, name: str, reason: str) -> Version:
        """Make the champion before this one the champion again."""
        client = self._client()
        back, fallen = aliases.uncrown(client, name, reason)
        self.note(Decision(name, "rolled back", back, fallen, reason))
        return self.version(name, back)

    def version(self, name: str, number: int) -> Version:
        """Find a version by its number; raise LookupError where there is none."""
        for found in self.versions(name):
            if found.number == number:
                return found
        raise LookupError(f"{name} has no version {number}: tessera models list shows them")

    def versions(self, name: str) -> list[Version]:
        """Give every version of a name, the newest first."""
        client = self._client()
        found = client.search_model_versions(f"name = '{name}'")
        return [self._version(client, one) for one in sorted(found, key=lambda v: -int(v.version))]

    def aliases_of(self, name: str) -> dict[int, str]:
        """Give the alias of each version that has one, by its number."""
        client = self._client()
        found = {alias: aliases.number_of(client, name, alias) for alias in aliases.ALL}
        return {number: alias for alias, number in found.items() if number is not None}

    def champion_version(self, name: str) -> Version | None:
        """Find the champion of a name without loading it."""
        client = self._client()
        number = aliases.number_of(client, name, CHAMPION)
        if number is None:
            return None
        return self._version(client, client.get_model_version(name, str(number)))

    def champion(self, name: str) -> tuple[Model, Version] | None:
        """Load the champion of a name (``models:/<name>@champion``), or None without one."""
        version = self.champion_version(name)
        return None if version is None else (self.load(version), version)

    def load(self, version: Version) -> Model:
        """Load one version."""
        from mlflow.artifacts import download_artifacts

        uri = self._client().get_model_version_download_uri(version.name, str(version.number))
        if urlsplit(uri).scheme == "file":
            return model_files.restore(version.name, Path(download_artifacts(artifact_uri=uri)))
        with tempfile.TemporaryDirectory() as folder:
            path = download_artifacts(
                artifact_uri=uri, dst_path=folder, tracking_uri=self.tracking_uri
            )
            return model_files.restore(version.name, Path(path))

    def newest_version(self, name: str) -> Version | None:
        """Find the version trained last, promoted or not."""
        client = self._client()
        found = client.search_model_versions(f"name = '{name}'")
        if not found:
            return None
        return self._version(client, max(found, key=lambda v: int(v.version)))

    def files(self, version: Version, folder: Path) -> dict[str, Path]:
        """Give what was kept beside a model, fetched into a folder where it is far, by its name."""
        client = self._client()
        uri = urlsplit(str(client.get_run(version.run_id).info.artifact_uri))
        if uri.scheme == "file":
            near = Path(url2pathname(uri.path))
            return {path.name: path for path in near.iterdir() if path.is_file()}
        return {
            entry.path: Path(client.download_artifacts(version.run_id, entry.path, str(folder)))
            for entry in client.list_artifacts(version.run_id)
            if not entry.is_dir
        }

    def find(self, name: str, fingerprint: str) -> Version | None:
        """Find the newest version trained on the same data, by the same code, in the same way.

        One that was killed before it was decided upon is passed over, and so trained again.
        """
        client = self._client()
        same = [
            found
            for found in client.search_model_versions(f"name = '{name}'")
            if found.tags.get("fingerprint") == fingerprint
            and not {PROMOTED, NOT_PROMOTED}.isdisjoint(found.tags)
        ]
        if not same:
            return None
        return self._version(client, max(same, key=lambda v: int(v.version)))

    def _client(self) -> MlflowClient:
        from mlflow import MlflowClient

        for noisy in ("alembic", "mlflow"):  # they announce every migration of a new store
            logging.getLogger(noisy).setLevel(logging.WARNING)
        return MlflowClient(tracking_uri=self.tracking_uri, registry_uri=self.tracking_uri)

    def _experiment(self, client: MlflowClient, name: str) -> str:
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        location = f"{self.artifact_location.rstrip('/')}/{name}"
        return str(client.create_experiment(name, artifact_location=location))

    def _ensure_registered(self, client: MlflowClient, name: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            client.create_registered_model(name, description=DESCRIPTIONS.get(name))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _version(self, client: MlflowClient, found: ModelVersion) -> Version:
        run_id = str(found.run_id)
        run = client.get_run(run_id)
        return Version(
            name=found.name,
            number=int(found.version),
            run_id=run_id,
            metrics=dict(run.data.metrics),
            parameters=dict(run.data.params),
            tags=dict(found.tags),
        )


def hash_frame(frame: pd.DataFrame) -> str:
    """Give the SHA-256 of a frame's columns and rows, whatever the order of the rows."""
    import pandas as pd

    digest = hashlib.sha256(json.dumps(list(map(str, frame.columns))).encode())
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    digest.update(np.sort(rows).tobytes())
    return digest.hexdigest()


def fingerprint(name: str, dataset: Dataset, parameters: Mapping[str, Any], sources: str) -> str:
    """Identify a training by what decides its result: data, parameters and the code of models."""
    text = json.dumps(
        [name, dataset.sha256, dataset.as_of, sources, parameters], sort_keys=True, default=str
    )
    return hashlib.sha256(text.encode()).hexdigest()


def hash_sources(root: Path = PROJECT) -> str:
    """Give the SHA-256 of the code that decides what a training gives."""
    digest = hashlib.sha256()
    for pattern in TRAINING_SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def code_version(root: Path = PROJECT) -> str:
    """Name the code: the commit, else the package's version, and the hash of the model code."""
    name = _commit(root / ".git") or package_version("tessera")
    return f"{name}+{hash_sources(root)[:12]}"


def _commit(git: Path) -> str | None:
    head = git / "HEAD"
    if not head.is_file():
        return None
    text = head.read_text().strip()
    if not text.startswith("ref: "):
        return text
    return next(_commits(git, text.removeprefix("ref: ")), None)


def _commits(git: Path, ref: str) -> Iterator[str]:
    if (git / ref).is_file():
        yield (git / ref).read_text().strip()
    if (git / "packed-refs").is_file():
        for line in (git / "packed-refs").read_text().splitlines():
            commit, _, name = line.partition(" ")
            if name == ref:
                yield commit


def _dataset_input(dataset: Dataset) -> DatasetInput:
    from mlflow.entities import Dataset as MlflowDataset
    from mlflow.entities import DatasetInput as Input

    profile = json.dumps({"num_rows": dataset.rows, "as_of": dataset.as_of})
    entity = MlflowDataset(
        name=dataset.name,
        digest=dataset.sha256[:32],
        source_type="warehouse",
        source=json.dumps({"relation": dataset.name, "snapshot": dataset.snapshot}),
        profile=profile,
    )
    return Input(entity, tags=[])
