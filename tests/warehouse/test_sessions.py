"""Sessions against the rules written out in Python, and the cases that the rules were made for."""

from collections import defaultdict

import numpy as np
import pytest

from tests.warehouse import random_shop, reference
from tests.warehouse.conftest import at, empty_home


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


STORIES = {
    "gaps": [page(0, "gaps"), page(30, "gaps"), page(60 + 1 / 60, "gaps"), page(120, "gaps")],
    "midnight": [
        page(24 * 60 - 20, "midnight"),
        page(24 * 60 + 5, "midnight"),
        page(24 * 60 + 20, "midnight"),
        page(24 * 60, "midnight", source="app"),
        page(24 * 60, "midnight-other"),
    ],
    "server": [
        page(0, "server-phone", user_id="server"),
        page(100, "server-laptop", user_id="server"),
        page(110, "server-other", user_id="server-other"),
        order(100 + 24 * 60, "s1", user="server"),
    ],
    "opens": [
        order(0, "o1", user="opens"),
        order(24 * 60, "o2", user="opens"),
        order(2 * 24 * 60 + 1, "o3", user="opens"),
        page(3 * 24 * 60, "opens-phone", user_id="opens"),
    ],
    "path": [
        page(
            number,
            "path",
            context={
                "page": {
                    "path": f"/{number}",
                    "referrer": "/" if number else "https://search.example",
                },
                "campaign": {"source": f"c{number}"} if number > 2 else {},
            },
        )
        for number in range(7)
    ],
    "cart of two devices": [
        track("Product Added", 0, "cart-phone", "cart", product_id="p1", quantity=1),
        page(60, "cart-laptop", user_id="cart"),
    ],
    "too new": [track("Product Added", 10 * 24 * 60, "too-new", product_id="p1", quantity=1)],
    "the end": [page(10 * 24 * 60 + 30, "end")],
}
CARTS = {
    "added": ([("Product Added", 0, 1)], True),
    "one of two removed": ([("Product Added", 0, 2), ("Product Removed", 1, 1)], True),
    "all removed": ([("Product Added", 0, 1), ("Product Removed", 1, 1)], False),
    "ordered since": ([("Product Added", 0, 1), ("Order Completed", 5, 0)], False),
    "ordered before": ([("Order Completed", 0, 0), ("Product Added", 5, 1)], True),
}


def cart_events(name):
    return [
        order(minutes, f"order of {name}", who=name, user=None)
        if event == "Order Completed"
        else track(event, minutes, name, product_id="p1", quantity=pieces)
        for event, minutes, pieces in CARTS[name][0]
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory, manifest):
    """Build a home in which every story happened, each to people of its own."""
    home = empty_home(tmp_path_factory.mktemp("stories"), manifest)
    home.deliver(event for story in STORIES.values() for event in story)
    home.deliver(event for name in CARTS for event in cart_events(name))
    home.build()
    return home


def sessions_of(home, visitors, columns="started_at, ended_at, orders"):
    return home.rows(
        f"select {columns} from marts.fct_sessions s where customer_id in (select customer_id "
        f"from marts.dim_customer_identifiers where starts_with(identifier, '{visitors}')) "
        "order by started_at, s.source"
    )


def test_a_silence_of_exactly_30_minutes_goes_on_and_a_longer_one_starts_a_new_session(told):
    assert sessions_of(told, "gaps", "started_at, ended_at, page_views") == [
        (at(0), at(30), 2),
        (at(60 + 1 / 60), at(60 + 1 / 60), 1),
        (at(120), at(120), 1),
    ]


def test_a_session_past_midnight_is_one_and_sources_and_visitors_are_apart(told):
    midnight = 24 * 60
    assert sessions_of(told, "midnight", "s.source, started_at, ended_at") == [
        ("shop", at(midnight - 20), at(midnight + 20)),
        ("app", at(midnight), at(midnight)),
        ("shop", at(midnight), at(midnight)),
    ]


def test_a_servers_order_belongs_to_the_latest_session_of_24_hours_and_does_not_prolong_it(told):
    assert sessions_of(told, "server") == [
        (at(0), at(0), 0),
        (at(100), at(100), 1),
        (at(110), at(110), 0),
    ]
    assert told.rows(
        "select started_at from marts.fct_events join marts.fct_sessions using (session_id) "
        "where order_id = 's1'"
    ) == [(at(100),)]


def test_a_servers_order_without_a_session_opens_one_and_the_next_within_24_hours_joins_it(told):
    day = 24 * 60
    assert sessions_of(told, "opens", "started_at, ended_at, orders, revenue::double") == [
        (at(0), at(day), 2, 20),
        (at(2 * day + 1), at(2 * day + 1), 1, 10),
        (at(3 * day), at(3 * day), 0, 0),
    ]


def test_the_landing_page_referrer_and_exit_path_are_of_the_first_and_last_pages(told):
    columns = "landing_page, referrer, exit_path, campaign_source"
    assert sessions_of(told, "path", columns) == [
        ("/0", "https://search.example", "/2 > /3 > /4 > /5 > /6", "c3")
    ]


@pytest.mark.parametrize("name", CARTS)
def test_a_cart_is_abandoned_when_it_is_full_and_nothing_was_ordered_since(told, name):
    assert sessions_of(told, name, "is_cart_abandoned") == [(CARTS[name][1],)]


def test_a_cart_is_the_customers_on_all_devices_until_an_order(told):
    assert sessions_of(told, "cart", "is_cart_abandoned") == [(True,), (True,)]
    assert sessions_of(told, "too-new", "is_cart_abandoned") == [(False,)]
    states = dict(
        told.rows(
            "select identifier, state from intermediate.int_carts_tracked "
            "join marts.dim_customer_identifiers using (customer_id)"
        )
    )
    assert states["cart-phone"] == states["cart-laptop"] == "abandoned"
    assert states["too-new"] == "open"
    assert (states["ordered since"], states["all removed"]) == ("bought", "emptied")


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
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
            "select source, order_id, customer_id, revenue::double, item_count "
            "from marts.fct_orders"
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
            "select e.message_id, e.file_number, e.line, e.visitor_id, v.customer_id, "
            "e.session_id, coalesce(u.customer_id, v.customer_id) "
            "from intermediate.int_events_sessionized e "
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
