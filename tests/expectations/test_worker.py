"""The process that runs checks answers as the function does, and tells what went wrong."""

import multiprocessing

import pytest

from expectations import catalogue, run
from expectations.worker import Worker


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.close()
    assert not multiprocessing.active_children()


def test_the_process_answers_as_the_function_does(worker, good_warehouse):
    suites = [suite for suite in catalogue.SUITES if suite.schema == "raw"]

    answer = worker.validate(good_warehouse, suites, history={})
    assert answer == run.validate(good_warehouse, suites)


def test_what_could_not_be_run_is_an_error_here(worker, tmp_path):
    with pytest.raises(run.CheckError, match="there is no database"):
        worker.validate(tmp_path / "absent.duckdb", [], history={})


def test_a_killed_process_is_an_error_that_says_what_to_do(worker, tmp_path):
    (process,) = multiprocessing.active_children()
    process.kill()
    process.join()

    with pytest.raises(run.CheckError, match="run the job again"):
        worker.validate(tmp_path / "absent.duckdb", [], history={})
