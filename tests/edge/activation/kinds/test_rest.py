import json

import pytest

from edge.activation.rows import BatchRefused, Disabled
from tests.edge.activation.kinds.sending import configured, opened, row, statuses

WORDS = {
    "kind": "rest",
    "url_env": "CRM_URL",
    "headers_env": {"Authorization": "CRM_TOKEN"},
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email", "items": "features.open_cart_items"},
    "upsert": {
        "path": "/users/track",
        "row": {
            "external_id": "{customer_id}",
            "email": "{traits.email}",
            "cart_items": "{traits.items}",
            "label": "{segment} of {customer_id}",
            "segments": ["{segment}"],
            "subscribed": True,
        },
        "body": {"attributes": "{rows}"},
    },
    "remove": {
        "path": "/users/track/{segment}",
        "row": {"external_id": "{customer_id}", "is_member": "{is_member}"},
        "body": {"attributes": "{rows}"},
    },
    "batch_rows": 75,
    "allow_private_addresses": True,
}
SINGLE = {
    "batch_rows": 1,
    "upsert": {"method": "PUT", "path": "/contacts/{customer_id}", "body": {"e": "{traits.email}"}},
    "remove": {"method": "DELETE", "path": "/contacts/{customer_id}", "body": {}},
}


def sender(place, **words):
    environment = {"CRM_URL": place.url + "/api", "CRM_TOKEN": "Bearer planted"}
    return opened(environment, **{**WORDS, **words})


def test_the_gaps_of_a_template_are_filled_with_values_of_their_types(place):
    answers = sender(place).send([row("ann", email="a@x.org", items=3), row("bob", items=None)])

    (asked,) = place.asked
    assert statuses(answers) == ["delivered"] * 2
    assert (asked.method, asked.path) == ("POST", "/api/users/track")
    assert asked.headers["authorization"] == "Bearer planted"
    assert asked.content["attributes"] == [
        {
            "external_id": "ann",
            "email": "a@x.org",
            "cart_items": 3,
            "label": "loyal of ann",
            "segments": ["loyal"],
            "subscribed": True,
        },
        {
            "external_id": "bob",
            "email": None,
            "cart_items": None,
            "label": "loyal of bob",
            "segments": ["loyal"],
            "subscribed": True,
        },
    ]


def test_rows_go_in_their_order_and_those_of_one_kind_together(place):
    rows = [
        row("ann", "remove"),
        row("bob", "remove"),
        row("cat", "remove", segment="new"),
        row("dan"),
        row("eve", "update"),
    ]
    assert statuses(sender(place).send(rows)) == ["delivered"] * 5
    assert [(a.path, len(a.content["attributes"])) for a in place.asked] == [
        ("/api/users/track/loyal", 2),
        ("/api/users/track/new", 1),
        ("/api/users/track", 2),
    ]
    assert place.asked[0].content["attributes"][0] == {"external_id": "ann", "is_member": False}


def test_one_row_a_request_may_stand_in_the_path(place):
    way = sender(place, **SINGLE)
    way.send([row("ann/../x?y", email='quote " and {traits.items}')])
    way.send([row("ann", "remove")])

    put, delete = place.asked
    assert (put.method, put.path) == ("PUT", "/api/contacts/ann%2F..%2Fx%3Fy")
    assert put.content == {"e": 'quote " and {traits.items}'}  # a value is no template
    assert (delete.method, delete.path) == ("DELETE", "/api/contacts/ann")


def test_without_a_template_a_request_is_the_list_of_whole_members(place):
    sender(place, upsert={"path": "/in"}).send([row("ann", email="a@x.org", items=3)])
    assert place.asked[0].content == [
        {
            "id": "loyal-ann-add",
            "operation": "add",
            "segment": "loyal",
            "customer_id": "ann",
            "user_id": "ann",
            "is_member": True,
            "traits": {"email": "a@x.org", "items": 3},
        }
    ]


def test_the_idempotency_key_is_the_same_for_the_same_rows(place):
    way = sender(place)
    for rows in ([row("ann"), row("bob")], [row("ann"), row("bob")], [row("ann")]):
        way.send(rows)
    keys = [asked.headers["idempotency-key"] for asked in place.asked]
    assert keys[0] == keys[1] != keys[2]


def test_rows_that_the_answer_names_as_errors_are_rejected_and_the_others_stand(place):
    place.answer(201, json.dumps({"errors": {"list": [{"index": 1, "type": "bad"}]}}).encode())
    answers = sender(place, errors_at="errors.list").send([row("ann"), row("bob"), row("cat")])
    assert statuses(answers) == ["delivered", "rejected", "delivered"]

    place.answer(201, b'{"message": "success"}')
    assert statuses(sender(place, errors_at="errors").send([row("ann")])) == ["delivered"]


@pytest.mark.parametrize(
    "body", [b'{"errors": [{"type": "bad"}]}', b'{"errors": [{"index": 7}]}', b"<html>"]
)
def test_errors_of_nobody_knows_whom_refuse_the_batch(place, body):
    place.answer(201, body)
    with pytest.raises(BatchRefused) as refused:
        sender(place, errors_at="errors").send([row("ann"), row("bob")])
    assert not refused.value.is_certain


def test_after_the_first_request_of_a_batch_a_refusal_is_no_longer_certain(place):
    place.answer(200)
    place.answer(422)
    with pytest.raises(BatchRefused) as refused:
        sender(place).send([row("ann", "remove"), row("bob")])
    assert not refused.value.is_certain


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"upsert": {"path": "/x/{traits.email}"}}, "upsert.path: nothing stands for traits.email"),
        ({"upsert": {"path": "/x/{customer_id}"}}, "upsert.path: nothing stands for customer_id"),
        ({"upsert": {"path": "/x", "row": "{traits.phone}"}}, "row: nothing stands for traits.p"),
        ({"upsert": {"path": "/x", "body": "{customer_id}"}}, "body: nothing stands for customer"),
        ({"remove": {"path": "/x", "method": "GET"}}, "method"),
        ({"remove": {"path": "no slash"}}, "path"),
        ({"headers_env": {"X\r\nY": "CRM_TOKEN"}}, "headers_env"),
        ({"headers_env": {"Authorization": "Bearer x"}}, "headers_env"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(words, reason):
    with pytest.raises(ValueError, match=reason):
        configured(**{**WORDS, **words})


def test_a_token_that_is_refused_is_disabled_and_not_quoted(place):
    place.answer(403)
    way = sender(place)
    with pytest.raises(Disabled) as refused:
        way.send([row()])
    assert "planted" not in str(refused.value) + repr(way)
