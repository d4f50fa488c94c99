"""Whom triggers fire for: from published history and what landed since, without the warehouse."""

import json
from dataclasses import asdict
from datetime import UTC, timedelta

import pytest

from edge.consent import purposes, standing
from edge.triggers import moments
from tests.conftest import PROJECT
from tests.dagster_project.triggers.trigger_home import DAY, TODAY, cart, event, view

PURPOSES = purposes.load(PROJECT / "config" / "purposes.yml")
STEP = timedelta(minutes=5)
FIRED = {
    ("cart_recovery", "ann"): ["10:35"],
    ("cart_recovery", "bob"): ["consent"],
    ("category_interest_now", "cid"): ["11:10"],
    ("discount_offer", "ann"): ["lower_priority"],
    ("inactivity_reminder", "dan"): ["11:00"],
    ("product_page_offer", "gil"): ["10:15"],
}


def at(hour, minute=0):
    return DAY + timedelta(hours=hour, minutes=minute)


def run(home, first, last):
    """Evaluate every five minutes, as the schedule does."""
    moment = first
    while moment <= last:
        home.evaluate(moment)
        moment += STEP


def test_each_trigger_fires_when_its_conditions_come_to_hold(home):
    home.land(*TODAY)
    home.evaluate(at(10))
    home.evaluate(at(11, 30))
    assert {pair: by for pair, (by,) in home.outcomes().items()} == {
        **{pair: by for pair, (by,) in FIRED.items()},
        # found at half past eleven, they are decided then
        ("cart_recovery", "ann"): "11:30",
        ("category_interest_now", "cid"): "11:30",
        ("inactivity_reminder", "dan"): "11:30",
        ("product_page_offer", "gil"): "11:30",
    }


def test_a_day_in_steps_and_in_one_batch_gives_the_same_firings(home):
    home.land(*TODAY)
    home.evaluate(at(9, 55))
    batch = home.replay(at(10), at(11, 30)).firings
    steps = [home.replay(at(10) + STEP * n, at(10) + STEP * n).firings for n in range(3)]
    assert [firing for step in steps for firing in step] == [
        firing for firing in batch if firing.as_of <= at(10, 10)
    ]
    run(home, at(10), at(11, 30))
    assert home.outcomes() == FIRED
    assert [payload["firing_id"] for payload in home.recorded()] == [x.firing_id for x in batch]
    assert [payload["fired_at"] is not None for payload in home.recorded()] == [
        firing.status == "fired" for firing in batch
    ]


def test_a_firing_says_why_and_names_the_events_behind_it(home):
    home.land(*TODAY)
    (found,) = (
        firing
        for firing in home.replay(at(10), at(11)).firings
        if firing.trigger == "cart_recovery" and firing.status == "fired"
    )
    assert asdict(found) | {"customer_id": "", "firing_id": ""} == {
        "firing_id": "",
        "trigger": "cart_recovery",
        "customer_id": "",
        "entered_at": at(10, 32),
        "as_of": at(10, 35),
        "due_at": at(10, 35),
        "status": "fired",
        "suppressed_by": None,
        "fired_at": at(10, 35),
        "reason": {
            "has_open_cart": True,
            "left_it_alone": True,
            "open_cart_items": 1.0,
            "cart_idle_minutes": 33.0,
            "left_at": "2026-03-10 10:32:00",
        },
        "message_ids": ("ann-ProductAdded-602",),
        "timezone": None,
    }


def test_what_arrived_later_was_not_known_before(home):
    home.land(cart("ann", 602, received=at(10, 46)))
    assert home.replay(at(10, 30), at(10, 45)).firings == ()
    (found,) = home.replay(at(10, 30), at(10, 55)).firings
    assert (found.entered_at, found.fired_at) == (at(10, 32), at(10, 50))


def test_nothing_fires_twice_however_often_a_moment_is_evaluated(home):
    home.land(*TODAY)
    home.evaluate(at(10))
    first = home.evaluate(at(11, 30))
    recorded = home.recorded()
    assert first is not None
    assert home.evaluate(at(11, 30)) is None
    home.land(view("zoe", 600, "p8"))
    again = home.evaluate(at(11, 30))  # the new file reaches back to ten o'clock
    assert (again.first, again.firings) == (at(10, 5), ())
    assert home.recorded() == recorded


def test_a_moment_that_has_not_come_is_refused_and_records_nothing(home):
    home.land(*TODAY)
    with pytest.raises(ValueError, match="2999-01-01 00:00 has not come yet"):
        home.evaluate(at(0).replace(year=2999, month=1, day=1))
    assert home.recorded() == []
    home.evaluate(at(10))
    home.evaluate(at(11, 30))
    assert home.outcomes().keys() == FIRED.keys()


def test_a_file_that_lands_late_is_caught_up_with_and_judged_by_the_present(home):
    home.land(*TODAY)
    home.evaluate(at(10))
    run(home, at(11, 20), at(11, 30))
    before = home.recorded()
    home.land(cart("fay", 605), name="late")
    home.evaluate(at(11, 35))
    (found,) = home.recorded()[len(before) :]
    assert (found["as_of"][11:16], found["fired_at"][11:16]) == ("10:40", "11:35")
    home.land(cart("fay", 607), name="later still")
    home.evaluate(at(11, 40))
    assert len(home.recorded()) == len(before) + 1


