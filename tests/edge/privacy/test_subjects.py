"""Whose an event is, and where a text stands alone."""

import pytest

from edge.privacy.subjects import (
    Name,
    Subject,
    keyed,
    names_of,
    normalised_email,
    normalised_phone,
    pattern,
)

ANN = Subject(
    customer_ids=("c1",),
    names=frozenset({Name("shop", "user_id", "ann"), Name("", "email", "ann@example.com")}),
)


@pytest.mark.parametrize(
    "document",
    [
        {"userId": "ann"},
        {"userId": "bob", "previousId": "ann"},
        {"anonymousId": "x", "context": {"traits": {"email": " Ann@Example.COM "}}},
        {"type": "identify", "anonymousId": "x", "traits": {"email": "ann@example.com"}},
    ],
)
def test_an_event_with_an_identifier_of_theirs_is_theirs(document):
    assert ANN.owns(document, "shop")


@pytest.mark.parametrize(
    "document",
    [
        {"userId": "anna"},
        {"userId": "bob", "properties": {"to": "ann@example.com"}},
        {"type": "group", "userId": "bob", "traits": {"email": "ann@example.com"}},
        {"userId": None, "context": ["ann"]},
        ["ann"],
        None,
    ],
)
def test_an_event_that_only_mentions_them_is_not(document):
    assert not ANN.owns(document, "shop")


def test_an_id_belongs_to_its_namespace():
    assert not ANN.owns({"userId": "ann"}, "app")


def test_numbers_stand_for_ids_where_a_source_sent_them():
    assert Name("shop", "user_id", "7") in names_of({"userId": 7}, "shop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" A@B.de", "a@b.de"), ("a@b", None), ("a b@c.de", None), (None, None), (7, None)],
)
def test_an_email_is_compared_as_identity_compares_it(text, expected):
    assert normalised_email(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(+999) 100 0000037", "+9991000000037"),
        ("0049 170-12345678", "+4917012345678"),
        ("0170 12345678", None),
        (None, None),
    ],
)
def test_a_phone_is_compared_as_identity_compares_it(text, expected):
    assert normalised_phone(text) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"ann@example.com",
        b'{"to":"ANN@Example.com"}',
        b"see ann@example.com.",
        b"?to=ann%40example.com&x",
        b"line\\nann@example.com",
        b"<ann@example.com>",
    ],
)
def test_a_text_is_found_where_it_stands_alone(content):
    assert pattern(["ann@example.com"]).search(content)


@pytest.mark.parametrize(
    "content",
    [b"joann@example.com", b"ann@example.com.au", b"ann@example.community", b"jo.ann@example.com"],
)
def test_a_text_within_another_one_is_another_one(content):
    assert not pattern(["ann@example.com"]).search(content)


def test_ids_are_told_apart_by_case_and_escaped_ones_are_found():
    found = pattern(["Jürgen/1"])
    assert found.search(b'"J\\u00fcrgen/1"')
    assert found.search("Jürgen\\/1".encode())
    assert not found.search("jürgen/1".encode())


def test_no_texts_make_no_pattern():
    assert pattern([]) is None


def test_short_numbers_do_not_tell_a_person():
    texts = Subject((), frozenset({Name("s", "user_id", "17850"), Name("s", "user_id", "u1785")}))
    assert texts.telling_texts() == ("u1785",)


def test_a_hash_depends_on_key_context_type_and_namespace():
    name = Name("shop", "user_id", "ann")
    others = [name._replace(namespace="app"), name._replace(type="anonymous_id")]
    hashes = [keyed(b"k", "suppression", x) for x in (name, *others)]
    hashes += [keyed(b"l", "suppression", name), keyed(b"k", "guard", name)]
    assert len(set(hashes)) == 5


def test_a_subject_is_read_as_it_was_written():
    assert Subject.of(ANN.as_dict()) == ANN
