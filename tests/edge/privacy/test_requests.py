"""When requests are due, and what is known of them."""

from datetime import datetime, timedelta

import pytest

from edge.privacy.requests import Request, due, load, month_after, record

ASKED = datetime.fromisoformat("2026-01-31T10:00:00")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2026-01-31T10:00:00", "2026-02-28T10:00:00"),
        ("2026-02-28T10:00:00", "2026-03-28T10:00:00"),
        ("2026-12-15T00:00:00", "2027-01-15T00:00:00"),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_last(asked, expected):
    assert month_after(datetime.fromisoformat(asked)) == datetime.fromisoformat(expected)


def test_the_last_state_counts_and_the_same_is_said_once(tmp_path):
    first = Request("r1", "erasure", "received", ASKED)
    done = Request("r1", "erasure", "completed", ASKED, ASKED + timedelta(days=1), "receipt.json")
    for request in (first, first, done, done):
        record(tmp_path, request, ASKED)
    assert load(tmp_path) == [done]
    assert len(list((tmp_path / "tessera_ledger").iterdir())) == 2


def test_what_is_open_is_told_of_before_it_is_due_and_after(tmp_path):
    record(tmp_path, Request("open", "erasure", "waiting", ASKED), ASKED)
    record(tmp_path, Request("done", "access", "completed", ASKED, ASKED), ASKED)
    week = timedelta(days=7)
    assert due(tmp_path, ASKED + timedelta(days=20), week) == []
    for days in (21, 40):
        assert [x.request_id for x in due(tmp_path, ASKED + timedelta(days=days), week)] == ["open"]
