"""The one place that says whether a person's data may leave for a purpose."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from edge.consent.purposes import Purposes
from edge.statements import fill, literal, statement

PACKAGE = "edge.consent"


def install(connection: duckdb.DuckDBPyConnection, purposes: Purposes) -> None:
    """Make ``temp.permitted`` (customer_id, purpose): who may be used for what, nobody else.

    The connection has a published generation attached as ``warehouse``. Whoever is not one of its
    customers, and every purpose that ``purposes`` does not name, is left out.
    """
    rows = [
        (name, purpose.without_answer == "granted") for name, purpose in purposes.purposes.items()
    ]
    defaults = {"names": [name for name, _ in rows], "granted": [granted for _, granted in rows]}
    connection.execute(statement(PACKAGE, "defaults"), defaults)
    has_answers = connection.execute(statement(PACKAGE, "has_answers")).fetchone()
    known = has_answers is not None and has_answers[0]
    connection.execute(statement(PACKAGE, "answers" if known else "no_answers"))
    connection.execute(statement(PACKAGE, "newer"))
    connection.execute(statement(PACKAGE, "permitted"))


def hear(connection: duckdb.DuckDBPyConnection, *, newcomers: Path, refusals: Path) -> None:
    """Take into account what has landed since the generation, from Parquet files.

    Newcomers (customer_id) never answered; a refusal (customer_id, purpose) holds at once. A newer
    grant waits for the next generation.
    """
    for name, path in (("hear_newcomers", newcomers), ("hear_refusals", refusals)):
        connection.execute(fill(statement(PACKAGE, name), {"path": literal(path)}))


def allowed_of(
    connection: duckdb.DuckDBPyConnection, customers: Sequence[str]
) -> frozenset[tuple[str, str]]:
    """Return which of these customers' data may be used for which purpose, after ``install``."""
    given = {"customers": list(customers)}
    return frozenset(connection.execute(statement(PACKAGE, "allowed_of"), given).fetchall())


def allowed(connection: duckdb.DuckDBPyConnection, customer_id: str, purpose: str) -> bool:
    """Say whether one customer's data may be used for a purpose, after ``install``."""
    given = {"customer_id": customer_id, "purpose": purpose}
    row = connection.execute(statement(PACKAGE, "allowed"), given).fetchone()
    return row is not None and bool(row[0])
