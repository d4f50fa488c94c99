import base64
import hashlib
import hmac

import pytest
import yaml

from edge.activation.kinds.webhook import MESSAGE_BYTES, key_bytes, signature
from edge.activation.rows import BatchRefused, Disabled, Unavailable
from edge.activation.targets import load
from tests.edge.activation.kinds.sending import NOW, opened, row, statuses
from tests.edge.activation.sending import PURPOSES

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"k" * 32).decode()
WORDS = {
    "kind": "webhook",
    "url_env": "CRM_URL",
    "secret_env": ["CRM_SECRET"],
    "purpose": "marketing_email",
    "columns": {"email": "contacts.email", "items": "features.open_cart_items"},
    "allow_private_addresses": True,
}


def sender(place, **words):
    environment = {"CRM_URL": place.url + "/in", "CRM_SECRET": SECRET, "CRM_OTHER": OTHER}
    return opened(environment, **{**WORDS, **words})


def signed(secret, asked):
    """Return the signature of a request as a receiver of Standard Webhooks computes it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}."
    digest = hmac.new(key, head.encode() + asked.body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def test_the_signature_is_that_of_the_specification():
    made = signature(
        key_bytes(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_says_who_joined_what_and_is_signed(place):
    answers = sender(place).send([row(email="ann@example.com", items=3, key="k1")])

    (asked,) = place.asked
    assert statuses(answers) == ["delivered"]
    assert (asked.method, asked.path) == ("POST", "/in")
    assert asked.headers["webhook-id"] == "k1"
    assert asked.headers["webhook-timestamp"] == str(int(NOW))
    assert asked.headers["webhook-signature"] == signed(SECRET, asked)
    assert asked.content == {
        "type": "segment.membership",
        "timestamp": "2021-02-25T15:02:10Z",
        "data": {
            "id": "k1",
            "operation": "add",
            "segment": "loyal",
            "customer_id": "ann",
            "user_id": "ann",
            "traits": {"email": "ann@example.com", "items": 3},
        },
    }


def test_a_retry_has_the_same_id_and_content_and_a_new_time_and_signature(place):
    moments = iter([NOW, NOW, NOW + 60])
    way = opened({"CRM_URL": place.url, "CRM_SECRET": SECRET}, clock=lambda: next(moments), **WORDS)
    place.answer(503)
    with pytest.raises(Unavailable):
        way.send([row()])
    way.send([row()])

    first, second = place.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert second.headers["webhook-timestamp"] == str(int(NOW) + 60)
    assert second.headers["webhook-signature"] == signed(SECRET, second)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_while_a_secret_is_changed_each_message_carries_both_signatures(place):
    sender(place, secret_env=["CRM_SECRET", "CRM_OTHER"]).send([row()])

    (asked,) = place.asked
    assert asked.headers["webhook-signature"].split(" ") == [
        signed(SECRET, asked),
        signed(OTHER, asked),
    ]


def test_several_rows_are_one_message_with_one_id_for_the_same_rows(place):
    way = sender(place, batch_rows=10)
    for _ in range(2):
        assert statuses(way.send([row("ann"), row("bob", "remove")])) == ["delivered"] * 2
    way.send([row("ann")])

    ids = [asked.headers["webhook-id"] for asked in place.asked]
    assert ids[0] == ids[1]
    assert ids[2] == row("ann").key
    assert [member["customer_id"] for member in place.asked[0].content["data"]] == ["ann", "bob"]


def test_a_redirect_is_not_followed(place):
    for status in (301, 302, 307):
        place.answer(status, location=place.url + "/elsewhere")
    with pytest.raises(Disabled, match="301"):
        sender(place).send([row()])
    for status in (302, 307):
        with pytest.raises(Unavailable, match=f"{status}: redirects are not followed"):
            sender(place).send([row()])
    assert [asked.path for asked in place.asked] == ["/in"] * 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_gone_is_disabled(place, status):
    place.answer(status)
    with pytest.raises(Disabled, match=str(status)):
        sender(place).send([row()])


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_message_that_is_refused_is_refused_for_good(place, status):
    place.answer(status)
    with pytest.raises(BatchRefused) as refused:
        sender(place).send([row()])
    assert refused.value.is_certain


def test_a_message_over_the_limit_is_not_sent(place):
    with pytest.raises(BatchRefused, match=str(MESSAGE_BYTES)):
        sender(place).send([row(email="a" * MESSAGE_BYTES)])
    assert place.asked == []


def test_a_row_without_the_identifier_of_the_target_is_rejected_alone(place):
    way = sender(place, identifier="email", batch_rows=2)
    answers = way.send([row("ann", email=None), row("bob", email="bob@example.com")])

    assert statuses(answers) == ["rejected", "delivered"]
    assert answers[0].reason == "no email, by which this target knows people"
    assert [member["user_id"] for member in place.asked[0].content["data"]] == ["bob@example.com"]


def test_a_value_of_another_type_is_rejected_and_not_quoted(place):
    (answer,) = sender(place, types={"items": "integer"}).send([row(items="planted@example.com")])
    assert (answer.status, answer.reason) == ("rejected", "items is no integer")
    assert place.asked == []


@pytest.mark.parametrize(
    "secret", ["whsec_*", "whsec_" + base64.b64encode(b"short").decode(), "whsec_" + "A" * 400]
)
def test_a_secret_of_the_wrong_form_is_refused_unquoted(secret):
    with pytest.raises(Disabled) as refused:
        opened({"CRM_URL": "https://example.com", "CRM_SECRET": secret}, **WORDS)
    assert secret not in str(refused.value)


def test_a_secret_that_the_environment_lacks_is_named():
    with pytest.raises(Disabled, match="CRM_SECRET is not set"):
        opened({"CRM_URL": "https://example.com"}, **WORDS)


def test_a_secret_stands_in_no_configuration(tmp_path):
    path = tmp_path / "targets.yml"
    words = {**WORDS, "secret_env": [SECRET]}
    path.write_text(yaml.safe_dump({"targets": {"crm": words}}))
    with pytest.raises(ValueError, match="secret_env") as refused:
        load(path, PURPOSES)
    assert SECRET not in str(refused.value)


def test_nothing_secret_is_shown_by_the_way_to_a_webhook(place):
    shown = repr(sender(place))
    assert SECRET not in shown
    assert place.url not in shown