def test_an_order_before_the_half_hour_keeps_the_recovery_back(home):
    home.land(*TODAY, event("ann", 630, "Order Completed", order_id="o2", revenue=5))
    run(home, at(10), at(11))
    assert ("cart_recovery", "ann") not in home.outcomes()


def test_a_withdrawal_that_has_just_landed_counts(home):
    home.land(*TODAY)
    home.land(event("ann", 603, "Consent Withdrawn", purpose="marketing_email"))
    run(home, at(10, 30), at(10, 40))
    assert home.outcomes()["cart_recovery", "ann"] == ["consent"]


def test_a_replay_asks_for_consent_as_it_stood_at_each_moment(home):
    before = timedelta(days=-2)
    (found,) = home.replay(at(10, 25) + before, at(10, 40) + before).firings
    assert (found.trigger, found.status, found.fired_at) == (
        "cart_recovery",
        "fired",
        at(10, 35) + before,
    )
    home.land(cart("hal", 602))  # withdrawn since
    (found,) = home.replay(at(10, 25), at(10, 40)).firings
    assert (found.trigger, found.suppressed_by) == ("cart_recovery", "consent")


@pytest.mark.parametrize(("minute", "outcome"), [(633, "consent"), (640, None)])
def test_a_withdrawal_that_has_just_landed_counts_in_a_replay_from_then_on(home, minute, outcome):
    home.land(cart("ann", 602))
    home.land(event("ann", minute, "Consent Withdrawn", purpose="marketing_email"))
    (found,) = home.replay(at(10, 25), at(10, 45)).firings
    assert found.suppressed_by == outcome


@pytest.mark.parametrize(("decided_at", "outcome"), [(at(10, 33), "consent"), (at(10, 40), None)])
def test_a_withdrawal_told_to_us_counts_in_a_replay_from_then_on(home, decided_at, outcome):
    home.land(cart("ann", 602))
    (fired,) = home.replay(at(10, 25), at(10, 45)).firings
    standing.decide(
        home.path / "published",
        home.path / "landing",
        fired.customer_id,
        "marketing_email",
        is_granted=False,
        method="telephone",
        recorded_by="ops@example.com",
        text_version=None,
        decided_at=decided_at.replace(tzinfo=UTC),
        purposes=PURPOSES,
    )
    (found,) = home.replay(at(10, 25), at(10, 45)).firings
    assert found.suppressed_by == outcome


def test_a_generation_that_lacks_the_rule_of_consents_is_refused_with_what_to_do(home):
    (path,) = (home.path / "published").glob("*/triggers.json")
    rules = json.loads(path.read_text())
    path.write_text(json.dumps({**rules, "consents": ""}))
    with pytest.raises(LookupError, match="tessera run refresh_segments"):
        home.replay(at(10), at(10))


def test_quiet_hours_follow_the_clock_of_the_customer(home):
    # half past ten UTC is half past five in Chicago, where it waits for seven
    home.land(cart("ann", 602, context={"timezone": "America/Chicago"}))
    run(home, at(10, 30), at(10, 40))
    assert [payload["status"] for payload in home.recorded()] == ["waiting"]
    run(home, at(11, 50), at(12))
    found = home.recorded()[-1]
    assert (found["status"], found["fired_at"][11:16]) == ("fired", "12:00")
    (replayed,) = home.replay(at(11, 55), at(12)).firings  # it waited then
    assert (replayed.firing_id, replayed.fired_at) == (found["firing_id"], at(12))


def test_a_state_that_is_lost_is_folded_from_the_ledger(home):
    home.land(*TODAY)
    run(home, at(10, 30), at(10, 40))
    recorded = home.recorded()
    assert len(recorded) == 3
    for path in (home.path / "activation").iterdir():
        path.unlink()
    run(home, at(10, 35), at(10, 45))
    assert home.recorded() == recorded


def test_the_warehouse_is_not_needed(home):
    home.land(*TODAY)
    home.platform.warehouse.settings.warehouse.unlink()
    run(home, at(10, 30), at(10, 40))
    assert home.outcomes()["cart_recovery", "ann"] == ["10:35"]
    assert not home.platform.warehouse.settings.warehouse.exists()


def test_only_the_recent_days_are_opened_however_long_history_is(home):
    days = home.path / "published"
    (generation,) = (path for path in days.iterdir() if path.is_dir())
    events = generation / "parquet" / "marts" / "fct_events"
    some = next(events.glob("*/*.parquet"))
    home.land(*TODAY)
    before = home.replay(at(10), at(10)).cost
    for number in range(1, 200):
        old = events / f"event_date={(DAY - timedelta(days=20 + number)).date()}"
        old.mkdir()
        (old / some.name).write_bytes(b"never to be opened")
    assert home.replay(at(10), at(10)).cost == before
    assert before.days <= 8


def test_a_trigger_that_reads_what_is_not_published_is_refused_with_a_name(home):
    from edge.triggers.rules import FILE

    (generation,) = (path for path in (home.path / "published").iterdir() if path.is_dir())
    path = generation / FILE
    path.write_text(path.read_text().replace("ftr_purchases", "ftr_gone"))
    with pytest.raises(LookupError, match=r"features\.ftr_gone, which a trigger reads"):
        home.replay(at(10), at(10))


def test_rules_may_read_every_column_of_published_events(home):
    with home.platform.warehouse.connect("tests") as connection:
        columns = {row[0] for row in connection.execute("describe marts.fct_events").fetchall()}
    assert set(moments.COLUMNS) == columns
