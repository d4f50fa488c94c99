"""Nothing a backtest says or shows is of fewer people than the least group, five."""

from datetime import datetime
from pathlib import Path

import pytest

from dagster_project.backtests import discretion
from dagster_project.backtests.backtest import Backtest
from dagster_project.reports import backtest as report

AT = datetime.fromisoformat("2026-03-01")
SIZE = {"as_of": AT, "customers": 90, "size": 30, "share": 1 / 3, "entered": 10, "left": 0}
SENT = {
    "cap_days": 7, "cap_times": 1,
    "entries": 30, "permitted": 20, "refused": 10, "messages": 12, "capped": 8,
    "customers": 12,
}  # fmt: skip
AFTER = {
    "after_days": 14, "outside_one_in": 1, "entered": 40, "matched": 30, "outside": 200,
    "entered_orders": 0.5, "outside_orders": 0.1, "orders_error": 0.1,
    "entered_revenue": 9.5, "outside_revenue": 2.1, "revenue_error": 1.1,
    "entered_buyer_share": 0.2, "outside_buyer_share": 0.1, "buyer_share_error": 0.05,
}  # fmt: skip
NEAR = {"segment": "loyal", "size": 20, "common": 6, "jaccard": 0.1}


def hidden(before, after):
    assert {name: value for name, value in after.items() if value is not None}.items() <= (
        before.items()
    )
    return {name for name, value in after.items() if value is None}


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({}, set()),
        ({"size": 5}, set()),
        ({"size": 4}, {"size", "share"}),
        (
            {"left": 1},
            {"entered", "left"},
        ),  # the sizes before and after would tell one by the other
        ({"customers": 3}, {"customers", "size", "share", "entered", "left"}),
    ],
)
def test_members_of_a_moment(given, gone):
    assert hidden({**SIZE, **given}, discretion.size({**SIZE, **given})) == gone


@pytest.mark.parametrize(
    ("given", "gone"),
    [
        ({}, set()),
        ({"capped": 4}, set(discretion.SENT)),
        ({"entries": 4}, {"entries", *discretion.SENT}),
    ],
)
def test_messages(given, gone):
    assert hidden({**SENT, **given}, discretion.messages({**SENT, **given})) == gone


@pytest.mark.parametrize(
    ("given", "is_told"),
    [
        ({}, True),
        ({"matched": 0, "entered_buyer_share": None}, True),  # nobody is nobody
        ({"matched": 4}, False),
        ({"outside": 2}, False),
        ({"entered_buyer_share": 0.1}, False),  # 3 of 30 bought: their revenue is a few people's
    ],
)
def test_what_came_after(given, is_told):
    found = discretion.behaviour({**AFTER, **given})
    assert (found["entered_revenue"] is not None) == is_told
    assert (found["buyer_share_error"] is not None) == is_told


def test_overlaps():
    assert hidden(NEAR, discretion.overlap(NEAR)) == set()
    few = {**NEAR, "common": 2}
    assert hidden(few, discretion.overlap(few)) == {"common", "jaccard"}
    small = {**NEAR, "size": 3, "common": 0}
    assert hidden(small, discretion.overlap(small)) == {"size", "common", "jaccard"}


def test_the_page_of_a_segment_of_very_few_draws_and_says_nothing_of_them(tmp_path: Path):
    sizes = [discretion.size({**SIZE, "size": size, "entered": 1, "left": 2}) for size in (3, 4)]
    found = Backtest(
        segment="tiny",
        is_draft=False,
        as_known=False,
        purpose=None,
        sizes=sizes,
        changes=[],
        overlap=[discretion.overlap({**NEAR, "common": 2})],
        messages=discretion.messages({**SENT, "entries": 3}),
        behaviour=discretion.behaviour({**AFTER, "matched": 3}),
        warnings=[],
        seconds=1.0,
        file="stays.parquet",
    )
    page = report.write(tmp_path, found).read_text()
    assert "<b>–</b><span>members at the end" in page
    assert "So few people entered" in page
    assert "<td>–</td><td>–</td><td>–</td>" in page
