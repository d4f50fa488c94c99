"""A refresh without behaviour leaves nothing behind that events loaded later could stumble over."""

import pytest

from tests.e2e.servers import table, tessera


@pytest.mark.slow
def test_stays_of_events_loaded_after_a_refresh_without_any_are_open(tmp_path, shop):
    home = tmp_path / "home"
    tessera(home, "load", str(shop), "--source", "customers")
    tessera(home, "run", "refresh_segments")
    (people,) = table(home, "select sum(size) as members from segments.dim_segments")
    assert people["members"] > 0
    moments = "select * from segments.fct_segment_sizes union all by name "
    assert table(home, f"{moments} select * from segments.fct_segment_history") == []

    tessera(home, "load", str(shop), "--source", "shop")
    tessera(home, "run", "refresh_segments")

    stays = "select customer_id, segment from segments.fct_segment_history where valid_to is null"
    held = "select customer_id, segment from segments.fct_segment_members"
    assert table(home, f"({held} except {stays}) union all ({stays} except {held})") == []
    assert table(home, f"{held} limit 1") != []
    (member,) = table(
        home, "select customer_id, as_of::date as day from segments.seg_mobile_users limit 1"
    )
    told = tessera(home, "explain", str(member["customer_id"])).stdout
    assert f"as of {str(member['day'])[:10]}" in told
