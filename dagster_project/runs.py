"""Running a job in this process, with progress, as ``tessera run`` does."""

import contextlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from dagster_project import homes
from dagster_project.platform import AS_OF_TAG, PROGRESS, RESUMED_TAG
from dagster_project.settings import Settings, apply
from expectations import worker

# the code location of workspace.yaml: by it the web UI counts a run to its job
PLACE = {".dagster/repository": "__repository__@tessera"}
INTERRUPTED = "DagsterExecutionInterruptedError"  # by Ctrl-C or by being ended


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed, or a check that blocked what is downstream."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """How a run ended."""

    job: str
    run_id: str
    succeeded: bool
    seconds: float
    steps: int
    failures: tuple[Failure, ...]
    warnings: tuple[Failure, ...]


def job_names(definitions: dg.Definitions) -> list[str]:
    """Return the names of the jobs that a person may run."""
    return sorted(job.name for job in definitions.jobs or ())


def run(
    settings: Settings,
    job: str,
    *,
    as_of: str | None,
    tell: Callable[[str], None],
    resumes: bool = True,
    only: Sequence[str] = (),
) -> RunReport:
    """Execute a job, or ``only`` some of its assets, and report each step as it ends.

    ``resumes`` ends erasures under way first.

    Raises ValueError for an unknown job. A failing step does not raise: it stands in the report.
    """
    apply(settings)
    homes.prepare(settings)
    worker.started()  # imports what checks need beside what follows
    from dagster_project.definitions import defs  # parses dbt when its files are newer

    names = job_names(defs)
    if job not in names:
        raise ValueError(f"no job {job!r}; there are {', '.join(names)}")
    if resumes:
        from dagster_project.privacy import erasure  # which runs jobs itself

        erasure.resume_beside(settings, tell)
    progress = Progress(tell)
    run_id = str(uuid.uuid4())
    started = time.monotonic()
    log = settings.home / "logs" / f"run-{run_id}.log"
    log.parent.mkdir(exist_ok=True)
    with (
        dg.DagsterInstance.get() as instance,
        log.open("w", encoding="utf-8") as output,
        contextlib.redirect_stdout(output),  # what dbt prints
    ):
        instance.add_event_listener(run_id, progress.hear)
        result = defs.resolve_job_def(job).execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            tags={**PLACE, RESUMED_TAG: "yes", **({} if as_of is None else {AS_OF_TAG: as_of})},
            run_config=_silent_console(),
            asset_selection=[dg.AssetKey(key.split("/")) for key in only] or None,
        )
    return RunReport(
        job=job,
        run_id=run_id,
        succeeded=result.success,
        seconds=time.monotonic() - started,
        steps=progress.steps,
        failures=tuple(progress.failures),
        warnings=tuple(progress.warnings),
    )


def _silent_console() -> Mapping[str, object]:
    # The event log keeps everything; the terminal shows steps, failures and waiting.
    return {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Progress:
    """Turns the events of one run into lines for a person."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._started: dict[str, float] = {}
        self.steps = 0
        self.failures: list[Failure] = []
        self.warnings: list[Failure] = []

    def hear(self, entry: dg.EventLogEntry) -> None:
        """Tell of one event, and keep what failed."""
        event = entry.dagster_event
        if event is None:
            if entry.user_message.startswith(PROGRESS):
                self._tell(f"    {entry.user_message.removeprefix(PROGRESS)}")
            return
        step = event.step_key or "run"
        if event.event_type == dg.DagsterEventType.STEP_START:
            self._started[step] = time.monotonic()
            self._tell(f"  {step} …")
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            self.steps += 1
            self._tell(f"  {step} done in {time.monotonic() - self._started[step]:.1f} s")
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            self.failures.append(Failure(step, _root_cause(event)))
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            self._hear_check(event)

    def _hear_check(self, event: dg.DagsterEvent) -> None:
        evaluation = event.asset_check_evaluation_data
        if evaluation.passed:
            return
        failure = Failure(
            f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}",
            evaluation.description or "see the check's metadata in the web UI",
        )
        blocking = evaluation.severity == dg.AssetCheckSeverity.ERROR
        (self.failures if blocking else self.warnings).append(failure)


def _root_cause(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return "no reason given"
    if error.cls_name == INTERRUPTED:
        return "the run was interrupted: run it again"
    return error.message.strip()
