"""What a sync is about to do, to be shown before anything is sent."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from edge.activation.targets import CONTACTS, TargetConfig
from edge.statements import statement

PACKAGE = "edge.activation"
MASK = "***"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sync would do to one segment at one target.

    ``refused`` rows were rejected for good before and are left alone; ``held_back`` are members
    without consent.
    """

    segment: str
    status: str
    added: int
    updated: int
    removed: int
    refused: int
    members: int
    held_back: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a plan; contact data shows no more than its first letter."""

    operation: Literal["remove", "update", "add"]
    segment: str
    customer_id: str
    reason: str | None
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync of one target is about to do, and why it may not unless confirmed."""

    target: str
    segments: tuple[Planned, ...]
    samples: tuple[Sample, ...]
    refusal: str | None

    @property
    def changes(self) -> int:
        """How many rows would be sent."""
        return sum(x.added + x.updated + x.removed for x in self.segments)


def read(
    connection: duckdb.DuckDBPyConnection, target: str, config: TargetConfig, refusal: str | None
) -> Plan:
    """Return what ``temp.changes`` says, with samples that are safe to show."""
    repeated = connection.execute(statement(PACKAGE, "repeated_member")).fetchone()
    if repeated is not None:
        raise RuntimeError(f"{repeated[0]} has a member twice, so nothing was sent to {target}")
    masked = {name for name, source in config.columns.items() if source.startswith(f"{CONTACTS}.")}
    segments = connection.execute(statement(PACKAGE, "outcome")).fetchall()
    samples = connection.execute(statement(PACKAGE, "samples")).fetchall()
    return Plan(
        target,
        tuple(Planned(*row) for row in segments),
        tuple(
            Sample(operation, segment, customer_id, reason, _masked(fields, masked))
            for operation, segment, customer_id, reason, fields in samples
        ),
        refusal,
    )


def _masked(fields: str | None, masked: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(fields or "{}") or {}
    return {
        name: f"{str(value)[:1]}{MASK}" if name in masked and value is not None else value
        for name, value in values.items()
    }
