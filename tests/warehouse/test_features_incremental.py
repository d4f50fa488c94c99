"""Roll-ups brought up to date equal roll-ups built anew, whatever comes late."""

import numpy as np
import pandas as pd
import pytest

from tests.warehouse.feature_home import FeatureHome
from tests.warehouse.feature_shop import FIRST_DAY, OF_SESSIONS, random_shop, sessionized

ROLLUPS = [
    "int_visitor_days_summed",
    "int_visitor_products_summed",
    "int_visitor_pages_summed",
    "int_carts_changed",
]
EVENTS = "intermediate.int_events_sessionized"
SHOP = random_shop(seed=5)


def arrivals() -> list[pd.DataFrame]:
    """Return the events as sessionised after each of three batches.

    The tail of a visitor, from the start of the session before its earliest new event, is written
    anew with each batch: it bears the time of the batch.
    """
    chance = np.random.default_rng(5)
    # most of the first 60 days come first, most of the rest second; each twentieth event is late
    batch = (SHOP.events["timestamp"] > FIRST_DAY + pd.Timedelta(days=60)).astype(int)
    batch += chance.random(len(batch)) < 0.05
    states = []
    for number in range(3):
        events = sessionized(SHOP.events[batch <= number]).drop(columns=OF_SESSIONS)
        arrived = events["message_id"].map(dict(zip(SHOP.events["message_id"], batch, strict=True)))
        started = events.groupby("session_id")["timestamp"].transform("min")
        cut = started.where(arrived == number).groupby(events["visitor_id"]).transform("min")
        known_at = pd.Timestamp("2026-06-01") + pd.Timedelta(days=number)
        if states:
            held = states[-1].set_index("message_id")["known_at"]
            events["known_at"] = events["message_id"].map(held)
        events.loc[events["timestamp"] >= cut, "known_at"] = known_at
        states.append(events)
    return states


@pytest.fixture(scope="module")
def homes(tmp_path_factory, manifest) -> tuple[FeatureHome, FeatureHome]:
    step_by_step = FeatureHome(tmp_path_factory.mktemp("steps"), manifest)
    at_once = FeatureHome(tmp_path_factory.mktemp("once"), manifest)
    states = arrivals()
    step_by_step.fill({})
    for events in states:
        step_by_step.replace({EVENTS: events})
        step_by_step.run(ROLLUPS)
    at_once.fill({EVENTS: states[-1]})
    at_once.run(ROLLUPS)
    return step_by_step, at_once


def test_late_events_change_sessions_that_were_summed_before():
    first, second, third = arrivals()
    assert len(first) < len(second) < len(third) == len(SHOP.events)
    for earlier, later in ((first, second), (second, third)):
        sessions = [frame.set_index("message_id")["session_id"] for frame in (earlier, later)]
        changed = sessions[0] != sessions[1].reindex(sessions[0].index)
        assert changed.sum() > 10
    # and most of what was there before is not written again
    assert (third["known_at"] < third["known_at"].max()).mean() > 0.3


@pytest.mark.parametrize("model", ROLLUPS)
def test_a_roll_up_brought_up_to_date_equals_one_built_anew(homes, model):
    step_by_step, at_once = homes
    query = f"select * exclude (known_at) from intermediate.{model} order by all"
    wanted = at_once.read(query)
    assert len(wanted) > 50
    pd.testing.assert_frame_equal(step_by_step.read(query), wanted, check_exact=True)


def test_only_what_was_written_since_is_read_again(homes):
    step_by_step, _ = homes
    counts = step_by_step.rows(
        "select known_at, count(*) from intermediate.int_visitor_days_summed "
        "group by all order by 1"
    )
    # rows of the first batch that no later one touched still bear its time
    assert len(counts) == 3
    assert all(count > 0 for _, count in counts)
