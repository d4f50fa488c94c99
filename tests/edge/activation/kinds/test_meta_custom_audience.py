import json

import pytest

from edge.activation.rows import BatchRefused, Disabled, Unavailable
from tests.edge.activation.kinds.sending import configured, opened, row, statuses

WORDS = {
    "kind": "meta_custom_audience",
    "url_env": "ADS_URL",
    "token_env": "ADS_TOKEN",
    "audiences": {"loyal": "111"},
    "purpose": "ads",
    "columns": {
        "first_name": "contacts.first_name",
        "email": "contacts.email",
        "phone": "contacts.phone",
    },
    "phone_region": "US",
    "allow_private_addresses": True,
}
ANN = {"email": "John_Smith@gmail.com", "phone": "(650)555-1212", "first_name": "Valéry"}
HASHED = [
    "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
    "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176",
    "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c",
]


def sender(place, **words):
    return opened({"ADS_URL": place.url, "ADS_TOKEN": "planted"}, **{**WORDS, **words})


def test_an_addition_is_a_row_of_hashes_under_a_schema(place):
    answers = sender(place).send([row("ann", **ANN), row("bob", email="B@X.org ")])

    (asked,) = place.asked
    assert statuses(answers) == ["delivered"] * 2
    assert (asked.method, asked.path) == ("POST", "/v25.0/111/users")
    assert asked.headers["authorization"] == "Bearer planted"
    payload, session = asked.content["payload"], asked.content["session"]
    assert payload["schema"] == ["EMAIL", "PHONE", "FN"]
    assert payload["data"][0] == HASHED
    assert payload["data"][1][1:] == ["", ""]
    assert (session["batch_seq"], session["last_batch_flag"]) == (1, True)
    assert session["estimated_num_total"] == 2
    assert 0 < session["session_id"] < 2**63


def test_a_removal_names_the_same_hashes(place):
    sender(place).send([row("ann", "remove", **ANN)])
    (asked,) = place.asked
    assert (asked.method, asked.path) == ("DELETE", "/v25.0/111/users")
    assert asked.content["payload"]["data"] == [HASHED]


def test_the_customer_is_named_only_where_the_target_says_so(place):
    sender(place).send([row("customer-of-ours", **ANN)])
    sender(place, extern_id=True).send([row("customer-of-ours", **ANN)])
    without, with_id = place.asked
    assert b"customer-of-ours" not in without.body
    assert with_id.content["payload"]["schema"] == ["EXTERN_ID", "EMAIL", "PHONE", "FN"]
    assert with_id.content["payload"]["data"] == [["customer-of-ours", *HASHED]]


def test_a_retry_is_the_same_to_the_byte(place):
    way = sender(place)
    for _ in range(2):
        way.send([row("ann", **ANN)])
    assert place.asked[0].body == place.asked[1].body


@pytest.mark.parametrize(
    ("code", "error"),
    [(190, Disabled), (200, Disabled), (10, Disabled), (17, Unavailable), (80003, Unavailable),
     (2, Unavailable), (100, BatchRefused)],
)  # fmt: skip
def test_the_code_in_the_answer_says_what_a_400_means(place, code, error):
    said = {"error": {"code": code, "message": "planted@example.com"}}
    place.answer(400, json.dumps(said).encode())
    with pytest.raises(error) as refused:
        sender(place).send([row(email="a@x.org")])
    assert type(refused.value) is error
    assert "planted" not in str(refused.value)


def test_an_error_that_says_it_passes_is_tried_again(place):
    place.answer(400, b'{"error": {"code": 99, "is_transient": true}}')
    with pytest.raises(Unavailable):
        sender(place).send([row(email="a@x.org")])


def test_an_answer_that_is_no_json_is_read_by_its_status(place):
    place.answer(502, b"<html>")
    with pytest.raises(Unavailable) as later:
        sender(place).send([row(email="a@x.org")])
    assert not later.value.is_certain


def test_invalid_entries_refuse_the_batch_so_that_they_are_found(place):
    place.answer(200, b'{"num_received": 2, "num_invalid_entries": 1}')
    with pytest.raises(BatchRefused) as refused:
        sender(place).send([row("ann", email="a@x.org"), row("bob", email="b@x.org")])
    assert not refused.value.is_certain


def test_a_column_that_meta_has_no_use_for_is_refused():
    with pytest.raises(ValueError, match="street: meta takes email"):
        configured(**{**WORDS, "columns": {"street": "contacts.street", "email": "contacts.email"}})
