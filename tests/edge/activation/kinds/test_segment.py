import json

import pytest

from edge.activation.kinds.segment import BATCH_BYTES, EVENT_BYTES
from edge.activation.rows import BatchRefused, Disabled, Unavailable
from tests.edge.activation.kinds.sending import opened, row, statuses

WORDS = {
    "kind": "segment",
    "url_env": "CRM_URL",
    "write_key_env": "CRM_KEY",
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email", "items": "features.open_cart_items"},
    "allow_private_addresses": True,
}


def sender(place, **words):
    return opened({"CRM_URL": place.url, "CRM_KEY": "key of the source"}, **{**WORDS, **words})


def test_a_member_is_identified_with_the_segment_as_a_true_trait(place):
    answers = sender(place).send([row("ann", key="k1", email="a@x.org", items=3)])

    (asked,) = place.asked
    assert statuses(answers) == ["delivered"]
    assert (asked.method, asked.path) == ("POST", "/v1/batch")
    assert asked.headers["content-type"] == "application/json"
    assert asked.basic == ("key of the source", "")
    assert asked.content == {
        "batch": [
            {
                "type": "identify",
                "messageId": "k1",
                "userId": "ann",
                "traits": {"email": "a@x.org", "items": 3, "segment_loyal": True},
            }
        ]
    }


def test_a_removal_makes_the_trait_false_and_tells_no_other(place):
    sender(place).send([row("ann", "remove", email="a@x.org")])
    assert place.asked[0].content["batch"][0]["traits"] == {"segment_loyal": False}


def test_the_trait_and_the_user_are_named_as_the_target_says(place):
    way = sender(place, trait_prefix="in ", identifier="email")
    way.send([row("ann", email="a@x.org"), row("bob", "remove", email="b@x.org")])
    assert [(event["userId"], event["traits"]) for event in place.asked[0].content["batch"]] == [
        ("a@x.org", {"email": "a@x.org", "in loyal": True}),
        ("b@x.org", {"in loyal": False}),
    ]


def test_a_retry_is_the_same_to_the_byte(place):
    way = sender(place)
    place.answer(500)
    with pytest.raises(Unavailable):
        way.send([row(email="a@x.org")])
    way.send([row(email="a@x.org")])
    assert place.asked[0].body == place.asked[1].body


def test_an_event_over_its_limit_is_rejected_alone_and_one_at_it_is_sent(place):
    size = len(json.dumps(event_of("ann", "")["batch"][0], separators=(",", ":")))
    fits, too_long = "x" * (EVENT_BYTES - size), "x" * (EVENT_BYTES - size + 1)
    answers = sender(place).send([row("ann", email=too_long), row("ann", email=fits, key="k2")])

    assert statuses(answers) == ["rejected", "delivered"]
    assert answers[0].reason == f"an event has at most {EVENT_BYTES} bytes"
    (event,) = place.asked[0].content["batch"]
    assert len(json.dumps(event, separators=(",", ":"))) == EVENT_BYTES


def event_of(customer_id, email):
    return {
        "batch": [
            {
                "type": "identify",
                "messageId": "k2",
                "userId": customer_id,
                "traits": {"email": email, "segment_loyal": True},
            }
        ]
    }


def test_a_batch_over_the_limit_goes_in_several_requests_in_order(place):
    rows = [row(f"c{number:02}", email="x" * 30_000) for number in range(40)]
    assert statuses(sender(place).send(rows)) == ["delivered"] * 40

    assert len(place.asked) == 3  # 40 × 30 kB
    assert all(len(asked.body) <= BATCH_BYTES for asked in place.asked)
    sent = [event["userId"] for asked in place.asked for event in asked.content["batch"]]
    assert sent == [row.customer_id for row in rows]


def test_after_the_first_request_of_a_batch_a_refusal_is_no_longer_certain(place):
    rows = [row(f"c{number:02}", email="x" * 30_000) for number in range(20)]
    place.answer(200)
    place.answer(400)
    with pytest.raises(BatchRefused) as refused:
        sender(place).send(rows)
    assert not refused.value.is_certain
    place.answer(400)
    with pytest.raises(BatchRefused) as first:
        sender(place).send(rows)
    assert first.value.is_certain


def test_a_key_that_is_too_long_for_a_message_id_is_rejected(place):
    answers = sender(place).send([row(key="k" * 101), row(key="k" * 100)])
    assert statuses(answers) == ["rejected", "delivered"]


def test_a_write_key_that_is_refused_is_disabled_and_not_quoted(place):
    place.answer(401)
    way = sender(place)
    with pytest.raises(Disabled) as refused:
        way.send([row()])
    assert "key of" not in str(refused.value) + repr(way)
