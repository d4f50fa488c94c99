from expectations import record
from tests.expectations.results import RAN_AT, result


def test_a_suite_that_runs_again_replaces_its_results_and_no_others(tmp_path):
    record.write(tmp_path, [result("raw.events"), result("ml.recommendations")], ran_at=RAN_AT)
    record.write(tmp_path, [result("raw.events", passed=False)], ran_at=RAN_AT)

    passed = {
        run.suite: [item.passed for item in run.results] for run in record.last_runs(tmp_path)
    }

    assert passed == {"raw.events": [False], "ml.recommendations": [True]}


def test_history_keeps_what_the_last_runs_observed(tmp_path):
    for observed in range(record.RUNS_KEPT + 5):
        record.write(tmp_path, [result(name="rows", observed=float(observed))], ran_at=RAN_AT)

    kept = record.history(tmp_path)["raw.events", "rows"]

    assert len(kept) == record.RUNS_KEPT
    assert kept[-1] == record.RUNS_KEPT + 4


def test_there_is_no_history_before_the_first_run(tmp_path):
    assert record.history(tmp_path) == {}
    assert record.last_runs(tmp_path) == []


def test_results_come_back_as_they_were_written(tmp_path):
    record.write(tmp_path, [result()], ran_at=RAN_AT)

    (last,) = record.last_runs(tmp_path)

    assert last.results == (result(),)
    assert [path.name for path in tmp_path.iterdir()] == [record.FILE]
