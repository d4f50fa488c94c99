"""Which columns hold personal data, what they may be used for, where they go, and what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.publish import small_groups
from dagster_project.publish.files import replace_text
from dagster_project.publish.relations import CONTACTS, SCHEMAS
from dagster_project.reports import page
from dagster_project.statements import statement
from edge.consent import gate

if TYPE_CHECKING:
    import duckdb

    from edge.activation.targets import Targets
    from edge.consent.purposes import Purposes

FILE = "privacy.html"
LAST = "privacy.json"
PACKAGE = "dagster_project.privacy"
ID = "customer_id"  # with the segments somebody is in: what every message is about
# What dbt does not make: what sources sent, whatever they wrote there, and identities of it.
PAYLOADS = {
    "raw.events": ("user_id", "anonymous_id", "context", "properties", "traits"),
    "raw.rejected_events": ("payload",),
    "raw.customers": (
        "user_id", "email", "phone", "first_name", "last_name", "birthday", "street", "city",
        "postal_code", "traits",
    ),
    "raw.online_retail": ("customer",),
    "intermediate.int_identifiers_resolved": ("identifier",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column with personal data: its kind, and how far it gets (``reach``)."""

    relation: str
    column: str
    kind: str
    reach: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A column that a target maps, and for which purpose it leaves."""

    target: str
    purpose: str
    column: str
    is_contact: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose, and how many customers permit it; None where they are too few to say."""

    purpose: str
    legal_basis: str
    without_answer: str
    retention_days: int
    permitted: int | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A property that the tracking plan does not keep."""

    event: str
    property: str
    events: int


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything in the report; ``changes`` are lines that came (+) or went (-) since the last.

    There are none to tell (None) where this is the first audit.
    """

    at: datetime
    columns: Sequence[Column]
    flows: Sequence[Flow]
    uses: Sequence[Use]
    dropped: Sequence[Dropped]
    changes: Sequence[str] | None


def columns(manifest: Mapping[str, Any]) -> list[Column]:
    """Return every column with personal data: those that dbt declares, and payloads of sources."""
    found = [
        Column(relation, name, "payload", "not published")
        for relation, names in PAYLOADS.items()
        for name in names
    ]
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        relation = f"{node['schema']}.{node['name']}"
        for name, column in node["columns"].items():
            kind = column["meta"].get("pii") or (
                "sensitive" if "sensitive" in column["meta"] else None
            )
            if kind is not None:
                found.append(Column(relation, name, kind, _reach(relation)))
    return sorted(found, key=lambda column: (column.relation, column.column))


def flows(targets: Targets) -> list[Flow]:
    """Return every column that leaves by a target, our id of the person included."""
    return [
        Flow(name, target.purpose, source, source.startswith("contacts."))
        for name, target in targets.targets.items()
        for source in (*([ID] if target.tells_customer_id else []), *target.columns.values())
    ]


def read(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    *,
    targets: Targets,
    purposes: Purposes,
    landing: Path,
    reports: Path,
    at: datetime,
) -> Audit:
    """Read what the report says; the warehouse is open on ``connection``."""
    gate.install(connection, purposes, landing=landing)
    counted = dict(connection.execute(statement(PACKAGE, "permitted_counts")).fetchall())
    uses = [
        Use(
            name,
            purpose.legal_basis,
            purpose.without_answer,
            purpose.retention_days,
            None if small_groups.is_small(counted.get(name, 0)) else counted.get(name, 0),
        )
        for name, purpose in purposes.purposes.items()
    ]
    given = {"minimum": small_groups.minimum()}
    rows = connection.execute(statement(PACKAGE, "dropped"), given).fetchall()
    found = Audit(
        at=at,
        columns=columns(manifest),
        flows=flows(targets),
        uses=uses,
        dropped=[Dropped(*row) for row in rows],
        changes=None,
    )
    return replace(found, changes=changes(reports, found))


def changes(reports: Path, found: Audit) -> list[str] | None:
    """Return what came and what went since the last audit; None where there was none."""
    path = reports / LAST
    if not path.exists():
        return None
    before: list[str] = json.loads(path.read_text(encoding="utf-8"))
    now = _lines(found)
    return [
        *(f"+ {line}" for line in now if line not in set(before)),
        *(f"- {line}" for line in before if line not in set(now)),
    ]


def write(reports: Path, audit: Audit) -> Path:
    """Write ``privacy.html``, one page on its own, and what the next audit compares with."""
    written = page.write(reports / FILE, page.render("privacy.html", audit=audit))
    replace_text(reports / LAST, json.dumps(_lines(audit), indent=1))
    return written


def _reach(relation: str) -> str:
    if relation in CONTACTS:
        return "contacts only"
    return "pseudonymous" if relation.split(".")[0] in SCHEMAS else "not published"


def _lines(audit: Audit) -> list[str]:
    """Say everything but numbers of people as lines that can be compared."""
    return sorted(
        [
            *(f"{x.relation}.{x.column} holds {x.kind}: {x.reach}" for x in audit.columns),
            *(f"{x.column} leaves by {x.target} for {x.purpose}" for x in audit.flows),
            *(
                f"{x.purpose}: {x.legal_basis}, {x.without_answer} without an answer, "
                f"{x.retention_days} days"
                for x in audit.uses
            ),
        ]
    )
