"""A build made again from its landing files has the same members, row for row."""

import json

import pytest

from tests.e2e.servers import table, tessera


@pytest.mark.slow
def test_a_past_build_comes_out_the_same(refreshed):
    (build,) = table(
        refreshed, "select build_id from segments.fct_builds order by built_at limit 1"
    )
    done = tessera(refreshed, "rebuild", build["build_id"], "--format", "json")
    assert "not what it was" not in done.stderr
    segments = json.loads(done.stdout)
    assert len(segments) >= 8
    assert {segment["same"] for segment in segments} == {True}
