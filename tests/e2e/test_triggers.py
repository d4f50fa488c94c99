"""Triggers as a user runs them: through the job, while the warehouse is held by another."""

import fcntl
import json
import shutil

import pytest

from tests.e2e.servers import tessera


@pytest.fixture
def home(refreshed, tmp_path):
    """Return a copy of the refreshed home, whose warehouse somebody else holds."""
    home = tmp_path / "home"
    shutil.copytree(refreshed, home)
    with (home / "warehouse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield home


def test_the_job_records_firings_while_the_warehouse_is_held(home):
    tessera(home, "run", "evaluate_triggers", "--as-of", "2026-02-20T16:00:00Z")
    tessera(home, "run", "evaluate_triggers", "--as-of", "2026-02-20T18:00:00Z")
    files = sorted((home / "landing" / "tessera_ledger").glob("*-trigger_firing.jsonl"))
    payloads = [json.loads(x)["payload"] for file in files for x in file.read_text().splitlines()]
    assert payloads
    again = tessera(home, "triggers", "--as-of", "2026-02-20T18:00:00Z", "--format", "json")
    assert json.loads(again.stdout) == []
    replayed = ("--from", "2026-02-20T16:05:00Z", "--to", "2026-02-20T18:00:00Z")
    found = json.loads(tessera(home, "triggers", *replayed, "--format", "json").stdout)
    assert {(row["trigger"], row["customer_id"]) for row in found} == {
        (payload["trigger"], payload["customer_id"]) for payload in payloads
    }
