import pytest

from edge.activation.hashing import sha256
from edge.activation.rows import Disabled, Unavailable
from tests.edge.activation.kinds.sending import configured, opened, row, statuses

WORDS = {
    "kind": "google_customer_match",
    "url_env": "ADS_URL",
    "token_env": "ADS_TOKEN",
    "account_id": "1234567890",
    "accepts_customer_match_terms": True,
    "audiences": {"loyal": "111", "new": "222"},
    "purpose": "ads",
    "columns": {
        "email": "contacts.email",
        "phone": "contacts.phone",
        "first_name": "contacts.first_name",
        "last_name": "contacts.last_name",
        "country": "contacts.country",
        "postal_code": "contacts.postal_code",
    },
    "phone_region": "US",
    "allow_private_addresses": True,
}
ANN = {
    "email": "  ALEXZ@example.com  ",
    "phone": "1-800-555-0100   ",
    "first_name": "givenname",
    "last_name": "familyname",
    "country": " us",
    "postal_code": " 1229-076 ",
}
HASHED = [
    {"emailAddress": "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a"},
    {"phoneNumber": "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"},
    {
        "address": {
            "givenName": "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814",
            "familyName": "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574",
            "regionCode": "US",
            "postalCode": "1229-076",
        }
    },
]


def sender(place, **words):
    return opened({"ADS_URL": place.url, "ADS_TOKEN": "planted"}, **{**WORDS, **words})


def test_an_addition_carries_hashes_consent_and_terms(place):
    assert statuses(sender(place).send([row("ann", **ANN)])) == ["delivered"]

    (asked,) = place.asked
    assert (asked.method, asked.path) == ("POST", "/v1/audienceMembers:ingest")
    assert asked.headers["authorization"] == "Bearer planted"
    assert asked.content == {
        "destinations": [
            {
                "operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "1234567890"},
                "productDestinationId": "111",
            }
        ],
        "audienceMembers": [{"userData": {"userIdentifiers": HASHED}}],
        "encoding": "HEX",
        "consent": {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"},
        "termsOfService": {"customerMatchTermsOfServiceStatus": "ACCEPTED"},
    }


def test_a_removal_names_the_same_hashes(place):
    sender(place, login_account_id="0987654321").send([row("ann", "remove", **ANN)])

    (asked,) = place.asked
    assert asked.path == "/v1/audienceMembers:remove"
    assert set(asked.content) == {"destinations", "audienceMembers", "encoding"}
    assert asked.content["audienceMembers"] == [{"userData": {"userIdentifiers": HASHED}}]
    assert asked.content["destinations"][0]["loginAccount"]["accountId"] == "0987654321"


def test_nothing_that_is_not_hashed_or_public_leaves(place):
    sender(place).send([row("customer-of-ours", **{**ANN, "first_name": "Planted"})])
    body = place.asked[0].body.decode().lower()
    for secret in ("planted", "alexz", "800555", "customer-of-ours"):
        assert secret not in body


def test_each_audience_gets_requests_of_its_own_removals_in_their_place(place):
    rows = [
        row("ann", "remove", email="a@x.org"),
        row("bob", email="b@x.org"),
        row("bob", segment="new", email="b@x.org"),
    ]
    assert statuses(sender(place).send(rows)) == ["delivered"] * 3
    assert [
        (asked.path[-6:], asked.content["destinations"][0]["productDestinationId"])
        for asked in place.asked
    ] == [("remove", "111"), ("ingest", "111"), ("ingest", "222")]


def test_what_cannot_be_normalised_is_left_out_and_nobody_is_sent_without_anything(place):
    answers = sender(place, phone_region=None).send(
        [
            row("ann", email="a@x.org", phone="(650)555-1212", first_name="Ann"),
            row("bob", email="planted", phone="(650)555-1212"),
            row("cat", first_name="Cat", last_name="C", country="US"),
            row("dan"),
        ]
    )
    assert statuses(answers) == ["delivered", "rejected", "rejected", "rejected"]
    assert "planted" not in answers[1].reason
    members = place.asked[0].content["audienceMembers"]
    assert members == [{"userData": {"userIdentifiers": [{"emailAddress": sha256("a@x.org")}]}}]


def test_a_segment_without_an_audience_fails_until_it_has_one(place):
    answers = sender(place).send(
        [row("ann", email="a@x.org"), row("ann", segment="other", email="a@x.org")]
    )
    assert statuses(answers) == ["delivered", "failed"]
    assert len(place.asked) == 1


def test_a_token_that_ran_out_is_disabled_and_not_quoted(place):
    place.answer(401)
    way = sender(place)
    with pytest.raises(Disabled) as refused:
        way.send([row(email="a@x.org")])
    assert "planted" not in str(refused.value) + repr(way)


def test_a_limit_of_calls_is_waited_for(place):
    place.answer(429, retry_after="30")
    with pytest.raises(Unavailable) as later:
        sender(place).send([row(email="a@x.org")])
    assert (later.value.is_certain, later.value.retry_after) == (True, 30.0)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"columns": {"email": "contacts.email", "street": "contacts.street"}}, "street: google"),
        ({"columns": {"first_name": "contacts.first_name"}}, "nobody is found"),
        ({"account_id": "123-456-7890"}, "account_id"),
        ({"accepts_customer_match_terms": False}, "accepts_customer_match_terms"),
        ({"phone_region": "us"}, "phone_region"),
        ({"batch_rows": 10_001}, "batch_rows"),
    ],
)
def test_a_configuration_that_google_would_refuse_is_refused_here(words, reason):
    with pytest.raises(ValueError, match=reason):
        configured(**{**WORDS, **words})
