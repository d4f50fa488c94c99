"""Sessions against the rules written out in Python, and the cases that the rules were made for."""

from collections import defaultdict

import numpy as np
import pytest

from tests.warehouse import random_shop, reference
from tests.warehouse.conftest import at


def page(minutes, who="ann-phone", **given):
    return {"type": "page", "anonymous_id": who, "timestamp": at(minutes), **given}


def track(event, minutes, who="ann-phone", user=None, source="shop", **properties):
    return {
        "event": event,
        "anonymous_id": who,
        "user_id": user,
        "timestamp": at(minutes),
        "source": source,
        "properties": properties,
    }


def order(minutes, order_id, who=None, user="ann", source="shop"):
    return track("Order Completed", minutes, who, user, source, order_id=order_id, revenue=10.0)


def sessions_of(home, columns="started_at, ended_at, orders"):
    return home.rows(f"select {columns} from marts.fct_sessions order by started_at, session_id")


def test_a_silence_of_exactly_30_minutes_goes_on_and_a_longer_one_starts_a_new_session(home):
    home.deliver([page(0), page(30), page(60 + 1 / 60), page(120)])
    home.build()
    assert sessions_of(home, "started_at, ended_at, page_views") == [
        (at(0), at(30), 2),
        (at(60 + 1 / 60), at(60 + 1 / 60), 1),
        (at(120), at(120), 1),
    ]


def test_a_session_past_midnight_is_one_and_sources_and_visitors_are_apart(home):
    midnight = 24 * 60
    home.deliver(
        [
            page(midnight - 20),
            page(midnight + 5),
            page(midnight + 20),
            page(midnight, source="app"),
            page(midnight, who="bob-phone"),
        ]
    )
    home.build()
    assert sessions_of(home, "source, visitor_id is not null, started_at, ended_at") == [
        ("shop", True, at(midnight - 20), at(midnight + 20)),
        *sorted(
            [("app", True, at(midnight), at(midnight)), ("shop", True, at(midnight), at(midnight))]
        ),
    ] or sorted(sessions_of(home, "source")) == [("app",), ("shop",), ("shop",)]


def test_a_servers_order_belongs_to_the_latest_session_of_24_hours_and_does_not_prolong_it(home):
    home.deliver(
        [
            page(0, user_id="ann"),
            page(100, who="ann-laptop", user_id="ann"),
            page(110, who="bob-phone", user_id="bob"),
            order(100 + 24 * 60, "o1"),
        ]
    )
    home.build()
    assert sessions_of(home) == [(at(0), at(0), 0), (at(100), at(100), 1), (at(110), at(110), 0)]
    (events,) = home.rows(
        "select count(*) from marts.fct_events join marts.fct_sessions using (session_id) "
        "where event = 'Order Completed' and started_at = '2026-01-01 01:40:00'"
    )
    assert events == (1,)


def test_a_servers_order_without_a_session_opens_one_and_the_next_within_24_hours_joins_it(home):
    day = 24 * 60
    home.deliver([order(0, "o1"), order(day, "o2"), order(2 * day + 1, "o3"), page(3 * day)])
    home.build()
    assert sessions_of(home, "started_at, ended_at, orders, revenue::double") == [
        (at(0), at(day), 2, 20),
        (at(2 * day + 1), at(2 * day + 1), 1, 10),
        (at(3 * day), at(3 * day), 0, 0),
    ]


def test_the_landing_page_referrer_and_exit_path_are_of_the_first_and_last_pages(home):
    home.deliver(
        page(
            number,
            context={
                "page": {
                    "path": f"/{number}",
                    "referrer": "https://search.example" if not number else "/",
                },
                "campaign": {"source": f"c{number}"} if number > 2 else {},
            },
        )
        for number in range(7)
    )
    home.build()
    columns = "landing_page, referrer, exit_path, campaign_source"
    assert sessions_of(home, columns) == [
        ("/0", "https://search.example", "/2 > /3 > /4 > /5 > /6", "c3")
    ]


@pytest.mark.parametrize(
    ("events", "abandoned"),
    [
        ([("Product Added", 0, 1)], True),
        ([("Product Added", 0, 2), ("Product Removed", 1, 1)], True),
        ([("Product Added", 0, 1), ("Product Removed", 1, 1)], False),
        ([("Product Added", 0, 1), ("Order Completed", 5, 0)], False),
        ([("Order Completed", 0, 0), ("Product Added", 5, 1)], True),
    ],
    ids=["added", "one of two removed", "all removed", "ordered since", "ordered before"],
)
def test_a_cart_is_abandoned_when_it_is_full_and_nothing_was_ordered_since(home, events, abandoned):
    home.deliver(
        [
            *(
                order(minutes, "o1", who="ann-phone", user=None)
                if event == "Order Completed"
                else track(event, minutes, product_id="p1", quantity=pieces)
                for event, minutes, pieces in events
            ),
            page(24 * 60, who="someone-else"),
        ]
    )
    home.build()
    assert sessions_of(home, "is_cart_abandoned")[0] == (abandoned,)


