"""What was known at a moment: only what had arrived by then, and identities resolved from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.identity import resolution
from dagster_project.scratch.evaluation import PACKAGE
from dagster_project.statements import statement
from edge.statements import fill, literal

if TYPE_CHECKING:
    from datetime import datetime

    from dagster_project.keys import Keys
    from dagster_project.scratch.evaluation import Scratch

RAW = tuple(f"source.tessera.raw.{table}" for table in ("events", "online_retail", "customers"))
LINKED = "model.tessera.int_identifiers_linked"
RESOLVED = tuple(
    f"source.tessera.intermediate.{table}"
    for table in ("int_identifiers_resolved", "int_customers_merged")
)
ROOTS = (*RAW, *RESOLVED)


def begin(scratch: Scratch, moment: datetime, keys: Keys) -> None:
    """Start a scratch at one moment that knows nothing which arrived later.

    Merges of customers that came later are undone: the links of then are resolved by the same code.
    """
    scratch.begin([moment], of_others=ROOTS)
    arrival = f"timestamp {literal(moment.isoformat(sep=' '))}"
    scratch.connection.execute(fill(statement(PACKAGE, "raw_arrived"), {"arrival": arrival}))
    scratch.made |= {scratch.project.models[source].relation for source in RAW}
    scratch.lay([scratch.project.models[LINKED]], roots=RAW)
    resolution.resolve_identities(scratch.connection, salt=keys.salt, contact_key=keys.contact)
    scratch.made |= {scratch.project.models[source].relation for source in RESOLVED}
