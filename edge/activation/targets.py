"""What targets are: their configuration, and the role that each kind of target plays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Protocol

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge.configuration import read
from edge.consent.purposes import Name, Purposes

CONTACTS = "contacts"
SOURCES = {
    "customers": "warehouse.marts.dim_customers",
    "features": "warehouse.features.ftr_customers",
    CONTACTS: "contacts.marts.dim_customer_contacts",
}
RESERVED = frozenset(
    {"operation", "operation_rank", "reason", "segment", "customer_id", "fingerprint"}
)
CATALOGS = frozenset({"warehouse", "contacts", "temp", "system", "memory"})

Reference = Annotated[str, Field(pattern=rf"^({'|'.join(SOURCES)})\.[a-z_][a-z0-9_]*$")]


class FilesTarget(BaseModel):
    """Files that another system picks up. An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["files"]
    format: Literal["csv", "jsonl"]
    purpose: Name
    columns: Mapping[Name, Reference] = Field(default_factory=dict)
    current_file: bool = False

    @field_validator("columns")
    @classmethod
    def _columns_are_free(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        taken = sorted(RESERVED.intersection(columns))
        if taken:
            raise ValueError(f"{', '.join(taken)} is written by us: choose another name")
        return columns

    @property
    def maps_contacts(self) -> bool:
        """Whether contact data leaves by this target."""
        return any(source.startswith(f"{CONTACTS}.") for source in self.columns.values())


TargetConfig = FilesTarget  # a union, told apart by ``kind``, once there are other kinds


class Targets(BaseModel):
    """Every target by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    targets: Mapping[Name, TargetConfig]

    @field_validator("targets")
    @classmethod
    def _names_are_free(cls, targets: Mapping[str, TargetConfig]) -> Mapping[str, TargetConfig]:
        taken = sorted(CATALOGS.intersection(targets))
        if taken:
            raise ValueError(f"{', '.join(taken)} names something else here: choose another name")
        return targets


class Target(Protocol):
    """The way to one place that acts on segments.

    A sync is staged, recorded, delivered and acknowledged, in this order. It may be killed after
    any step and is then taken up again: ``deliver`` of the same sync twice is the same as once.
    """

    def stage(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Prepare what ``temp.changes`` says, out of the receiver's sight."""

    def deliver(self, connection: duckdb.DuckDBPyConnection, sync_id: str) -> None:
        """Send what is in ``outbox``, removals first, and set the status of each row there.

        A row that is not ``delivered`` stays unacknowledged: the next sync finds it again.
        """

    def discard(self) -> None:
        """Remove what was staged for a sync that was never recorded."""


def load(path: Path, purposes: Purposes) -> Targets:
    """Read ``config/targets.yml``; raise ValueError with one line where it is wrong."""
    targets = read(path, Targets)
    for name, target in targets.targets.items():
        purpose = purposes.purposes.get(target.purpose)
        if purpose is None:
            known = ", ".join(sorted(purposes.purposes))
            raise ValueError(f"{path}: {name}: no purpose {target.purpose!r}; there are {known}")
        if target.maps_contacts and not purpose.contact_data:
            raise ValueError(
                f"{path}: {name}: the purpose {target.purpose} may not have contact data"
            )
    return targets
