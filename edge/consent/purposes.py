"""What data may be used for, read from ``config/purposes.yml``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.configuration import read

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=1, le=36_500)]
LegalBasis = Literal[
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
]


class Purpose(BaseModel):
    """One purpose. An unknown key is an error, so a typo is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    description: str
    without_answer: Literal["granted", "denied"]
    legal_basis: LegalBasis
    retention_days: Days
    contact_data: bool = False
    explicit: bool = False
    attributes: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consent_is_asked_for(self) -> Self:
        if self.legal_basis == "consent" and self.without_answer == "granted":
            raise ValueError("legal_basis consent means denied without an answer")
        if self.explicit and self.legal_basis != "consent":
            raise ValueError("what is explicit rests on consent")
        if self.attributes and not self.explicit:
            raise ValueError("sensitive attributes need explicit consent")
        return self


class Purposes(BaseModel):
    """Every purpose; one that is not here is granted by nobody.

    ``deleted_after_days`` after a person's last trace all of theirs is deleted; None is never.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    purposes: Mapping[Name, Purpose]
    deleted_after_days: Days | None = None

    @model_validator(mode="after")
    def _nothing_in_use_is_deleted(self) -> Self:
        if self.deleted_after_days is not None and self.deleted_after_days < self.longest_days:
            raise ValueError(
                f"deleted_after_days must be at least {self.longest_days}, the longest "
                f"retention_days of a purpose, got {self.deleted_after_days}"
            )
        return self

    @property
    def sensitive(self) -> Mapping[str, str]:
        """The purpose that each sensitive column may be used for."""
        return {
            column: name for name, purpose in self.purposes.items() for column in purpose.attributes
        }

    @property
    def longest_days(self) -> int:
        """How long anything may be used for anything."""
        return max((x.retention_days for x in self.purposes.values()), default=0)

    @property
    def contact_days(self) -> int:
        """How long contact data is kept after a person's last trace: what the longest use needs."""
        kept = [x.retention_days for x in self.purposes.values() if x.contact_data]
        return max(kept, default=0)

    def refuse_sensitive(self, columns: Mapping[str, str], purpose: str) -> None:
        """Raise ValueError where a sensitive column would be used for another purpose.

        ``columns`` are references, such as ``features.gender``, by the name they get.
        """
        for source in columns.values():
            needed = self.sensitive.get(source.split(".")[-1])
            if needed is not None and needed != purpose:
                raise ValueError(
                    f"{source} is sensitive and needs explicit consent: only the purpose {needed} "
                    f"may use it, not {purpose}"
                )


def load(path: Path) -> Purposes:
    """Read the configuration; raise ValueError with one line where it is wrong."""
    return read(path, Purposes)
