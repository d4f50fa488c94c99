import re

import numpy as np

from edge.simulator import text


def test_moments_are_iso_8601_in_utc_to_the_millisecond():
    written = text.moments(np.array([0, 86_399_999, 1_767_225_600_007, -1]))
    assert written.to_pylist() == [
        "1970-01-01T00:00:00.000Z",
        "1970-01-01T23:59:59.999Z",
        "2026-01-01T00:00:00.007Z",
        "1969-12-31T23:59:59.999Z",
    ]


def test_missing_moments_are_null():
    missing = np.array([False, True])
    assert text.moments(np.array([0, 0]), missing).to_pylist()[1] is None


def test_no_moments_are_an_empty_column():
    assert text.moments(np.array([], dtype=np.int64)).to_pylist() == []


def test_uuids_look_like_uuids_and_differ_by_seed_lane_and_number():
    numbers = np.arange(1000)
    columns = [
        text.uuids(seed, lane, numbers).to_pylist() for seed, lane in ((1, 1), (2, 1), (1, 3))
    ]
    every = {name for column in columns for name in column}
    assert len(every) == 3000
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}(-[0-9a-f]{4}){1}-[0-9a-f]{12}", n)
        for n in every
    )
    assert text.uuids(1, 1, numbers[5:6]).to_pylist() == columns[0][5:6]


def test_a_negative_code_has_no_name():
    assert text.chosen(np.array([1, -1, 0]), ["no", "yes"]).to_pylist() == ["yes", None, "no"]
