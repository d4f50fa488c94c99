"""The trials of a search as runs of their own, under the run of the training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlflow import MlflowClient

MOST = 12  # a run takes tens of milliseconds; the table of all trials is a file of the parent


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried, the best first."""

    name: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]


def log(client: MlflowClient, experiment: str, parent: str, trials: Iterable[Trial]) -> None:
    """Record the first trials as child runs."""
    from mlflow.entities import Metric, Param, RunStatus
    from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

    for trial in list(trials)[:MOST]:
        run = client.create_run(
            experiment, run_name=trial.name, tags={MLFLOW_PARENT_RUN_ID: parent}
        )
        client.log_batch(
            run.info.run_id,
            params=[Param(key, str(value)) for key, value in trial.parameters.items()],
            metrics=[
                Metric(key, float(value), 0, 0)
                for key, value in trial.metrics.items()
                if np.isfinite(value)
            ],
        )
        client.set_terminated(run.info.run_id, RunStatus.to_string(RunStatus.FINISHED))
