"""The event log that keeps its files open."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from dagster_project import event_log
from dagster_project.settings import PROJECT

PRODUCTS = dg.AssetKey(["marts", "dim_products"])


@dg.asset(key=PRODUCTS, check_specs=[dg.AssetCheckSpec("is_there", asset=PRODUCTS)])
def products() -> dg.MaterializeResult:  # type: ignore[type-arg]  # a type would count outputs
    check = dg.AssetCheckResult(passed=True, check_name="is_there")
    return dg.MaterializeResult(metadata={"rows": 7}, check_results=[check])


def opened() -> set[str]:
    return {fd.readlink().name for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()}


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copyfile(PROJECT / "dagster.yaml", tmp_path / "dagster.yaml")
    with dg.DagsterInstance.get() as found:
        yield found


def test_dagsters_own_class_reads_all_that_was_stored(instance: dg.DagsterInstance, tmp_path: Path):
    result = dg.materialize([products], instance=instance)
    assert isinstance(instance.event_log_storage, event_log.EventLog)
    reference = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    stored = reference.get_logs_for_run(result.run_id)
    assert [entry.message for entry in stored] == [
        entry.message for entry in instance.all_logs(result.run_id)
    ]
    assert len(stored) > len(result.all_events) / 2
    assert reference.all_asset_keys() == [PRODUCTS]
    latest = reference.get_latest_materialization_events([PRODUCTS])[PRODUCTS]
    assert latest is not None
    assert latest.run_id == result.run_id


def test_only_a_few_files_stay_open_however_many_runs_are_read(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(event_log, "MOST_OPEN", 2)
    runs = [dg.materialize([products], instance=instance).run_id for _ in range(4)]
    assert all(instance.all_logs(run_id) for run_id in runs)
    files = {f"{name}.db" for name in [*runs, "index"]}
    assert len(opened() & files) <= 2
    instance.event_log_storage.dispose()
    assert not opened() & files


def test_a_commit_waits_for_no_disk(instance: dg.DagsterInstance):
    with instance.event_log_storage.index_connection() as connection:  # type: ignore[attr-defined]
        row = connection.exec_driver_sql("pragma synchronous").one()
        mode = connection.exec_driver_sql("pragma journal_mode").one()
    assert (row[0], mode[0]) == (1, "wal")  # normal: safe against kills, and never corrupt
