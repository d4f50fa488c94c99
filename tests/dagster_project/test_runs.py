import contextlib
import uuid

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from dagster_project import runs


def test_a_run_that_was_interrupted_says_so_and_what_to_do():
    @dg.op
    def step():
        raise DagsterExecutionInterruptedError

    @dg.job
    def interrupted():
        step()

    told = []
    progress = runs.Progress(told.append)
    run_id = str(uuid.uuid4())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_event_listener(run_id, progress.hear)
        with contextlib.suppress(DagsterExecutionInterruptedError):
            interrupted.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)

    assert progress.failures == [runs.Failure("step", "the run was interrupted: run it again")]
