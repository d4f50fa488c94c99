"""Syncing by hand, and a run in which one target is dead."""

import json
import os
import shutil
import subprocess

from tests.e2e.servers import TESSERA, environment_of, table, tessera

DELIVERED = "select count(*) as n from activation.fct_deliveries"
HELD = (
    "select count(*) as n from activation.fct_acknowledged as held "
    "full join (select * from segments.fct_segment_members) as members "
    "using (segment, customer_id) where held.target = 'crm_files' and members.segment is null"
)


def test_what_was_sent_is_recorded_though_another_target_is_dead(tmp_path, refreshed):
    home = tmp_path / "home"
    shutil.copytree(refreshed, home, symlinks=True)
    (before,) = table(home, DELIVERED)
    planned = tessera(home, "sync", "crm_files", "--dry-run", "--full")
    assert "rows to send" in planned.stderr
    assert "@" not in planned.stdout
    (synced,) = json.loads(tessera(home, "sync", "crm_files", "--full", "--format", "json").stdout)
    sent = sum(segment["updated"] for segment in synced["segments"])
    assert sent == synced["held"] == synced["wanted"] > 0
    assert table(home, DELIVERED) == [before]  # the warehouse was not opened

    failed = subprocess.run(
        [TESSERA, "run", "activate_segments"],
        # its secret is missing
        env={**environment_of(home), "TESSERA_DEMO_WEBHOOK_URL": f"http://127.0.0.1:{os.getpid()}"},
        capture_output=True,
        text=True,
    )

    assert failed.returncode == 1
    assert failed.stderr.count("failed: ") == 1
    assert "TESSERA_DEMO_WEBHOOK_SECRET is not set" in failed.stderr
    (after,) = table(home, DELIVERED)
    assert after["n"] == before["n"] + sent
    assert table(home, HELD) == [{"n": 0}]
