"""The SQL behind a backtest on rows made by hand."""

from datetime import datetime, timedelta

import duckdb
import pytest

from dagster_project.statements import statement

PACKAGE = "dagster_project.backtests"
DAYS = [datetime.fromisoformat("2026-01-01") + timedelta(days=n) for n in range(12)]
# per customer the steps at which they are a member; step 0 is the moment before the first
MEMBERS = {"always": range(12), "once": [3, 4], "twice": [1, 5, 6], "late": [11], "before": [0]}


def run(connection, name, given=None):
    return connection.execute(statement(PACKAGE, name), given or {}).fetchall()


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as analysis; attach ':memory:' as live")
        run(connection, "evaluated")
        rows = [
            (name, name, day, step in steps)
            for name, steps in MEMBERS.items()
            for step, day in enumerate(DAYS)
        ]
        connection.executemany("insert into analysis.evaluated values (?, ?, ?, ?)", rows)
        run(connection, "moments", {"moments": DAYS})
        run(connection, "stays")
        yield connection


def test_stays_begin_after_the_first_moment_and_end_where_membership_does(connection):
    stays = {
        name: [(entered, left) for customer, entered, left in run(connection, "changes")
               if customer == name]
        for name in MEMBERS
    }  # fmt: skip
    assert stays == {
        "always": [(None, None)],
        "once": [(DAYS[3], DAYS[5])],
        "twice": [(DAYS[1], DAYS[2]), (DAYS[5], DAYS[7])],
        "late": [(DAYS[11], None)],
        "before": [(None, DAYS[1])],
    }


def test_sizes_grow_by_who_entered_and_shrink_by_who_left(connection):
    rows = run(connection, "sizes")

    assert [row[0] for row in rows] == DAYS[1:]
    size = 2  # always and before
    for _, customers, found, share, entered, left in rows:
        size += entered - left
        assert (customers, found) == (5, size)
        assert share == size / 5


@pytest.mark.parametrize(
    ("cap_days", "cap_times", "messages"),
    [(0, 1, 4), (4, 1, 4), (5, 1, 3), (7, 1, 3), (7, 2, 4)],
)
def test_a_cap_holds_back_what_is_more_within_its_days(connection, cap_days, cap_times, messages):
    connection.execute(
        "create or replace table analysis.permitted as "
        "select customer_id, entered_at from analysis.stays where entered_at is not null"
    )
    run(connection, "messages", {"cap_days": cap_days, "cap_times": cap_times})

    # once, twice (again after 4 days) and late
    ((entries, permitted, found, customers),) = run(connection, "message_counts")
    assert (entries, permitted, found, customers) == (4, 4, messages, 3)


def test_what_came_after_is_compared_within_customers_alike(connection):
    connection.execute(
        """
        create schema if not exists live.marts;
        create or replace table live.marts.fct_orders as
        select * from (values
            ('once', timestamp '2026-01-04 12:00', 30.0),
            ('once', timestamp '2026-01-20', 99.0),
            ('late', timestamp '2026-01-04 12:00', 10.0),
            ('always', timestamp '2026-01-04 12:00', 70.0)
        ) as orders (customer_id, ordered_at, revenue);
        create or replace table live.marts.fct_sessions as
        select 'none' as customer_id, timestamp '2026-01-01' as started_at, false as is_bot
        """
    )
    run(connection, "behaviour", {"after_days": 3, "until": DAYS[7], "one_in": 1})
    run(connection, "behaviour_alike")
    found = connection.execute(statement(PACKAGE, "behaviour_compared"))
    (row,) = found.fetchall()
    compared = dict(zip([column[0] for column in found.description], row, strict=True))

    # entries whose 3 days are over by day 7: twice on day 1, once on day 3; not twice on day 5
    assert (compared["entered"], compared["matched"]) == (2, 2)
    # outside on day 1: once, late, before; on day 3: twice, late, before; nobody had ordered yet
    assert compared["outside"] == 6
    assert compared["entered_orders"] == 0.5  # one order of 30 by two entries
    assert compared["entered_revenue"] == 15
    # day 1: two of three bought, for 40; day 3: one of three, for 10; equal weights
    assert compared["outside_orders"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert compared["outside_revenue"] == pytest.approx((40 / 3 + 10 / 3) / 2)


def compared_of(connection, entered, outside, copies=1):
    """Compare orders after one moment, every customer being looked at so many times."""
    rows = [
        (f"{is_entered} {number}", DAYS[0] + step * (DAYS[1] - DAYS[0]), is_entered, 0, 0, 0, 0)
        + (orders, float(orders), min(orders, 1))
        for is_entered, group in ((True, entered), (False, outside))
        for number, orders in enumerate(group)
        for step in range(copies)
    ]
    connection.execute(
        "create or replace table analysis.followed (customer_id varchar, as_of timestamp, "
        "is_entered boolean, orders_band integer, recency_band integer, revenue_band double, "
        "sessions_band integer, orders_after bigint, revenue_after double, bought_after integer)"
    )
    connection.executemany(
        f"insert into analysis.followed values ({', '.join('?' * 10)})", [list(row) for row in rows]
    )
    run(connection, "behaviour_alike")
    found = connection.execute(statement(PACKAGE, "behaviour_compared"))
    (row,) = found.fetchall()
    return dict(zip([column[0] for column in found.description], row, strict=True))


def test_the_error_of_a_difference_is_that_of_two_means(connection):
    found = compared_of(connection, [0, 2, 2, 4], [0, 0, 2, 2])
    assert found["entered_orders"] - found["outside_orders"] == 1  # 2 each against 1
    # variances 2 and 1, of four each: 2/4 + 1/4
    assert found["orders_error"] == pytest.approx(0.75**0.5)


def test_looking_again_at_the_same_customers_makes_no_difference_surer(connection):
    once = compared_of(connection, [0, 2, 2, 4], [0, 0, 2, 2])
    often = compared_of(connection, [0, 2, 2, 4], [0, 0, 2, 2], copies=5)
    assert often["matched"] == 5 * once["matched"]
    assert often["orders_error"] == pytest.approx(once["orders_error"])


def test_nobody_comparable_leaves_nothing_to_compare(connection):
    found = compared_of(connection, [1, 2], [])
    assert (found["entered"], found["matched"], found["outside"]) == (2, 0, 0)
    assert found["entered_orders"] is None
    assert found["orders_error"] is None
