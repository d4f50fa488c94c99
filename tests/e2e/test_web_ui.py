"""The web UI serves the lineage, launches runs, and its daemon ticks sensors and schedules."""

import json
import time

import pytest

from tests.e2e.servers import RUN_SECONDS, graphql, tessera, wait_until, web_ui

SELECTOR = {"repositoryLocationName": "tessera", "repositoryName": "__repository__"}

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status jobName } } }"
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status tags { key value } } } } }"
START_SENSOR = """
mutation Start($selector: SensorSelector!) {
  startSensor(sensorSelector: $selector) {
    __typename
    ... on PythonError { message }
  }
}
"""
TICK_SCHEDULE = """
mutation Tick($selector: ScheduleSelector!, $at: Float!) {
  scheduleDryRun(selectorData: $selector, timestamp: $at) {
    __typename
    ... on DryRunInstigationTick { evaluationResult { runRequests { runKey } skipReason } }
    ... on PythonError { message }
  }
}
"""
RUNS_OF_JOB = """
query Job($selector: PipelineSelector!) {
  pipelineOrError(params: $selector) { ... on Pipeline { runs { status } } }
}
"""
ASSETS = "{ assetNodes { assetKey { path } groupName description } }"


@pytest.fixture(scope="module")
def ui(tmp_path_factory):
    home = tmp_path_factory.mktemp("ui") / "home"
    with web_ui(home) as (url, process):
        yield home, url, process


def event(number):
    return json.dumps(
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"m{number}",
            "anonymousId": "visitor",
            "timestamp": "2026-01-02T10:00:00Z",
            "receivedAt": "2026-01-02T10:00:01Z",
            "properties": {"product_id": "p1", "category": "books"},
        }
    )


def load(home, folder, number):
    file = folder / f"day-{number}.jsonl"
    file.write_text(event(number) + "\n")
    tessera(home, "load", str(file), "--source", "shop")


def finished(url, run_id):
    status = graphql(url, RUN, {"id": run_id})["runOrError"]["status"]
    assert status not in ("FAILURE", "CANCELED"), status
    return status == "SUCCESS"


def test_the_ui_shows_every_asset_with_a_description_and_a_group(ui):
    _, url, _ = ui
    nodes = graphql(url, ASSETS)["assetNodes"]
    keys = {"/".join(node["assetKey"]["path"]) for node in nodes}
    assert {
        "raw/events",
        "marts/fct_orders",
        "features/ftr_customers",
        "models/recommender",
    } <= keys
    assert [node for node in nodes if not (node["description"] and node["groupName"])] == []


def test_a_run_launched_over_graphql_ingests_a_landed_file(ui, tmp_path):
    home, url, _ = ui
    load(home, tmp_path, 1)
    params = {
        "selector": {**SELECTOR, "pipelineName": "ingest_events"},
        "mode": "default",
        "runConfigData": {},
    }
    launched = graphql(url, LAUNCH, {"params": params})["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    wait_until(lambda: finished(url, run_id), RUN_SECONDS, "the launched run")


def test_the_page_of_a_job_shows_what_the_command_line_ran(ui, tmp_path):
    home, url, _ = ui
    selector = {**SELECTOR, "pipelineName": "ingest_events"}
    before = graphql(url, RUNS_OF_JOB, {"selector": selector})["pipelineOrError"]["runs"]
    load(home, tmp_path, 3)
    tessera(home, "run", "ingest_events")
    after = graphql(url, RUNS_OF_JOB, {"selector": selector})["pipelineOrError"]["runs"]
    assert len(after) == len(before) + 1


def test_the_sensor_asks_for_one_run_for_a_new_file_and_then_for_none(ui, tmp_path):
    home, url, _ = ui
    load(home, tmp_path, 2)
    selector = {**SELECTOR, "sensorName": "ingest_events_on_new_files"}
    started = graphql(url, START_SENSOR, {"selector": selector})["startSensor"]
    assert started["__typename"] == "Sensor", started

    def asked():
        runs = graphql(url, RUNS)["runsOrError"]["results"]
        return [
            run
            for run in runs
            if {"key": "dagster/sensor_name", "value": "ingest_events_on_new_files"} in run["tags"]
        ]

    (first,) = wait_until(asked, RUN_SECONDS, "the sensor's tick")
    wait_until(lambda: finished(url, first["runId"]), RUN_SECONDS, "the sensor's run")
    time.sleep(35)  # another tick passes
    assert [run["runId"] for run in asked()] == [first["runId"]]


def test_the_daily_schedule_asks_for_a_refresh_when_it_ticks(ui):
    _, url, _ = ui
    selector = {**SELECTOR, "scheduleName": "refresh_segments_daily"}
    tick = graphql(url, TICK_SCHEDULE, {"selector": selector, "at": 1_767_240_000.0})
    result = tick["scheduleDryRun"]["evaluationResult"]
    assert len(result["runRequests"]) == 1, result


def test_the_recommender_trains_every_second_week_only(ui):
    _, url, _ = ui
    selector = {**SELECTOR, "scheduleName": "train_recommender_biweekly"}

    def requests(at):
        tick = graphql(url, TICK_SCHEDULE, {"selector": selector, "at": at})
        return len(tick["scheduleDryRun"]["evaluationResult"]["runRequests"] or [])

    monday = 1_767_582_000.0  # 2026-01-05 03:00 UTC
    assert requests(monday) == 1
    assert requests(monday + 7 * 86_400) == 0
