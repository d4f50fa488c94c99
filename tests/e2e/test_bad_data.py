"""Data that fails a blocking check reaches nobody: what was published and sent stays."""

import json
import shutil

import pytest

from tests.e2e.servers import table, tessera


@pytest.fixture
def home(tmp_path, refreshed):
    copied = tmp_path / "home"
    shutil.copytree(refreshed, copied, symlinks=True)
    return copied


def test_a_failed_check_stops_everything_downstream(home, tmp_path):
    before = (home / "published" / "LATEST").read_text()
    exported = sorted(str(path) for path in (home / "exports").rglob("*"))
    members = table(home, "select count(*) as n from segments.fct_segment_members")
    garbage = tmp_path / "garbage.jsonl"
    garbage.write_text("".join(f'{{"type": "unheard of", "n": {n}}}\n' for n in range(40_000)))
    tessera(home, "load", str(garbage), "--source", "shop")

    failed = tessera(home, "run", "refresh_everything", check=False)

    assert failed.returncode == 1
    assert "failed: raw/" in failed.stderr
    assert (home / "published" / "LATEST").read_text() == before
    assert sorted(str(path) for path in (home / "exports").rglob("*")) == exported
    assert table(home, "select count(*) as n from segments.fct_segment_members") == members
    checks = json.loads((home / "reports" / "checks.json").read_text())
    results = [result for suite in checks["suites"].values() for result in suite["results"]]
    assert any(not result["passed"] and result["severity"] == "critical" for result in results)
    assert "failed" in (home / "reports" / "checks.html").read_text()
