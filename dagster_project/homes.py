"""Making a home ready: its folders, Dagster's instance and MLflow's schema."""

import shutil
from dataclasses import asdict

from dagster_project.models.registry import Decision, Registry
from dagster_project.platform import Platform
from dagster_project.settings import PROJECT, Settings
from edge import ledger


def prepare(settings: Settings) -> None:
    """Create what the servers and jobs expect to find; cheap when it is there already."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", settings.dagster_home / "dagster.yaml")
    (settings.home / "tmp").mkdir(exist_ok=True)
    settings.landing.mkdir(exist_ok=True)
    settings.published.mkdir(exist_ok=True)
    settings.reports.mkdir(exist_ok=True)
    if settings.mlflow_tracking_uri is not None or not (settings.home / "mlflow.db").exists():
        registry(settings).prepare()


def registry(settings: Settings) -> Registry:
    """Return the model registry of this home; what it decides is written to the ledger."""

    def note(decision: Decision) -> None:
        ledger.append(
            settings.landing, "model", [asdict(decision)], recorded_at=Platform(settings).now()
        )

    return Registry(
        tracking_uri=settings.tracking_uri,
        artifact_location=settings.artifacts.as_uri(),
        note=note,
    )