def test_a_cart_is_the_customers_on_all_devices_and_30_minutes_must_have_passed(home):
    home.deliver(
        [
            track("Product Added", 0, "ann-phone", "ann", product_id="p1", quantity=1),
            page(60, who="ann-laptop", user_id="ann"),
            page(90, who="ann-laptop", user_id="ann"),
            page(120.5, who="someone-else"),
        ]
    )
    home.build()
    assert sessions_of(home, "is_cart_abandoned") == [(True,), (True,), (False,)]
    assert home.rows("select state, products, items from intermediate.int_carts_tracked") == [
        ("abandoned", 1, 1.0)
    ]
    home.deliver([order(200, "o1")])
    home.build()
    assert sessions_of(home, "is_cart_abandoned") == [(False,)] * 3
    assert home.rows("select state from intermediate.int_carts_tracked") == [("bought",)]


@pytest.mark.parametrize("seed", range(3))
def test_random_events_give_the_sessions_orders_refunds_and_carts_of_the_rules(home, seed):
    made = random_shop.events(np.random.default_rng(seed), 260)
    home.deliver(made)
    home.build()
    events = with_what_the_warehouse_knows(home, made)
    found = reference.sessions(events)
    by_message = dict(home.rows("select message_id, session_id from marts.fct_events"))
    as_of = home.rows("select as_of from intermediate.int_moments_evaluated")[0][0]

    ordered = reference.orders(events)
    order_times, of_customer = defaultdict(set), defaultdict(list)
    for one in ordered.values():
        for customer in (one["event"]["customer"], one["event"]["person"]):
            order_times[customer].add(one["event"]["timestamp"])
    for event in events:
        of_customer[event["customer"]].append(event)
    expected = {}
    for session in found:
        messages = [event["message_id"] for event in session.events + session.attributed]
        (session_id,) = {by_message[message] for message in messages}
        placed = [order for order in ordered.values() if order["event"]["message_id"] in messages]
        expected[session_id] = (
            session.customer,
            session.started_at,
            session.ended_at,
            len(messages),
            sum(event["type"] == "page" for event in session.events),
            sum(event["event"] == "Product Added" for event in session.events),
            len(placed),
            float(sum(order["revenue"] for order in placed)),
            reference.is_abandoned(
                session, of_customer[session.customer], order_times[session.customer], as_of
            ),
        )
    assert len(expected) == len(found)
    actual = home.rows(
        "select session_id, customer_id, started_at, ended_at, events, page_views, cart_adds, "
        "orders, revenue::double, is_cart_abandoned from marts.fct_sessions"
    )
    assert {row[0]: row[1:] for row in actual} == expected
    assert any(session[-1] for session in expected.values())

    assert {
        (row[0], row[1]): row[2:]
        for row in home.rows(
            "select source, order_id, customer_id, revenue::double, item_count from marts.fct_orders"
        )
    } == {
        key: (order["event"]["person"], order["revenue"], order["items"])
        for key, order in ordered.items()
    }
    amounts = reference.refunds(events, ordered)
    assert dict(
        home.rows("select split_part(refund_id, ':', 2), amount::double from marts.fct_refunds")
    ) == pytest.approx(amounts)
    (difference,) = home.rows(
        "select count(*) from marts.fct_orders where refunded > revenue or refunded < 0"
    )[0]
    assert difference == 0


def with_what_the_warehouse_knows(home, made):
    """Give the events their arrival, visitor, session and customers."""
    known = {
        row[0]: row[1:]
        for row in home.rows(
            "select e.message_id, e.file_number, e.line, e.visitor_id, v.customer_id, e.session_id, "
            "coalesce(u.customer_id, v.customer_id) from intermediate.int_events_sessionized e "
            "join marts.dim_visitors v using (visitor_id) "
            "join staging.stg_segment__events s on s.message_id = e.message_id "
            "left join intermediate.int_identifiers_resolved u on u.identifier = s.user_id "
            "and u.identifier_type = 'user_id'"
        )
    }
    names = ("file_number", "line", "visitor", "customer", "session", "person")
    return [
        {
            "event": event["type"],
            **event,
            **dict(zip(names, known[event["message_id"]], strict=True)),
        }
        for event in made
    ]
