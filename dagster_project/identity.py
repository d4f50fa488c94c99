"""Identity resolution on the warehouse: reads the links that dbt made, writes who is who."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd
import yaml

from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.statements import statement
from ml import identity

PACKAGE = "dagster_project"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a resolution found; ``is_unchanged`` when there was nothing new to resolve."""

    identifiers: int
    customers: int
    merges: int
    shared_devices: int
    guarded_contacts: int
    is_unchanged: bool


def max_people() -> Mapping[str, int]:
    """Return how many people an identifier may tie together, from the vars of the dbt project."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    limits: Mapping[str, int] = project["vars"]["identity_max_people"]
    return limits


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what a resolution writes, empty, where it is missing: dbt reads it from the start."""
    connection.execute(statement(PACKAGE, "identity_tables"))


def resolve_identities(
    connection: duckdb.DuckDBPyConnection, *, salt: bytes, contact_key: bytes
) -> Counts:
    """Give every identifier its customer, all in one transaction, unless nothing changed since."""
    create_tables(connection)
    limits = max_people()
    fingerprint = _fingerprint(connection, salt, contact_key, limits)
    state = connection.table("ops.identity_state").fetchall()
    is_unchanged = state == [(fingerprint,)]
    if not is_unchanged:
        links = connection.execute(statement(PACKAGE, "identity_links")).df()
        resolution = identity.resolve(links, salt=salt, contact_key=contact_key, max_people=limits)
        _replace(connection, resolution, fingerprint)
    ((identifiers, customers, merges, devices, contacts),) = connection.execute(
        statement(PACKAGE, "identity_counts")
    ).fetchall()
    return Counts(identifiers, customers, merges, devices, contacts, is_unchanged)


def _fingerprint(
    connection: duckdb.DuckDBPyConnection,
    salt: bytes,
    contact_key: bytes,
    limits: Mapping[str, int],
) -> str:
    """Return what names the input: the links as they stand, the keys (hashed) and the limits."""
    (links,) = connection.execute(statement(PACKAGE, "identity_fingerprint")).fetchall()[0]
    method = json.dumps([links, dict(limits)], sort_keys=True)
    return hmac.digest(salt, contact_key + method.encode(), "sha256").hex()


def _replace(
    connection: duckdb.DuckDBPyConnection, resolution: identity.Resolution, fingerprint: str
) -> None:
    connection.register("identifiers", resolution.identifiers)
    connection.register("merges", resolution.merges)
    connection.register("state", pd.DataFrame({"fingerprint": [fingerprint]}))
    try:
        connection.execute(statement(PACKAGE, "identity_replace"))
    except duckdb.Error:
        connection.rollback()
        raise
    finally:
        for name in ("identifiers", "merges", "state"):
            connection.unregister(name)
