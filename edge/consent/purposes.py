"""What data may be used for, read from ``config/purposes.yml``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge.configuration import read

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


class Purpose(BaseModel):
    """One purpose. An unknown key is an error, so a typo is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    description: str
    without_answer: Literal["granted", "denied"]
    contact_data: bool = False


class Purposes(BaseModel):
    """Every purpose; one that is not here is granted by nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    purposes: Mapping[Name, Purpose]


def load(path: Path) -> Purposes:
    """Read the configuration; raise ValueError with one line where it is wrong."""
    return read(path, Purposes)
