"""Identity resolution on the warehouse: reads the links that dbt made, writes who is who."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb
import pandas as pd
import yaml

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.statements import statement
from ml import identity

PACKAGE = "dagster_project.identity"
BEFORE_ALL = datetime.fromisoformat("0001-01-01")  # without a zone, as the warehouse keeps time


@dataclass(frozen=True, slots=True)
class Counts:
    """What a resolution found; ``is_unchanged`` when there was nothing new to resolve."""

    identifiers: int
    customers: int
    merges: int
    shared_devices: int
    guarded_contacts: int
    is_unchanged: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a resolution went: its method, and the links that it had read."""

    method: str
    arrival: int | None
    links: int
    links_hash: str | None
    loaded_at: datetime | None


def max_people() -> Mapping[str, int]:
    """Return how many people an identifier may tie together, from the vars of the dbt project."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    limits: Mapping[str, int] = project["vars"]["identity_max_people"]
    return limits


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what a resolution writes, empty, where it is missing: dbt reads it from the start."""
    connection.execute(statement(PACKAGE, "tables"))


def resolve_identities(
    connection: duckdb.DuckDBPyConnection, *, salt: bytes, contact_key: bytes
) -> Counts:
    """Give every identifier its customer, all in one transaction.

    Only the groups of identifiers that new links touch are resolved, unless the links that were
    there, the keys or the limits are not what they were: then all are.
    """
    create_tables(connection)
    limits = max_people()
    guarded = [row[0] for row in connection.execute(statement(PACKAGE, "guards")).fetchall()]
    method = _method(salt, contact_key, limits, guarded)
    held = connection.table("ops.identity_progress").fetchall()
    before = Progress(*held[0]) if len(held) == 1 else None
    now, known = _links(connection, method, before)
    if before is not None and (before.method, before.links, before.links_hash) != known:
        before = None  # other keys, other limits or lost links: all that was resolved is void
    if now != before:
        connection.begin()
        try:
            links = _read(connection, before)
            resolution = identity.resolve(
                links,
                salt=salt,
                contact_key=contact_key,
                max_people=limits,
                guarded=guarded,
            )
            _replace(connection, resolution, now)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
    identifiers, customers, merges, shared_devices, guarded_contacts = connection.execute(
        statement(PACKAGE, "counts")
    ).fetchall()[0]
    return Counts(
        identifiers, customers, merges, shared_devices, guarded_contacts, is_unchanged=now == before
    )


def _method(
    salt: bytes, contact_key: bytes, limits: Mapping[str, int], guarded: Sequence[str]
) -> str:
    described = contact_key + json.dumps(dict(limits), sort_keys=True).encode()
    described += "".join(guarded).encode()
    return hmac.digest(salt, described, "sha256").hex()


def _links(
    connection: duckdb.DuckDBPyConnection, method: str, before: Progress | None
) -> tuple[Progress, tuple[str, int, str | None]]:
    """Return the progress that a resolution now would make, and that of before as it reads now."""
    arrival = before.arrival if before is not None else None
    *everything, known, known_hash = connection.execute(
        statement(PACKAGE, "progress"), {"arrival": -1 if arrival is None else arrival}
    ).fetchall()[0]
    return Progress(method, *everything), (method, known, known_hash)


def _read(connection: duckdb.DuckDBPyConnection, before: Progress | None) -> pd.DataFrame:
    """Return what changed since, with all that it may change; everything where nothing holds."""
    if before is None:
        connection.execute(statement(PACKAGE, "forget"))
        create_tables(connection)
    since = before.loaded_at if before is not None else None
    return connection.execute(statement(PACKAGE, "links"), {"loaded_at": since or BEFORE_ALL}).df()


def _replace(
    connection: duckdb.DuckDBPyConnection, resolution: identity.Resolution, now: Progress
) -> None:
    connection.register("identifiers", resolution.identifiers)
    connection.register("merges", resolution.merges)
    try:
        connection.execute(statement(PACKAGE, "replace"))
        connection.execute(statement(PACKAGE, "done"), asdict(now))
    finally:
        connection.unregister("identifiers")
        connection.unregister("merges")
