"""Members of advertising audiences: which columns a platform takes, and in which form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from edge.activation import hashing
from edge.activation.hashing import Normalise, sha256
from edge.activation.mapping import Mapped, Variable
from edge.activation.rows import Answer, Row
from edge.activation.traits import Unsuitable, text_of
from edge.activation.variables import variable
from edge.consent.purposes import Name

Platform = Literal["google", "meta"]
Region = Annotated[str, Field(pattern="^[A-Z]{2}$")]
MEMBERS = 10_000  # in one request, at either platform


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a platform calls a column, and how it wants its values."""

    header: str
    normalise: Callable[[str | None], Normalise]  # by the region of telephone numbers
    is_hashed: bool = True


def _plainly(normalise: Normalise) -> Callable[[str | None], Normalise]:
    return lambda _: normalise


def _regional(normalise: Callable[[str, str | None], str]) -> Callable[[str | None], Normalise]:
    return lambda region: lambda text: normalise(text, region)


IDENTIFIERS: Mapping[Platform, Mapping[str, Identifier]] = {
    "google": {
        "email": Identifier("Email", _plainly(hashing.google_email)),
        "phone": Identifier("Phone", _regional(hashing.e164)),
        "first_name": Identifier("First Name", _plainly(hashing.google_name)),
        "last_name": Identifier("Last Name", _plainly(hashing.google_name)),
        "country": Identifier("Country", _plainly(hashing.google_country), is_hashed=False),
        "postal_code": Identifier("Zip", _plainly(hashing.google_postal_code), is_hashed=False),
    },
    "meta": {
        "email": Identifier("EMAIL", _plainly(hashing.meta_email)),
        "phone": Identifier("PHONE", _regional(hashing.meta_phone)),
        "first_name": Identifier("FN", _plainly(hashing.meta_name)),
        "last_name": Identifier("LN", _plainly(hashing.meta_name)),
        "city": Identifier("CT", _plainly(hashing.meta_place)),
        "state": Identifier("ST", _plainly(hashing.meta_place)),
        "postal_code": Identifier("ZIP", _plainly(hashing.meta_postal_code)),
        "country": Identifier("COUNTRY", _plainly(hashing.meta_country)),
    },
}
# Alone these say nothing of a person; Google takes them all together or not at all.
ADDRESS = frozenset({"first_name", "last_name", "country", "postal_code"})
SUFFICIENT = frozenset({"email", "phone"})


class AudienceTarget(Mapped):
    """What targets at advertising platforms have in common; a kind says its ``platform``.

    ``audiences`` says which audience there is which segment. ``phone_region`` is the country of
    telephone numbers that do not say theirs; without it they are left out, not guessed.
    """

    platform: ClassVar[Platform]
    token_env: Variable
    url_env: Variable | None = None
    audiences: Mapping[Name, Annotated[str, Field(pattern="^[0-9]+$")]]
    phone_region: Region | None = None
    batch_rows: Annotated[int, Field(ge=1, le=MEMBERS)] = 5000
    allow_private_addresses: bool = False

    @field_validator("columns")
    @classmethod
    def _columns_are_known(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        known_columns(cls.platform, columns)
        return columns

    @property
    def identifying_columns(self) -> frozenset[str]:
        """The platform knows people by every column: see ``Typed``."""
        return frozenset(self.columns)

    @property
    def tells_customer_id(self) -> bool:
        """Whether each row says our id: platforms know people by hashes."""
        return False

    def address(self, environment: Mapping[str, str], usual: str) -> str:
        """Return where the platform's API is: as the environment says, else the usual place."""
        if self.url_env is None:
            return usual
        return variable(environment, self.url_env).rstrip("/")


def known_columns(platform: Platform, columns: Mapping[str, str]) -> None:
    """Raise ValueError for a column that the platform has no use for."""
    unknown = sorted(set(columns) - set(IDENTIFIERS[platform]))
    if unknown:
        known = ", ".join(IDENTIFIERS[platform])
        raise ValueError(f"{', '.join(unknown)}: {platform} takes {known}")
    if not (SUFFICIENT & set(columns) or set(columns) >= ADDRESS):
        raise ValueError(
            f"map email, phone or all of {', '.join(sorted(ADDRESS))}: "
            "nobody is found by anything less"
        )


def identifiers(
    platform: Platform, fields: Mapping[str, Any], region: str | None
) -> dict[str, str]:
    """Return what the platform is told of a person, by our names of columns.

    What cannot be normalised is left out; raises Unsuitable where nobody is found by the rest.
    """
    found: dict[str, str] = {}
    reasons = []
    for column, known in IDENTIFIERS[platform].items():
        value = fields.get(column)
        if value is None or not text_of(value).strip():
            continue
        try:
            normalised = known.normalise(region)(text_of(value))
            found[column] = sha256(normalised) if known.is_hashed else normalised
        except Unsuitable as error:
            reasons.append(str(error))
    if not (SUFFICIENT & found.keys() or found.keys() >= ADDRESS):
        raise Unsuitable("; ".join(reasons) or "no e-mail address, telephone number or address")
    return found


def parts(
    rows: Sequence[Row],
    places: Sequence[int],
    answers: dict[int, Answer],
    audiences: Mapping[str, str],
) -> Iterator[tuple[bool, str, list[int]]]:
    """Return what goes in one request: whether it removes, the audience, and the rows' places.

    Rows keep their order. One whose segment has no audience yet fails, and is tried again.
    """
    for place in places:
        if rows[place].segment not in audiences:
            answers[place] = Answer("failed", "the segment has no audience in the configuration")
    known = [place for place in places if rows[place].segment in audiences]
    for (is_removal, segment), group in groupby(
        known, key=lambda place: (rows[place].operation == "remove", rows[place].segment)
    ):
        yield is_removal, audiences[segment], list(group)
