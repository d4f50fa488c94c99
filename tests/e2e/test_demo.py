"""The first command that a newcomer runs, on a smaller shop."""

import json

import pytest

from tests.e2e.servers import table, tessera

SMALL = ("demo", "--customers", "600", "--days", "45")


@pytest.mark.slow
def test_the_demo_ends_with_segments_synced_and_one_customer_erased(tmp_path):
    home = tmp_path / "home"
    shown = json.loads(tessera(home, *SMALL, "--format", "json").stdout)

    assert shown["succeeded"]
    assert shown["receipt"]["state"] == "completed"
    assert shown["receipt"]["search"]["traces"] == []
    assert shown["receipt"]["pending"] == []
    assert [row["failed"] for row in shown["status"]["files"]] == [0, 0]
    members = {row["segment"]: row["size"] for row in shown["status"]["segments"]}
    counted = table(home, "select segment, size from segments.dim_segments")
    assert members == {row["segment"]: row["size"] for row in counted}
    sent = table(home, "select distinct target from activation.fct_acknowledged")
    assert {"crm_files", "demo_webhook"} <= {row["target"] for row in sent}

    told = tessera(home, *SMALL)  # again: nothing lands, nobody else is erased
    assert "0 new files landed" in told.stderr
    for line in ("one customer was erased:", "completed", "0 in the", "Where to look next:"):
        assert line in told.stdout
