"""What the web UI shows is agreed on: a change to its names is a change to this list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from dagster_project import settings as environment
from edge.activation.targets import TAKEN, load
from tests.conftest import PROJECT, settings_of
from tests.edge.activation.sending import PURPOSES

LIST = Path(__file__).with_name("definitions.txt")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory):
    home = settings_of(tmp_path_factory.mktemp("definitions") / "home")
    environment.apply(home)
    from dagster_project.definitions import defs

    return defs


def listed(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    repository = definitions.get_repository_def()
    lines = [
        *(f"asset {key.to_user_string()}" for key in graph.get_all_asset_keys()),
        *(f"job {name}" for name in repository.job_names if not name.startswith("__")),
        *(f"schedule {schedule.name}" for schedule in repository.schedule_defs),
        *(f"sensor {sensor.name}" for sensor in repository.sensor_defs),
    ]
    return "".join(f"{line}\n" for line in sorted(lines))


def test_assets_jobs_schedules_and_sensors_are_those_listed(definitions):
    assert listed(definitions) == LIST.read_text()


def test_no_target_may_take_the_name_of_an_asset_beside_targets(definitions):
    keys = {key.path[-1] for key in definitions.resolve_asset_graph().get_all_asset_keys()
            if key.path[0] == "targets"}  # fmt: skip
    assert keys - set(load(PROJECT / "config" / "targets.yml", PURPOSES).targets) <= TAKEN


def test_every_asset_is_described_and_owned(definitions):
    graph = definitions.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert [node.key for node in nodes if not node.description] == []
    assert [node.key for node in nodes if not node.owners] == []


def test_every_job_starts_with_ingestion(definitions):
    for name in ("refresh_segments", "train_models", "activate_segments", "refresh_everything"):
        steps = {node.name for node in definitions.resolve_job_def(name).graph.nodes}
        assert "ingest_landing_files" in steps, name


def test_the_recommender_trains_every_second_monday_whatever_weeks_a_year_has(definitions):
    schedule = definitions.resolve_schedule_def("train_recommender_biweekly")
    mondays = [datetime(2026, 12, 7, 3, tzinfo=UTC) + timedelta(weeks=week) for week in range(8)]
    runs = []
    for monday in mondays:  # 2026 has a week 53
        context = dg.build_schedule_context(scheduled_execution_time=monday)
        runs.append(len(schedule.evaluate_tick(context).run_requests or []))

    assert runs == [1, 0] * 4
