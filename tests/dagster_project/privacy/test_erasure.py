"""An erasure waits for the targets that hold the person, and says for which and why."""

from datetime import datetime

import duckdb

from dagster_project import settings as environment
from dagster_project.privacy import erasure
from dagster_project.privacy.progress import Progress
from edge.privacy.subjects import Subject

CUSTOMER = "c" + "a" * 24


def test_a_target_that_no_sync_reaches_is_waited_for_and_keeps_nothing_else(settings, monkeypatch):
    settings.activation.mkdir(parents=True)
    for name in ("demo_webhook", "former_crm"):
        with duckdb.connect(str(settings.activation / f"{name}.duckdb")) as state:
            state.execute("create table acknowledged as select ? as customer_id", [CUSTOMER])
    progress = Progress(
        folder=settings.home / "privacy" / "requests" / "r1",
        request_id="r1",
        requested_at=datetime.fromisoformat("2026-03-01"),
        subject=Subject((CUSTOMER,), frozenset()),
        guards=(),
    )
    monkeypatch.setattr(environment, "variables", dict)
    said = []
    pending = erasure.remove_from_targets(settings, progress, said.append)
    assert pending == progress.found["targets"] == ["demo_webhook", "former_crm"]
    left_out, unknown = said
    assert "demo_webhook still holds the person: left out: TESSERA_DEMO" in left_out
    assert "former_crm still holds the person: not in targets.yml: put it back" in unknown
