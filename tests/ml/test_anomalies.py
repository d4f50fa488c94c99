"""Drops are found, and what only follows the week or chance is not."""

import numpy as np
import pytest

from ml.anomalies import find_drop

FIRST = np.datetime64("2026-01-01")
WEEK = np.array([1.0, 0.9, 1.0, 1.1, 1.2, 1.6, 1.5])  # a shop that sells at weekends


def daily(count):
    return FIRST + np.arange(count)


def rhythm(count):
    return WEEK[np.arange(count) % 7]


def normal(chance, count):
    return daily(count), 100 * rhythm(count) + chance.normal(0, 8, count)


def counted(chance, count):
    return daily(count), chance.poisson(60 * rhythm(count)).astype(float)


def over_seven_days(chance, count):
    each = chance.poisson(6 * rhythm(count + 6)).astype(float)
    return daily(count), np.convolve(each, np.ones(7), "valid")


def persistent(chance, count):
    level = np.zeros(count)
    for day in range(1, count):
        level[day] = 0.6 * level[day - 1] + chance.normal()
    return daily(count), 50 * rhythm(count) + 5 * level


def weekly_share(chance, count):
    return FIRST + 7 * np.arange(count), chance.binomial(200, 0.1, count) / 200


STATIONARY = [normal, counted, over_seven_days, persistent, weekly_share]


@pytest.mark.parametrize("series", STATIONARY)
def test_false_alarms_on_a_stationary_series_are_below_one_in_a_hundred(series):
    chance = np.random.default_rng(5)
    alarms = looked_at = 0
    for _ in range(20):
        moments, values = series(chance, 90)
        for end in range(9, 91):
            looked_at += 1
            alarms += find_drop(moments[:end], values[:end]) is not None
    assert looked_at == 20 * 82
    assert alarms / looked_at < 0.01


@pytest.mark.parametrize("series", STATIONARY[:-1])
def test_a_drop_to_three_tenths_is_found(series):
    chance = np.random.default_rng(6)
    found = 0
    for _ in range(50):
        moments, values = series(chance, 64)
        values[-1] *= 0.3
        found += find_drop(moments, values) is not None
    assert found >= 45


def test_a_quiet_day_of_the_week_is_no_drop_but_a_busy_one_as_quiet_is():
    moments, values = daily(64), 100 * rhythm(64) + np.tile([0.0, 1.0], 32)
    quiet, busy = 90.0, 160.0
    weekday = 63 % 7
    values[-1] = 100 * WEEK[weekday]
    assert find_drop(moments, values) is None
    moments, values = moments[:-1], values[:-1]  # ends on the day before, of 150
    values[-1] = quiet
    drop = find_drop(moments, values)
    assert drop is not None
    assert drop.value == quiet
    assert drop.expected == pytest.approx(100 * WEEK[62 % 7], abs=1)
    assert drop.expected < busy


def test_a_constant_figure_may_fall_by_a_tenth_and_no_further():
    values = np.full(30, 50.0)
    values[-1] = 45.0
    assert find_drop(daily(30), values) is None
    values[-1] = 44.9
    assert find_drop(daily(30), values) is not None


def test_a_rise_is_no_drop():
    values = np.full(30, 50.0)
    values[-1] = 500.0
    assert find_drop(daily(30), values) is None


def test_too_little_history_or_a_missing_value_says_nothing():
    values = np.full(9, 50.0)
    values[-1] = 0.0
    assert find_drop(daily(9), values) is not None
    assert find_drop(daily(8), values[1:]) is None
    values[3] = np.nan
    assert find_drop(daily(9), values) is None
    assert find_drop(daily(3), np.array([5.0, 5.0, np.nan])) is None
    assert find_drop(daily(0), np.array([])) is None


def test_a_level_of_long_ago_is_forgotten():
    values = np.concatenate([np.full(60, 1000.0), np.full(60, 10.0)])
    assert find_drop(daily(120), values) is None


def test_moments_that_do_not_fit_the_values_are_refused():
    with pytest.raises(ValueError, match="3 moments for 2 values"):
        find_drop(daily(3), np.zeros(2))
    with pytest.raises(ValueError, match="in order"):
        find_drop(daily(3)[::-1], np.zeros(3))
