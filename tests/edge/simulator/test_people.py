import json
from collections import Counter, defaultdict
from statistics import mean

import pytest


@pytest.fixture(scope="module")
def persona_of(simulated):
    return {row["person_id"]: row["persona"] for row in simulated.truth("people")}


@pytest.fixture(scope="module")
def owner_of(simulated):
    """The person of each identifier that belongs to one person alone."""
    return {
        row["identifier"]: row["person_id"]
        for row in simulated.truth("identifiers")
        if not row["is_shared"]
    }


@pytest.fixture(scope="module")
def counts(simulated, persona_of, owner_of):
    """How often each event occurred, by persona."""
    counted = defaultdict(Counter)
    for event in simulated.events:
        person = owner_of.get(event.get("userId")) or owner_of.get(event.get("anonymousId"))
        if person:
            counted[persona_of[person]][event.get("event", event["type"])] += 1
    return counted


def test_there_are_all_personas_in_their_shares(simulated):
    people = Counter(row["persona"] for row in simulated.truth("people"))
    assert people.pop("bot") >= 1
    assert sum(people.values()) == 400
    assert people["engaged_browser"] == 72
    assert min(people.values()) == people["lapsed_high_value"] == 40


def test_browsers_view_most_and_never_buy(counts):
    per_page = {
        name: counted["Product Viewed"] / counted["page"] for name, counted in counts.items()
    }
    assert per_page["engaged_browser"] > 1.2 * per_page["low_engagement"]
    assert counts["engaged_browser"]["Order Completed"] == 0
    assert counts["engaged_browser"]["Checkout Started"] == 0
    assert counts["engaged_browser"]["Product Viewed"] == max(
        counted["Product Viewed"] for counted in counts.values()
    )


def test_bargain_seekers_click_promotions_and_filter(counts):
    def share(name, event, of):
        return counts[name][event] / max(counts[name][of], 1)

    bargain = share("bargain_seeker", "Promotion Clicked", "Promotion Viewed")
    frequent = share("frequent_buyer", "Promotion Clicked", "Promotion Viewed")
    assert bargain > 2 * frequent
    assert share("bargain_seeker", "Product List Filtered", "page") > 3 * share(
        "frequent_buyer", "Product List Filtered", "page"
    )


def test_one_time_buyers_buy_exactly_once(simulated):
    people = simulated.truth("people")
    orders = [row["orders"] for row in people if row["persona"] == "one_time_buyer"]
    assert max(orders) == 1
    assert mean(orders) > 0.95


def test_frequent_buyers_visit_and_buy_most(simulated):
    people = [row for row in simulated.truth("people") if not row["is_bot"]]
    by_persona = defaultdict(list)
    for row in people:
        by_persona[row["persona"]].append(row)
    visits = {name: mean(row["visits"] for row in rows) for name, rows in by_persona.items()}
    orders = {name: mean(row["orders"] for row in rows) for name, rows in by_persona.items()}
    assert max(visits, key=visits.get) == "frequent_buyer"
    assert min(visits, key=visits.get) in ("low_engagement", "one_time_buyer")
    assert orders["frequent_buyer"] > 1.25 * orders["seasonal_shopper"]
    assert orders["low_engagement"] < 0.2


def test_the_lapsed_bought_dear_things_early_and_left(simulated, persona_of):
    people = [row for row in simulated.truth("people") if row["persona"] == "lapsed_high_value"]
    last = max(row["last_visit_at"] for row in people if row["last_visit_at"])
    assert (simulated.truth("visits")[-1]["started_at"] - last).days >= 30
    assert mean(row["orders"] for row in people) >= 1.5
    values = defaultdict(list)
    for order in simulated.truth("orders"):
        values[persona_of[order["person_id"]]].append(order["revenue"])
    assert mean(values["lapsed_high_value"]) > 1.3 * mean(values["frequent_buyer"])


def test_seasonal_shoppers_come_in_their_season(simulated, persona_of):
    (season,) = simulated.truth("seasons")
    inside = Counter()
    total = Counter()
    for visit in simulated.truth("visits"):
        persona = persona_of[visit["person_id"]]
        total[persona] += 1
        inside[persona] += season["starts_at"] <= visit["started_at"] < season["ends_at"]
    share = {name: inside[name] / total[name] for name in total}
    assert share["seasonal_shopper"] > 0.6
    assert share["frequent_buyer"] < 0.4


def test_people_view_what_they_like(simulated, owner_of):
    tastes = {row["person_id"]: row for row in simulated.truth("people")}
    hits = []
    for event in simulated.events:
        person = owner_of.get(event.get("anonymousId"))
        if person and event.get("event") == "Product Viewed" and not tastes[person]["is_bot"]:
            liked = (tastes[person]["taste_category"], tastes[person]["second_category"])
            hits.append(event["properties"]["category"] in liked)
    assert mean(hits) > 0.6


def test_bots_are_quick_and_mostly_say_so(simulated):
    bots = {row["anonymous_id"]: row for row in simulated.truth("bots")}
    moments = defaultdict(list)
    for event in simulated.events:
        if event.get("anonymousId") in bots:
            moments[event["anonymousId"]].append(event["originalTimestamp"])
            agent = event["context"]["userAgent"]
            assert agent == bots[event["anonymousId"]]["user_agent"]
            assert event["type"] == "page" or event["event"] == "Product Viewed"
    assert moments
    assert 0.005 < sum(map(len, moments.values())) / len(simulated.events) < 0.03


def test_some_visitors_send_global_privacy_control_and_always(simulated):
    signals = defaultdict(set)
    for event in simulated.events:
        if "channel" not in event["context"]:
            signals[event["anonymousId"]].add(event["context"].get("gpc", False))
    assert all(len(values) == 1 for values in signals.values())
    expected = {row["anonymous_id"] for row in simulated.truth("devices") if row["has_gpc"]}
    assert {name for name, values in signals.items() if True in values} == expected & set(signals)
    assert 0.03 < len(expected) / len(simulated.truth("devices")) < 0.15


def test_the_truth_knows_every_consent(simulated):
    sent = Counter()
    seen = set()
    for event in simulated.events:
        if not event.get("event", "").startswith("Consent "):
            continue
        key = event.get("messageId") or json.dumps(event)
        if key not in seen:
            seen.add(key)
            granted = event["event"] == "Consent Granted"
            sent[event["anonymousId"], event["properties"]["purpose"], granted] += 1
    known = Counter(
        (row["anonymous_id"], row["purpose"], row["is_granted"])
        for row in simulated.truth("consents")
    )
    assert sent == known
    assert {granted for _, _, granted in known} == {True, False}
    assert {purpose for _, purpose, _ in known} == {
        "analytics",
        "personalisation",
        "ads",
        "marketing_email",
    }
