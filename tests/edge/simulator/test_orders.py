import datetime
from collections import Counter, defaultdict
from statistics import mean

import pytest


@pytest.fixture(scope="module")
def sent(simulated):
    """The events of each name, without second copies, in order of arrival."""
    found, seen = defaultdict(list), set()
    for event in simulated.events:
        if event.get("messageId") not in seen:
            found[event.get("event", event["type"])].append(event)
            seen.add(event.get("messageId"))
    return found


def test_every_order_is_sent_as_the_truth_has_it(simulated, sent):
    truth = {row["order_id"]: row for row in simulated.truth("orders")}
    first = {}
    for event in sent["Order Completed"]:
        first.setdefault(event["properties"]["order_id"], event)
    assert set(first) == set(truth)
    users = {row["person_id"]: row["user_id"] for row in simulated.truth("people")}
    for order_id, event in first.items():
        properties, order = event["properties"], truth[order_id]
        assert properties["revenue"] == order["revenue"]
        assert event["userId"] == users[order["person_id"]]
        items = sum(line["quantity"] for line in properties["products"])
        assert items == order["items"] > 0
        gross = sum(line["price"] * line["quantity"] for line in properties["products"])
        assert properties["revenue"] + properties["discount"] == pytest.approx(gross)
        assert properties["total"] == pytest.approx(
            properties["revenue"] + properties["shipping"] + properties["tax"]
        )


def test_updates_and_refunds_are_sent_as_the_truth_has_them(simulated, sent):
    truth = {row["order_id"]: row for row in simulated.truth("orders")}
    updated = {
        event["properties"]["order_id"]: event["properties"]["revenue"]
        for event in sent["Order Updated"]
    }
    assert updated == {
        name: row["updated_revenue"]
        for name, row in truth.items()
        if row["updated_revenue"] != row["revenue"]
    }
    refunds = {
        event["properties"]["order_id"].replace("legacy-", "o"): event["properties"]["revenue"]
        for event in sent["Order Refunded"]
    }
    assert refunds == {name: row["refunded"] for name, row in truth.items() if row["refunded"]}
    assert any(row["refunded"] == row["revenue"] for row in truth.values())
    assert any(0 < row["refunded"] < row["revenue"] for row in truth.values())


def test_an_order_comes_after_what_was_put_into_its_cart(sent):
    added = defaultdict(set)
    for event in sent["Product Added"]:
        added[event["properties"]["cart_id"]].add(event["properties"]["product_id"])
    for event in sent["Order Completed"]:
        cart = "k" + str(int(event["properties"]["order_id"][1:]) - 1000001)
        assert {line["product_id"] for line in event["properties"]["products"]} <= added[cart]


def test_carts_are_also_abandoned_and_emptied(sent):
    filled = {event["properties"]["cart_id"] for event in sent["Product Added"]}
    assert len(sent["Order Completed"]) < 0.7 * len(filled)
    assert len(sent["Checkout Started"]) > len(sent["Order Completed"])
    assert sent["Product Removed"]


def test_prices_are_those_of_the_catalogue_and_margins_known_for_some(simulated, sent):
    truth = {row["product_id"]: row for row in simulated.truth("products")}
    for event in sent["Product Viewed"]:
        properties = event["properties"]
        product = truth[properties["product_id"]]
        assert properties["list_price"] == product["list_price"]
        assert properties["price"] in (product["price"], product["sale_price"])
        margin = product["margin_share"] if product["is_margin_known"] else None
        assert properties.get("margin_share") == margin
    assert any(row["price"] < row["list_price"] for row in truth.values())


def test_few_products_get_most_views(sent):
    views = Counter(event["properties"]["product_id"] for event in sent["Product Viewed"])
    top = sum(count for _, count in views.most_common(len(views) // 5))
    assert top > 0.35 * views.total()


def test_behaviour_changes_at_the_drift(simulated, sent):
    drift = simulated.truth("drift")[0]["drifts_at"]
    buys = {True: [], False: []}
    for visit in simulated.truth("visits"):
        buys[visit["started_at"] >= drift].append(visit["buys"])
    assert mean(buys[True]) < mean(buys[False])
    views = {True: [], False: []}
    for event in sent["Product Viewed"]:
        moment = datetime.datetime.fromisoformat(event["receivedAt"]).replace(tzinfo=None)
        views[moment >= drift].append(event["properties"]["category"] == "Outdoor")
    assert mean(views[True]) > 1.5 * mean(views[False])
    assert {row["changes"] for row in simulated.truth("drift")} >= {"buy_share", "searches"}


def test_visits_are_sessions(simulated, sent):
    """Within a visit less than 30 minutes pass between events, between two visits more."""
    skew = {row["anonymous_id"]: row["clock_skew_seconds"] for row in simulated.truth("devices")}
    moments = defaultdict(list)
    for events in sent.values():
        for event in events:
            if "channel" not in event["context"]:
                name = event["anonymousId"]
                at = datetime.datetime.fromisoformat(event["originalTimestamp"]).timestamp()
                moments[name].append(at - skew[name])
    visits = Counter(row["anonymous_id"] for row in simulated.truth("visits"))
    shared = {row["anonymous_id"] for row in simulated.truth("devices") if row["is_shared"]}
    for name, times in moments.items():
        times.sort()
        sessions = 1 + sum(b - a > 1800 for a, b in zip(times, times[1:], strict=False))
        assert sessions == visits[name] or name in shared
    assert max(visits.values()) > 5
