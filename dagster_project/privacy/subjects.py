"""Who a customer is in the warehouse: their identifiers, and the lines that are theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.statements import statement
from edge.privacy.subjects import Name, Subject, normalised_email
from ml import identity

PACKAGE = "dagster_project.privacy"
NAMES = ("namespace", "identifier_type", "identifier")


@dataclass(frozen=True, slots=True)
class Person:
    """A subject, and the type and hash of each identifier that they share with others."""

    subject: Subject
    guards: tuple[tuple[str, str], ...] = ()


def run(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Run one of this package's statements and return its rows."""
    return connection.execute(statement(PACKAGE, name), parameters).fetchall()


def find(
    connection: duckdb.DuckDBPyConnection, *, customer: str | None, email: str | None, salt: bytes
) -> Person:
    """Return the person of a customer id, merged ones included, or of an e-mail.

    An e-mail that no customer has may still stand in refused lines. Raises LookupError for an
    unknown customer, and where several people share what was named.
    """
    if (customer is None) == (email is None):
        raise ValueError("name one person: a customer_id, or --email ADDRESS")
    if not run(connection, "is_resolved")[0][0]:
        raise LookupError("nobody is known yet: tessera run refresh_segments")
    if email is not None:
        return _of_email(connection, email, salt)
    assert customer is not None
    return _of_customer(connection, customer, salt)


def subject_of(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> Subject:
    """Return the subject of some customer ids, with the identifiers that are theirs alone."""
    found = run(connection, "names_of_customers", {"customer_ids": ids})
    return Subject(
        customer_ids=tuple(ids),
        names=frozenset(Name(*row[:3]) for row in found),
        pseudonyms=tuple(sorted({x for row in found for x in row[3:] if x is not None})),
    )


def choose(connection: duckdb.DuckDBPyConnection, subject: Subject) -> None:
    """Make ``temp.subject_names`` and ``temp.subject_ids``, which statements here read."""
    ids = [*subject.customer_ids, *subject.pseudonyms]
    frames: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
        "subject_names": (NAMES, [tuple(name) for name in sorted(subject.names)]),
        "subject_ids": (("id",), [(id_,) for id_ in ids]),
    }
    for name, (columns, content) in frames.items():
        schema = pa.schema([(column, pa.string()) for column in columns])
        listed = [dict(zip(columns, row, strict=True)) for row in content]
        connection.register("given_subject", pa.Table.from_pylist(listed, schema))
        run(connection, f"choose_{name}")
        connection.unregister("given_subject")


def lines(connection: duckdb.DuckDBPyConnection) -> dict[int, set[int]]:
    """Return the stored lines of the chosen person, by file number."""
    found: dict[int, set[int]] = {}
    for file_number, line in run(connection, "lines_of_subject"):
        found.setdefault(file_number, set()).add(line)
    return found


def _of_email(connection: duckdb.DuckDBPyConnection, email: str, salt: bytes) -> Person:
    normalised = normalised_email(email)
    if normalised is None:
        raise ValueError(f"{email!r} is no e-mail address")
    found = run(connection, "customer_of_email", {"email": normalised})
    if not found:
        names = frozenset({Name("", "email", normalised)})
        return Person(Subject((), names, spellings=(email,)))
    ((customer,),) = found
    if customer is None:
        raise LookupError("several people share this e-mail: name the customer_id of one")
    return _of_customer(connection, customer, salt)


def _of_customer(connection: duckdb.DuckDBPyConnection, customer: str, salt: bytes) -> Person:
    ids = [row[0] for row in run(connection, "ids_of_customer", {"customer_id": customer})]
    if not ids:
        raise LookupError(f"no customer {customer}: take a customer_id of marts.dim_customers")
    subject = subject_of(connection, ids)
    if not subject.names:
        raise LookupError(
            f"{ids[0]} is a device that several people share: name the customer_id of a person"
        )
    choose(connection, subject)
    spellings = tuple(sorted(row[0] for row in run(connection, "spellings_of_subject")))
    return Person(replace(subject, spellings=spellings), shared(connection, salt))


def shared(connection: duckdb.DuckDBPyConnection, salt: bytes) -> tuple[tuple[str, str], ...]:
    """Return type and hash of each identifier that the chosen people share with others."""
    listed = sorted(Name(*row) for row in run(connection, "shared_with_subject"))
    hashes = identity.guard(listed, salt=salt)
    return tuple((name.type, hash_) for name, hash_ in zip(listed, hashes, strict=True))
