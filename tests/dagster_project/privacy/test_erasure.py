"""An erasure waits for the targets that hold the person, and says for which and why."""

from datetime import datetime

import duckdb
import pytest

from dagster_project import settings as environment
from dagster_project.privacy import erasure
from dagster_project.privacy.progress import Progress, write_receipt
from edge.privacy.subjects import Subject

CUSTOMER = "c" + "a" * 24


def asked(settings):
    return Progress(
        folder=settings.home / "privacy" / "requests" / "r1",
        request_id="r1",
        requested_at=datetime.fromisoformat("2026-03-01"),
        subject=Subject((CUSTOMER,), frozenset()),
        guards=(),
    )


def test_a_target_that_no_sync_reaches_is_waited_for_and_keeps_nothing_else(settings, monkeypatch):
    settings.activation.mkdir(parents=True)
    for name in ("demo_webhook", "former_crm"):
        with duckdb.connect(str(settings.activation / f"{name}.duckdb")) as state:
            state.execute("create table acknowledged as select ? as customer_id", [CUSTOMER])
    progress = asked(settings)
    monkeypatch.setattr(environment, "variables", dict)
    said = []
    pending = erasure.remove_from_targets(settings, progress, said.append)
    assert pending == progress.found["targets"] == ["demo_webhook", "former_crm"]
    left_out, unknown = said
    assert "demo_webhook still holds the person: left out: TESSERA_DEMO" in left_out
    assert "former_crm still holds the person: not in targets.yml: put it back" in unknown


def test_all_is_searched_again_only_once_another_target_let_go(settings, monkeypatch):
    progress = asked(settings)
    progress.done = ["suppressed", "landing", "refreshed"]
    progress.found = {erasure.WAITED_FOR: ["crm", "ads"]}
    progress.save()
    write_receipt(settings.home, "r1", {"state": "waiting"})
    pending = iter([["crm", "ads"], ["crm"]])
    monkeypatch.setattr(erasure, "remove_from_targets", lambda *_: next(pending))
    said = []
    assert erasure.resume(settings, said.append) == [{"state": "waiting"}]
    assert not any("remains" in line for line in said)
    with pytest.raises(duckdb.Error):  # there is no warehouse here: it goes on
        erasure.resume(settings, said.append)
    assert any("remains" in line for line in said)
