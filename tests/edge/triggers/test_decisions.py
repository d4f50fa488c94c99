"""What becomes of entries: every rule by hand, without events."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from edge.triggers.decisions import Entry, Observation, decide, firing_id, is_held_out, quiet_until
from edge.triggers.rules import Cap, QuietHours, Trigger, ceiling, floor, ticks

NOON = datetime.fromisoformat("2026-03-10T12:00:00")
STEP = timedelta(minutes=5)
NIGHT = QuietHours(from_hour=22, to_hour=7, then="delay")


def trigger(name="recovery", **settings):
    """Return a trigger that fires at once, once a week."""
    plain = {
        "purpose": "marketing_email",
        "sql": "",
        "entered_at": "at",
        "events": "ids",
        "delay_minutes": 0,
        "cap": Cap(times=1, days=7),
        "quiet_hours": None,
        "priority": 0,
        "expires_minutes": 60,
        "channel_purpose": "marketing_email",
        "holdout_share": 0,
    }
    return Trigger(name=name, **plain | settings)


def entry(name="recovery", customer="ann", at=NOON, **more):
    return Entry(name, customer, at, {"items": 1}, ("m1",), **more)


def seen(tick, *entries, left=()):
    return Observation(tick, entries, frozenset(left))


def outcomes(observations, *triggers, known=(), denied=(), now=None):
    """Decide, and return what became of each firing, or when it fired."""
    decided = decide(
        triggers or (trigger(),),
        observations,
        known,
        permitted=lambda customer, purpose, moment: purpose not in denied,
        now=now,
    )
    return [x.suppressed_by or x.fired_at or f"until {x.due_at:%d %H:%M}" for x in decided]


def test_an_entry_fires_at_the_tick_that_found_it():
    late = NOON - timedelta(minutes=3)
    (fired,) = decide([trigger()], [seen(NOON, entry(at=late))], [], permitted=lambda *_: True)
    assert (fired.status, fired.entered_at, fired.as_of, fired.fired_at) == (
        "fired",
        late,
        NOON,
        NOON,
    )
    assert fired.firing_id == firing_id("recovery", "ann", NOON)
    assert (fired.reason, fired.message_ids) == ({"items": 1}, ("m1",))


def test_a_delayed_one_waits_and_is_dropped_when_its_customer_leaves():
    delayed = trigger(delay_minutes=8)
    stays = [seen(NOON, entry()), seen(NOON + STEP), seen(NOON + 2 * STEP)]
    assert outcomes(stays, delayed) == ["until 10 12:10", NOON + 2 * STEP]
    leaves = [seen(NOON, entry()), seen(NOON + STEP, left=[("recovery", "ann")])]
    assert outcomes(leaves, delayed) == ["until 10 12:10", "left"]


def test_what_waits_is_taken_up_by_the_next_evaluation():
    delayed = trigger(delay_minutes=8)
    first = decide([delayed], [seen(NOON, entry())], [], permitted=lambda *_: True)
    assert outcomes([seen(NOON + STEP), seen(NOON + 2 * STEP)], delayed, known=first) == [
        NOON + 2 * STEP
    ]


@pytest.mark.parametrize(("days", "expected"), [(7, "fired"), (6, "cap")])
def test_the_cap_counts_firings_of_the_last_days_up_to_its_boundary(days, expected):
    earlier = decide(
        [trigger()],
        [seen(NOON - timedelta(days=days), entry(at=NOON - timedelta(days=days)))],
        [],
        permitted=lambda *_: True,
    )
    (found,) = outcomes([seen(NOON, entry())], known=earlier)
    assert found == (NOON if expected == "fired" else "cap")


def test_a_suppressed_firing_does_not_count_for_the_cap():
    earlier = [
        replace(firing, status="suppressed", suppressed_by="consent", fired_at=None)
        for firing in decide(
            [trigger()], [seen(NOON - STEP, entry())], [], permitted=lambda *_: True
        )
    ]
    again = [seen(NOON, left=[("recovery", "ann")]), seen(NOON + STEP, entry())]
    assert outcomes(again, known=earlier) == [NOON + STEP]


@pytest.mark.parametrize("denied", ["marketing_email", "sms"])
def test_both_the_purpose_and_that_of_the_channel_must_be_permitted(denied):
    assert outcomes([seen(NOON, entry())], trigger(channel_purpose="sms"), denied=[denied]) == [
        "consent"
    ]


def test_of_several_ready_at_once_only_the_highest_priority_fires():
    low, high = trigger("low", priority=1), trigger("high", priority=2)
    both = [seen(NOON, entry("low"), entry("high"))]
    assert outcomes(both, low, high) == [NOON, "lower_priority"]
    # one that is held back leaves the place to the next
    assert outcomes(both, low, trigger("high", priority=2, holdout_share=1)) == ["holdout", NOON]


def test_what_is_found_after_it_expired_is_not_sent():
    old = entry(at=NOON - timedelta(minutes=60))
    older = entry(at=NOON - timedelta(minutes=61))
    assert outcomes([seen(NOON, old)]) == [NOON]
    assert outcomes([seen(NOON, older)]) == ["expired"]
    assert outcomes([seen(NOON - 12 * STEP, old)], now=NOON + STEP) == ["expired"]


def test_quiet_hours_delay_to_their_end_or_suppress():
    night = NOON.replace(hour=23)
    quiet = trigger(quiet_hours=NIGHT, expires_minutes=600)
    morning = NOON.replace(day=11, hour=7)
    found = [seen(night, entry(at=night)), seen(morning)]
    assert outcomes(found, quiet) == ["until 11 07:00", morning]
    dropping = trigger(quiet_hours=NIGHT.model_copy(update={"then": "suppress"}))
    assert outcomes(found, dropping) == ["quiet_hours"]
    assert outcomes(found, trigger(quiet_hours=NIGHT, expires_minutes=60)) == ["quiet_hours"]


@pytest.mark.parametrize(
    ("hour", "zone", "expected"),
    [
        (12, None, None),
        (22, None, "11 07:00"),
        (6, None, "10 07:00"),
        (7, None, None),
        (4, "Asia/Tokyo", None),  # 13:00 there
        (21, "Europe/Berlin", "11 06:00"),  # 22:00 there, until 07:00 there
        (6, "No/Where", "10 07:00"),
    ],
)
def test_quiet_hours_are_those_of_the_time_zone(hour, zone, expected):
    ends = quiet_until(NIGHT, NOON.replace(hour=hour), zone)
    assert (ends and f"{ends:%d %H:%M}") == expected


def test_the_held_out_are_the_same_share_each_time():
    half = trigger(holdout_share=0.5)
    held = [is_held_out(half, f"c{number}") for number in range(1000)]
    assert held == [is_held_out(half, f"c{number}") for number in range(1000)]
    assert 450 < sum(held) < 550


def test_an_entry_that_late_events_move_forward_is_not_fired_again():
    found = decide([trigger()], [seen(NOON, entry())], [], permitted=lambda *_: True)
    earlier = [seen(NOON - STEP, entry()), seen(NOON)]
    assert outcomes(earlier, known=found) == []
    assert outcomes([seen(NOON, entry())], known=found) == []
    # but a stay of its own, which ended before, is one
    own = [
        seen(NOON - 2 * STEP, entry(at=NOON - 2 * STEP)),
        seen(NOON - STEP, left=[("recovery", "ann")]),
    ]
    known = [replace(firing, fired_at=None) for firing in found]
    assert outcomes([*own, seen(NOON, entry())], known=known) == [NOON - 2 * STEP]


def test_steps_and_one_batch_decide_the_same():
    triggers = (trigger(delay_minutes=8), trigger("other", priority=1))
    days = [
        seen(NOON, entry(), entry(customer="bob")),
        seen(NOON + STEP, entry("other"), left=[("recovery", "bob")]),
        seen(NOON + 2 * STEP, entry("other", "bob")),
        seen(NOON + 3 * STEP, left=[("other", "ann")]),
        seen(NOON + 4 * STEP, entry("other")),
    ]
    batch = decide(triggers, days, [], permitted=lambda *_: True)
    known = {}
    steps = []
    for day in days:
        new = decide(triggers, [day], list(known.values()), permitted=lambda *_: True)
        known |= {firing.firing_id: firing for firing in new}
        steps += new
    assert steps == batch
    assert len({firing.firing_id for firing in batch}) == 5


def test_ticks_lie_on_a_grid_from_the_epoch():
    assert floor(NOON + timedelta(minutes=4, seconds=59)) == NOON
    assert ceiling(NOON + timedelta(microseconds=1)) == NOON + STEP
    assert ceiling(NOON) == floor(NOON) == NOON
    assert ticks(NOON, NOON + 2 * STEP) == [NOON, NOON + STEP, NOON + 2 * STEP]
    assert ticks(NOON, NOON - STEP) == []
