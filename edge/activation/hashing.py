"""Identifiers as advertising platforms compare them: normalised by their rules, then hashed."""

import hashlib
import re
import unicodedata
from collections.abc import Callable

import phonenumbers

from edge.activation.traits import Unsuitable

GMAIL = frozenset({"gmail.com", "googlemail.com"})  # where a dot in the local part means nothing
_COUNTRY = re.compile("[A-Za-z]{2}")
_SPACE = re.compile(r"\s+")

Normalise = Callable[[str], str]


def sha256(text: str) -> str:
    """Return the hash of a normalised text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def google_email(text: str) -> str:
    """Return an address trimmed and lower-cased; a dot counts for nothing at Google's own."""
    local, domain = _address(text)
    if domain in GMAIL:
        local = local.replace(".", "")
    if not local:
        raise Unsuitable("an e-mail address has a name before @")
    return f"{local}@{domain}"


def meta_email(text: str) -> str:
    """Return an address trimmed and lower-cased."""
    return "@".join(_address(text))


def e164(text: str, region: str | None) -> str:
    """Return a telephone number as ``+`` and digits; it says its country, or ``region`` does."""
    given = text.strip()
    if any(character.isalpha() for character in given):
        raise Unsuitable("a telephone number has no letters")
    try:
        number = phonenumbers.parse(given, region)
    except phonenumbers.NumberParseException:
        raise Unsuitable("a telephone number without its country, or none at all") from None
    if not phonenumbers.is_possible_number(number):
        raise Unsuitable("a telephone number of an impossible length")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def meta_phone(text: str, region: str | None) -> str:
    """Return a telephone number as digits that begin with the country's."""
    return e164(text, region).removeprefix("+")


def google_name(text: str) -> str:
    """Return a name lower-cased, without any blank."""
    return _some(_SPACE.sub("", _composed(text)).lower(), "a name")


def meta_name(text: str) -> str:
    """Return a name trimmed, lower-cased, without punctuation; letters keep their accents."""
    kept = [c for c in _composed(text).lower() if not unicodedata.category(c).startswith("P")]
    return _some("".join(kept).strip(), "a name")


def meta_place(text: str) -> str:
    """Return a city or state in lower-case letters alone."""
    kept = [c for c in _composed(text).lower() if unicodedata.category(c)[0] in "LM"]
    return _some("".join(kept), "a place")


def google_postal_code(text: str) -> str:
    """Return a postal code trimmed; it is not hashed."""
    return _some(text.strip(), "a postal code")


def meta_postal_code(text: str) -> str:
    """Return a postal code lower-cased, without blanks, up to a hyphen."""
    return _some(_SPACE.sub("", text.lower()).split("-")[0], "a postal code")


def google_country(text: str) -> str:
    """Return a country of two letters in upper case; it is not hashed."""
    return _country(text).upper()


def meta_country(text: str) -> str:
    """Return a country of two letters in lower case."""
    return _country(text).lower()


def _address(text: str) -> tuple[str, str]:
    given = text.strip().lower()
    local, at, domain = given.partition("@")
    if not (local and at and domain) or "@" in domain or _SPACE.search(given):
        raise Unsuitable("an e-mail address is a name, one @ and a domain, without blanks")
    return local, domain


def _country(text: str) -> str:
    given = text.strip()
    if not _COUNTRY.fullmatch(given):
        raise Unsuitable("a country is a code of two letters")
    return given


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _some(text: str, what: str) -> str:
    if not text:
        raise Unsuitable(f"{what} is empty")
    return text
