import contextlib
import uuid

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from dagster_project import platform, runs


def heard(job):
    """Return what is told of the failures of a job that fails."""
    progress = runs.Progress([].append)
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_event_listener(run_id, progress.hear)
        with contextlib.suppress(DagsterExecutionInterruptedError):
            job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    return progress.failures


def test_a_run_that_was_interrupted_says_so_and_what_to_do():
    @dg.op
    def step():
        raise DagsterExecutionInterruptedError

    @dg.job
    def interrupted():
        step()

    assert heard(interrupted) == [runs.Failure("step", "the run was interrupted: run it again")]


def test_a_run_with_a_moment_that_is_none_says_how_to_write_one():
    @dg.op
    def step():
        platform.parse_moment("never")

    @dg.job
    def misdated():
        step()

    (failure,) = heard(misdated)
    assert "a moment is ISO 8601, such as 2026-03-01" in failure.reason
    assert "got 'never'" in failure.reason
