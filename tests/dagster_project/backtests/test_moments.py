from datetime import datetime, timedelta

import pytest

from dagster_project.backtests import moments

FIRST = datetime.fromisoformat("2026-01-01")


def test_moments_go_from_the_first_up_to_the_last():
    found = moments.between(FIRST, FIRST + timedelta(days=2, hours=5), moments.step("1d"))

    assert found == [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]


@pytest.mark.parametrize("text", ["", "d", "0d", "1y", "1.5d"])
def test_a_step_is_a_number_and_a_unit(text):
    with pytest.raises(ValueError, match="a step is"):
        moments.step(text)


def test_a_span_that_is_empty_or_too_fine_is_refused():
    with pytest.raises(ValueError, match="before the first"):
        moments.between(FIRST, FIRST - timedelta(days=1), timedelta(days=1))
    with pytest.raises(ValueError, match="longer steps"):
        moments.between(FIRST, FIRST + timedelta(days=90), timedelta(minutes=5))


def test_moments_before_the_first_customer_and_after_the_newest_event_are_told():
    day = timedelta(days=1)
    known = {FIRST: 0, FIRST + day: 0, FIRST + 2 * day: 7, FIRST + 3 * day: 7}

    assert moments.outside_history(known, FIRST + 3 * day) == [
        "up to 2026-01-02 00:00 nobody was known: history begins later"
    ]
    (late,) = moments.outside_history({FIRST: 7, FIRST + day: 7}, FIRST)
    assert late.startswith("moments after 2026-01-01 00:00 are of the future")
    assert moments.outside_history({FIRST: 7}, FIRST) == []
