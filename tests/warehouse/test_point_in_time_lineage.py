"""From raw events to features, nothing after as_of changes a feature, but through identity."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.warehouse.conftest import Home, at, empty_home
from tests.warehouse.random_shop import events

COUNT = 700
AS_OF = at(
    2.5 * 24 * 60 + 2
)  # in the third of four days; what is random happens at whole five minutes
HERE = ["+path:models/features"]
WITHOUT_ROWS = ("ftr_weathers",)  # no weather is given

Event = dict[str, Any]


def without_new_identities(given: list[Event], as_of: datetime) -> list[Event]:
    """Leave out of what comes after a moment whatever could join two identifiers then."""
    pairs = {
        (event["source"], event.get("anonymous_id"), event.get("user_id"))
        for event in given
        if event["timestamp"] <= as_of
    }
    kept = []
    for event in given:
        pair = (event["source"], event.get("anonymous_id"), event.get("user_id"))
        if event["timestamp"] <= as_of or (pair in pairs and event["type"] in ("track", "page")):
            kept.append(event)
    return kept


def evaluated(home: Home) -> dict[str, pd.DataFrame]:
    home.build(only=HERE)
    names = home.rows(
        "select table_name from information_schema.tables "
        "where table_schema = 'features' order by 1"
    )
    return {name: home.read(f"select * from features.{name} order by all") for (name,) in names}


@pytest.fixture(scope="module", params=[1, 2])
def both(request, tmp_path_factory, manifest) -> tuple[dict, dict, list[Event]]:
    """Evaluate the same moment without and with what came after it."""
    made = sorted(
        events(np.random.default_rng(request.param), COUNT), key=lambda event: event["timestamp"]
    )
    given = without_new_identities(made, AS_OF)
    found = []
    for name, some in (
        ("before", [event for event in given if event["timestamp"] <= AS_OF]),
        ("after", given),
    ):
        home = empty_home(tmp_path_factory.mktemp(name), manifest)
        home.deliver(some, as_of=AS_OF)
        found.append(evaluated(home))
    return found[0], found[1], given


def test_orders_are_placed_updated_and_refunded_on_both_sides(both):
    _, _, given = both
    for kind in ("Order Completed", "Order Updated", "Order Refunded", "Product Added"):
        sides = [event["timestamp"] <= AS_OF for event in given if event.get("event") == kind]
        assert 2 <= sum(sides) < len(sides) - 1, kind


def test_no_later_event_changes_any_feature_of_real_marts(both):
    before, after, _ = both
    assert set(before) == set(after)
    for name, wanted in before.items():
        assert len(wanted) > 0 or name in WITHOUT_ROWS, name
        pd.testing.assert_frame_equal(after[name], wanted, check_exact=True, obj=name)
