import pytest

from edge.activation import hashing
from edge.activation.hashing import sha256
from edge.activation.traits import Unsuitable


@pytest.mark.parametrize(
    ("text", "normalised", "digest"),
    [
        (
            "  ALEXZ@example.com  ",
            "alexz@example.com",
            "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a",
        ),
        (
            "Jefferson.LOVES.Hiking@googlemail.com",
            "jeffersonloveshiking@googlemail.com",
            None,
        ),
        ("A.B@gmail.com", "ab@gmail.com", None),
        ("a.b@gmail.co", "a.b@gmail.co", None),
        ("a+b@gmail.com", "a+b@gmail.com", None),
    ],
)
def test_an_address_is_normalised_as_google_does(text, normalised, digest):
    assert hashing.google_email(text) == normalised
    assert digest in (None, sha256(normalised))


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (
            "John_Smith@gmail.com",
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
        ),
        (
            " Mary@Example.com ",
            "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79",
        ),
    ],
)
def test_an_address_is_normalised_as_meta_does(text, digest):
    assert sha256(hashing.meta_email(text)) == digest


def test_meta_keeps_the_dots_that_google_drops():
    assert hashing.meta_email("A.B@gmail.com") == "a.b@gmail.com"


@pytest.mark.parametrize(
    "text",
    ["", "  ", "quinn", " @googlemail.com", " ...@gmail.com", "a b@x.org", "a@b@x.org", "a@"],
)
def test_what_is_no_address_is_refused_unquoted(text):
    with pytest.raises(Unsuitable) as refused:
        hashing.google_email(text)
    assert not text.strip() or text not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("1-800-555-0100   ", "US", "+18005550100"),
        ("+44-113-496-0987", None, "+441134960987"),
        ("(650)555-1212", "US", "+16505551212"),
        ("+1\u2011800\u2011555\u20110100", None, "+18005550100"),
        ("+49 (0)30 1234567", None, "+49301234567"),
        ("030 1234567", "DE", "+49301234567"),
    ],
)
def test_a_telephone_number_says_its_country_or_the_target_does(text, region, number):
    assert hashing.e164(text, region) == number
    assert hashing.meta_phone(text, region) == number[1:]


def test_the_hash_of_a_telephone_number_is_the_platforms():
    google = "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30"
    assert sha256(hashing.e164("1-800-555-0100   ", "US")) == google
    meta = "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"
    assert sha256(hashing.meta_phone("(650)555-1212", "US")) == meta


@pytest.mark.parametrize(
    "text", ["(650)555-1212", " +A BCD EFG ", "+1-800-FLOWERS", "", "+", "+1 23", "00441134960987"]
)
def test_a_telephone_number_is_not_guessed(text):
    with pytest.raises(Unsuitable):
        hashing.e164(text, None)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("givenname", "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814"),
        (" FamilyName", "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574"),
    ],
)
def test_a_name_is_hashed_as_google_does(text, digest):
    assert sha256(hashing.google_name(text)) == digest


def test_google_drops_every_blank_of_a_name():
    assert hashing.google_name(" Mary  Ann ") == "maryann"


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("Mary", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("정", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("Valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("Vale\u0301ry.", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ],
)
def test_a_name_is_hashed_as_meta_does(text, digest):
    assert sha256(hashing.meta_name(text)) == digest


def test_meta_takes_a_name_without_its_punctuation():
    assert hashing.meta_name(" O'Neil-Smith ") == "oneilsmith"


@pytest.mark.parametrize(
    ("text", "place"),
    [("São Paulo", "sãopaulo"), ("St. Louis (MO)", "stlouismo"), ("Paris 5", "paris")],
)
def test_a_place_is_letters_alone(text, place):
    assert hashing.meta_place(text) == place


def test_postal_codes_and_countries_follow_each_platform():
    assert hashing.google_postal_code(" 1229-076 ") == "1229-076"
    assert hashing.meta_postal_code(" 1229-076 ") == "1229"
    assert hashing.meta_postal_code("WC2H 8LG") == "wc2h8lg"
    assert hashing.google_country(" us") == "US"
    assert hashing.meta_country(" US") == "us"


@pytest.mark.parametrize("normalise", [hashing.google_country, hashing.meta_country])
@pytest.mark.parametrize("text", ["", "USA", "Germany", "1a"])
def test_what_is_no_country_is_refused(normalise, text):
    with pytest.raises(Unsuitable):
        normalise(text)


@pytest.mark.parametrize(
    "normalise",
    [hashing.google_name, hashing.meta_name, hashing.meta_place, hashing.google_postal_code],
)
def test_nothing_is_not_hashed(normalise):
    with pytest.raises(Unsuitable):
        normalise("  ")
