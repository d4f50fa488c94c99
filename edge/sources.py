"""What each folder of the landing area holds, read from ``config/sources.yml``."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.configuration import read

LEDGER = "tessera_ledger"
NAME = re.compile(r"[a-z][a-z0-9_]*")

Kind = Literal["events", "online_retail", "customers", "weather"]
CustomerColumn = Literal[
    "user_id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "birthday",
    "age",
    "gender",
    "street",
    "city",
    "postal_code",
    "country",
    "preferred_channel",
    "updated_at",
]
CUSTOMER_COLUMNS: tuple[str, ...] = get_args(CustomerColumn)
Name = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
Header = Annotated[str, Field(min_length=1)]


class Source(BaseModel):
    """One source. An unknown key is an error, so a typo is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Kind
    namespace: Name | None = None
    columns: Mapping[CustomerColumn, Header] | None = None

    @model_validator(mode="after")
    def _columns_fit_the_kind(self) -> Self:
        if self.kind == "customers" and "user_id" not in (self.columns or {}):
            raise ValueError("a source of customers needs columns, user_id at least")
        if self.kind != "customers" and self.columns is not None:
            raise ValueError(f"columns are for customers only, not for {self.kind}")
        headers = [header.casefold() for header in (self.columns or {}).values()]
        if len(set(headers)) < len(headers):
            raise ValueError("two of our columns name the same column of the file")
        return self


class Sources(BaseModel):
    """Every source that the configuration names; a source that it does not name holds events."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sources: Mapping[Name, Source] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _the_ledger_is_ours(self) -> Self:
        if LEDGER in self.sources:
            raise ValueError(f"{LEDGER} is kept by the platform and is no source")
        return self

    def source(self, name: str) -> Source:
        """Return what is known of a source, by default that it holds events."""
        return self.sources.get(name, Source(kind="events"))

    def kind(self, name: str) -> Kind:
        """Return what a source's files hold."""
        return self.source(name).kind

    def namespace(self, name: str) -> str:
        """Return whose identifiers a source's user_id and anonymous_id are."""
        return self.source(name).namespace or name

    def columns(self, name: str) -> dict[str, str]:
        """Return the file's column for each of our customer columns."""
        return {str(ours): theirs for ours, theirs in (self.source(name).columns or {}).items()}


def load(path: Path) -> Sources:
    """Read the configuration; an error says in one line what is wrong and where."""
    return read(path, Sources)
