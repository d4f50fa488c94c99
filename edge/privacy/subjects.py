"""Whom a request concerns: every identifier of one person, and the texts that name them."""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from urllib.parse import quote

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"(\+|00)([1-9][0-9]{7,14})")
NOT_DIALLED = re.compile(r"[^0-9+]")
TELLING = 5  # characters from which a text with a letter in it names somebody by itself
TELLING_DIGITS = 8  # and without one
CONTACTS = ("email", "phone")


class Name(NamedTuple):
    """One identifier; an e-mail or a phone has no namespace."""

    namespace: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One person: their customer ids (merged ones too), identifiers, and hashes of these.

    ``names`` leaves out what is shared with others: it names nobody alone. ``spellings`` are their
    contacts as sources wrote them.
    """

    customer_ids: tuple[str, ...]
    names: frozenset[Name]
    pseudonyms: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Return every text that stands for this person, longest first."""
        found = {*self.customer_ids, *self.pseudonyms, *self.spellings}
        found |= {name.text for name in self.names}
        return tuple(sorted(found, key=_by_length))

    def telling_texts(self) -> tuple[str, ...]:
        """Return the texts that name the person wherever they stand: no mere numbers."""
        return tuple(text for text in self.texts() if _is_telling(text))

    def as_dict(self) -> dict[str, Any]:
        """Return what ``of`` reads again."""
        return {
            "customer_ids": list(self.customer_ids),
            "names": [list(name) for name in sorted(self.names)],
            "pseudonyms": list(self.pseudonyms),
            "spellings": list(self.spellings),
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return the subject that was written down."""
        return cls(
            customer_ids=tuple(content["customer_ids"]),
            names=frozenset(Name(*name) for name in content["names"]),
            pseudonyms=tuple(content["pseudonyms"]),
            spellings=tuple(content["spellings"]),
        )

    def owns(self, document: object, namespace: str) -> bool:
        """Say whether an event is this person's: one of its identifiers is theirs alone."""
        return any(name in self.names for name in names_of(document, namespace))


def normalised_email(text: object) -> str | None:
    """Return an e-mail address as identity compares it."""
    trimmed = text.strip() if isinstance(text, str) else ""
    return trimmed.lower() if EMAIL.fullmatch(trimmed) else None


def normalised_phone(text: object) -> str | None:
    """Return a phone number as identity compares it."""
    found = PHONE.fullmatch(NOT_DIALLED.sub("", text)) if isinstance(text, str) else None
    return f"+{found[2]}" if found else None


def names_of(document: object, namespace: str) -> list[Name]:
    """Return the identifiers of an event in the Segment spec, well-formed or not."""
    if not isinstance(document, dict):
        return []
    names = []
    for field, types in (
        ("userId", ("user_id",)),
        ("anonymousId", ("anonymous_id",)),
        ("previousId", ("user_id", "anonymous_id")),
    ):
        value = document.get(field)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            names += [Name(namespace, type_, str(value)) for type_ in types]
    context = document.get("context")
    given = [context.get("traits")] if isinstance(context, dict) else []
    if document.get("type") == "identify":
        given.append(document.get("traits"))
    for traits in given:
        if isinstance(traits, dict):
            names += contacts(traits.get("email"), traits.get("phone"))
    return names


def contacts(email: object, phone: object) -> list[Name]:
    """Return the contacts among two texts as identifiers."""
    found = {"email": normalised_email(email), "phone": normalised_phone(phone)}
    return [Name("", type_, text) for type_, text in found.items() if text is not None]


def keyed(key: bytes, context: str, name: Name) -> str:
    """Return the keyed hash of an identifier in a context of its own, in hexadecimal digits."""
    # user and anonymous ids are those of a namespace; a text may hold any character
    said = "|".join((context, name.type, name.namespace, name.text))
    return hmac.digest(key, said.encode(), "sha256").hex()


def pattern(texts: Iterable[str]) -> re.Pattern[bytes] | None:
    """Return what finds any of the texts where it stands alone; None for no texts.

    A text within a longer word, number or address is another one.
    """
    alternatives = sorted({form for text in texts for form in forms(text)}, key=_by_length)
    if not alternatives:
        return None
    either = "|".join(f"(?i:{re.escape(x)})" if "@" in x else re.escape(x) for x in alternatives)
    # before it, the letter of an escape such as \n is no part of a word
    before = rb"(?:(?<![\w.@+-])|(?<=\\[nrtbf]))"
    return re.compile(before + rb"(?:" + either.encode() + rb")(?![\w@+-]|\.\w)")


def forms(text: str) -> set[str]:
    """Return a text as files may hold it: plain, in a URL, and escaped in JSON."""
    in_url = quote(text, safe="") if "@" in text else text
    return {text, in_url, json.dumps(text)[1:-1], text.replace("/", "\\/")}


def _by_length(text: str) -> tuple[int, str]:
    return -len(text), text


def _is_telling(text: str) -> bool:
    if any(character.isalpha() for character in text):
        return len(text) >= TELLING
    return sum(character.isdigit() for character in text) >= TELLING_DIGITS
