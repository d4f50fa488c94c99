"""Every segment of this project passes its own check, with its size and cost."""

import json

from tests.e2e.servers import tessera


def test_every_segment_passes_its_check(refreshed):
    checked = json.loads(tessera(refreshed, "segment", "check", "--format", "json").stdout)

    assert [one["segment"] for one in checked if one["problems"]] == []
    for one in checked:
        preview = one["preview"]
        assert preview["rows"] > 100, one["segment"]
        assert preview["size"] is None or 0 <= preview["size"] <= preview["rows"]
        assert preview["size"] not in (1, 2, 3, 4)  # too few to say
        assert all(near["common"] >= 5 for near in preview["overlap"])
        assert preview["seconds"] >= 0
    assert any(one["preview"]["overlap"] for one in checked)
