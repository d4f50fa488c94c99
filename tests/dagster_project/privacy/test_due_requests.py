"""A request that is due soon and not done is told of, once."""

import json
from datetime import timedelta

import dagster as dg
import pytest

from dagster_project.defs.automation import alert_on_due_requests
from dagster_project.platform import Platform
from edge.privacy.requests import Request, record


@pytest.fixture
def platform(settings):
    settings.landing.mkdir(parents=True)
    return Platform(settings)


def tick(platform, cursor=None):
    context = dg.build_sensor_context(cursor=cursor, resources={"platform": platform})
    result = alert_on_due_requests(context)
    return result.cursor if isinstance(result, dg.SensorResult) else None


def ask(platform, name, *, days_ago, state="waiting"):
    asked = platform.now() - timedelta(days=days_ago)
    record(platform.settings.landing, Request(name, "erasure", state, asked), asked)


def alerts(platform):
    path = platform.settings.home / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_request_that_is_due_soon_is_told_of_once(platform):
    ask(platform, "late", days_ago=26)
    ask(platform, "young", days_ago=2)
    ask(platform, "done", days_ago=26, state="completed")
    cursor = tick(platform)
    assert [(x["type"], x["data"]["request_id"]) for x in alerts(platform)] == [
        ("privacy_request.due", "late")
    ]
    assert tick(platform, cursor) is None
    assert len(alerts(platform)) == 1


def test_nothing_is_told_of_without_requests(platform):
    assert tick(platform) is None
    assert alerts(platform) == []
