"""The step that syncs targets: one that fails alone, and what its checks say."""

import json
from datetime import timedelta

import dagster as dg
import pytest

from dagster_project import health
from dagster_project import settings as environment
from dagster_project.platform import Platform
from edge.activation.limits import Limits
from edge.activation.sync import Report, SyncResult
from tests.conftest import settings_of
from tests.dagster_project.publish import shop

NOW = shop.NOW.replace(tzinfo=None)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("activation") / "home"
    shop.make(home)
    # the warehouse of these tests publishes no device_type, which ads_files maps: it fails
    shop.publish_home(home, "b1")
    return settings_of(home)


def run(settings, monkeypatch, **variables):
    environment.apply(settings)
    from dagster_project.defs import activation

    monkeypatch.setattr(environment, "variables", lambda: variables)
    names = ("crm_files", "ads_files", "demo_webhook")
    return dg.materialize(
        [activation.sync_targets],
        selection=[dg.AssetKey(["targets", name]) for name in names],
        resources={"platform": Platform(settings)},
        raise_on_error=False,
    )


def test_one_target_that_fails_does_not_keep_the_others_and_the_run_says_which(home, monkeypatch):
    result = run(home, monkeypatch)

    assert not result.success
    (failed,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    assert "ads_files: ValueError: targets.yml: ads_files" in str(failed.step_failure_data)
    materialized = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    assert set(materialized) == {"targets/crm_files"}
    counts = materialized["targets/crm_files"]
    assert counts["added"].value == counts["held"].value == 242
    assert {"updated", "removed", "failed", "rejected", "latency_seconds"} <= set(counts)


def test_a_target_whose_secret_is_missing_fails_and_one_that_is_not_enabled_is_left_out(
    home, monkeypatch
):
    result = run(home, monkeypatch, TESSERA_DEMO_WEBHOOK_URL="http://127.0.0.1:9/")
    (failed,) = [e for e in result.all_events if e.event_type_value == "STEP_FAILURE"]
    assert "TESSERA_DEMO_WEBHOOK_SECRET is not set" in str(failed.step_failure_data)
    assert {x.check_name for x in result.get_asset_check_evaluations() if "demo_" in str(x)} == {
        "not_stalled"  # of the others nothing is known
    }
    assert "demo_webhook" not in str(
        [e for e in run(home, monkeypatch).all_events if e.event_type_value == "STEP_FAILURE"]
    )


def test_a_problem_of_a_target_is_a_warning_and_an_alert(home, monkeypatch):
    found = {"few_failed_rows": "9 of 10 rows failed"}
    monkeypatch.setattr(health, "problems", lambda *_, **__: found)
    result = run(home, monkeypatch)
    checks = {
        (x.asset_key.path[-1], x.check_name): x.passed for x in result.get_asset_check_evaluations()
    }
    assert checks["crm_files", "few_failed_rows"] is False
    assert checks["crm_files", "not_stalled"] is True
    alerts = [json.loads(line) for line in (home.home / "alerts.jsonl").read_text().splitlines()]
    assert ("target.crm_files.few_failed_rows", "crm_files: 9 of 10 rows failed") in {
        (alert["type"], alert["data"]["reason"]) for alert in alerts
    }


def report(held=100, wanted=100, stopped=None, **counts):
    return Report(
        "crm", (SyncResult("crm", "loyal", "synced", 100, **counts),), wanted, held, stopped
    )


@pytest.mark.parametrize(
    ("report", "hours_ago", "problems"),
    [
        (report(added=95, failed=5), 1, set()),
        (report(added=94, failed=5, rejected=1), 1, {"few_failed_rows"}),
        (report(held=95), 1, set()),
        (report(held=94), 1, {"holds_what_is_wanted"}),
        (report(held=106), 1, {"holds_what_is_wanted"}),
        (report(stopped="500"), 48, set()),
        (report(stopped="500"), 49, {"not_stalled"}),
        (report(), 49, set()),
    ],
)
def test_a_target_warns_beyond_its_limits_and_not_at_them(report, hours_ago, problems):
    last = NOW - timedelta(hours=hours_ago)
    assert set(health.problems(report, Limits(), last_success=last, now=NOW)) == problems


def test_a_target_that_never_succeeded_is_not_stalled_yet():
    assert health.problems(report(stopped="x"), Limits(), last_success=None, now=NOW) == {}
