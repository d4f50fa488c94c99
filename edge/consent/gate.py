"""The one place that says whether a person's data may leave for a purpose."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from edge.consent import decisions
from edge.consent.purposes import Purposes
from edge.published import has_table
from edge.statements import fill, identifier, literal, statement

PACKAGE = "edge.consent"


def install(
    connection: duckdb.DuckDBPyConnection,
    purposes: Purposes,
    *,
    landing: Path | None,
    catalog: str = "warehouse",
) -> None:
    """Make ``temp.permitted`` (customer_id, purpose): who may be used for what, nobody else.

    The connection has a published generation, or the warehouse, as ``catalog``. Whoever is not one
    of its customers, every purpose that ``purposes`` does not name, and who left no trace for
    longer than a purpose retains data, is left out. A withdrawal that stands in the ledger of
    ``landing`` holds at once, though no refresh has seen it.
    """
    given: dict[str, list[Any]] = {"names": [], "granted": [], "explicit": [], "retention": []}
    for name, purpose in purposes.purposes.items():
        given["names"].append(name)
        given["granted"].append(purpose.without_answer == "granted")
        given["explicit"].append(purpose.explicit)
        given["retention"].append(purpose.retention_days)
    names = {"catalog": identifier(catalog)}
    connection.execute(statement(PACKAGE, "defaults"), given)
    known = has_table(connection, "marts", "dim_consent_status", catalog=catalog)
    connection.execute(fill(statement(PACKAGE, "answers"), names) if known else _sql("no_answers"))
    connection.execute(_sql("newer"))
    if landing is not None:
        _hear_ledger(connection, landing, catalog)
    connection.execute(fill(statement(PACKAGE, "permitted"), names))


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


def mark(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a text that changes with whom ``temp.permitted`` permits what."""
    row = connection.execute(_sql("permitted_mark")).fetchone()
    assert row is not None
    return str(row[0])


def _hear_ledger(connection: duckdb.DuckDBPyConnection, landing: Path, catalog: str) -> None:
    """Let withdrawals hold that were set since the tables of answers were made."""
    refusals = [
        {"evidence": x.decision_id, "customer_id": x.customer_id, "purpose": x.purpose}
        | {"visitor_ids": list(x.visitor_ids)}
        for x in decisions.recorded(landing)
        if not x.is_granted
    ]
    if not refusals:
        return
    has_proof = has_table(connection, "marts", "fct_consents", catalog=catalog)
    has_visitors = has_table(connection, "marts", "dim_visitors", catalog=catalog)
    text = "hear_ledger" if has_proof and has_visitors else "hear_all_of_ledger"
    names = {"catalog": identifier(catalog)}
    connection.execute(fill(statement(PACKAGE, text), names), {"refusals": json.dumps(refusals)})


def _sql(name: str) -> str:
    return statement(PACKAGE, name)
