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
