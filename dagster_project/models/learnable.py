"""Whose data models may learn from and score: asked of the gate before anything is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

from dagster_project.models import scoring
from dagster_project.platform import Platform
from dagster_project.statements import statement
from edge.consent import gate, purposes

PURPOSES = ("analytics", "personalisation")  # what training and scoring use data for
PACKAGE = "dagster_project.models"


def write(
    connection: duckdb.DuckDBPyConnection, configured: purposes.Purposes, platform: Platform
) -> None:
    """Make ``intermediate.int_customers_learnable``; a withdrawal in the ledger counts at once."""
    scoring.create_tables(connection)
    gate.install(connection, configured, landing=platform.settings.landing)
    connection.execute(statement(PACKAGE, "learnable"), {"purposes": list(PURPOSES)})


@contextmanager
def connect(
    platform: Platform, holder: str, tell: Callable[[str], None]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for a model, knowing whose data it may read."""
    configured = purposes.load(platform.settings.config / "purposes.yml")
    with platform.warehouse.connect(holder, tell=tell) as connection:
        write(connection, configured, platform)
        yield connection
