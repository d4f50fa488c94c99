"""A target that is a table of PostgreSQL: one row per member of a segment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Annotated, Any, Literal

import psycopg
from pydantic import AfterValidator, Field

from edge.activation.mapping import TraitType, Typed, Variable
from edge.activation.rows import Answer, BatchRefused, Disabled, Row, TargetError, Unavailable
from edge.activation.traits import sorted_out, text_of, traits, typed
from edge.activation.variables import variable
from edge.statements import fill, identifier, statement

PACKAGE = "edge.activation.kinds"
NAME_BYTES = 63  # PostgreSQL cuts longer names off in silence
TYPES: Mapping[TraitType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "timestamp": "timestamptz",
    "date": "date",
}
SECONDS = 30
VALUE_CLASSES = ("22", "23")  # SQLSTATE classes that blame a value: data, integrity
LATER_CLASSES = ("08", "40", "53", "55", "57")  # connection, deadlock, resources, locks, shutdown
REFUSED = ("authentication failed", "does not exist", "pg_hba.conf", "no password supplied")


def _short_name(name: str) -> str:
    if not name or "\0" in name or len(name.encode()) > NAME_BYTES:
        raise ValueError(f"a name in PostgreSQL has 1 to {NAME_BYTES} bytes")
    return name


Change = tuple[str, tuple[Any, ...]]  # the statement's name and its values
Identifier = Annotated[str, AfterValidator(_short_name)]


class PostgresTarget(Typed):
    """A table, made if it is not there; a column without a type in ``types`` is text."""

    kind: Literal["postgres"]
    url_env: Variable
    schema_name: Identifier = Field(default="public", alias="schema")
    table: Identifier
    batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 1000


@dataclass(slots=True)
class Postgres:
    """Applies each batch in one transaction, removals in the place they have in it."""

    config: PostgresTarget
    batch_rows: int
    url: str = field(repr=False)
    _connection: psycopg.Connection | None = field(default=None, repr=False)

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Apply the rows together; one with a bad value is rejected, the others stand."""
        changes, answers = sorted_out(rows, self._change)
        connection = self._open()
        try:
            try:
                self._apply_all(connection, list(changes.values()))
            except (psycopg.DataError, psycopg.IntegrityError):
                answers |= self._apply_each(connection, changes)
        except psycopg.Error as error:
            raise meaning(error) from None
        return list(answers.values())

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = psycopg.connect(
                    self.url,
                    autocommit=True,  # each transaction is begun where it is needed
                    connect_timeout=SECONDS,
                    application_name="tessera",
                )
                with self._connection.transaction():
                    self._make_table(self._connection)
            except psycopg.Error as error:
                self.close()
                raise meaning(error) from None
        return self._connection

    def _make_table(self, connection: psycopg.Connection) -> None:
        found = connection.execute(
            statement(PACKAGE, "postgres_has_table").encode(),
            {"table": self._table().replace("%%", "%")},
        ).fetchone()
        if found is not None and not found[0]:
            columns = "".join(
                f",\n    {_quoted(name)} {TYPES[self.config.types.get(name, 'text')]}"
                for name in self.config.columns
            )
            values = {"table": self._table(), "columns": columns}
            text = fill(statement(PACKAGE, "postgres_table"), values)
            connection.execute(text.encode(), ())  # with values, so that %% stands for %

    def _change(self, row: Row) -> Change:
        if row.operation == "remove":
            return "remove", (row.segment, row.customer_id)
        traits(row, self.config)  # raises for text that no encoding can hold
        fields = typed(row, self.config)
        values = [
            value if value is None or name in self.config.types else text_of(value)
            for name in self.config.columns
            for value in [fields.get(name)]
        ]
        return "upsert", (row.segment, row.customer_id, *values)

    def _apply_all(self, connection: psycopg.Connection, changes: Sequence[Change]) -> None:
        with self._committed(connection), connection.cursor() as cursor:
            for name, group in groupby(changes, key=lambda change: change[0]):
                cursor.executemany(self._statements()[name], [values for _, values in group])

    def _apply_each(
        self, connection: psycopg.Connection, changes: Mapping[int, Change]
    ) -> dict[int, Answer]:
        answers = {}
        with self._committed(connection):
            for number, (name, values) in changes.items():
                try:
                    with connection.transaction():  # a savepoint
                        connection.execute(self._statements()[name], values)
                    answers[number] = Answer("delivered")
                except (psycopg.DataError, psycopg.IntegrityError) as error:
                    answers[number] = Answer("rejected", blame(error))
        return answers

    @contextmanager
    def _committed(self, connection: psycopg.Connection) -> Iterator[None]:
        """Commit everything inside or nothing; a commit without an answer is uncertain."""
        is_committing = False
        try:
            with connection.transaction():
                connection.execute(statement(PACKAGE, "postgres_limits").encode())
                yield
                is_committing = True
        except psycopg.OperationalError:
            if is_committing:
                raise Unavailable("no answer to the commit", is_certain=False) from None
            raise

    def _statements(self) -> Mapping[str, bytes]:
        columns = list(self.config.columns)
        names = "".join(f", {_quoted(name)}" for name in columns)
        sets = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in columns)
        values = {
            "table": self._table(),
            "names": names,
            "places": ", %s" * len(columns),
            "action": f"update set {sets}" if columns else "nothing",
        }
        return {
            name: fill(statement(PACKAGE, f"postgres_{name}"), values).encode()
            for name in ("upsert", "remove")
        }

    def _table(self) -> str:
        return f"{_quoted(self.config.schema_name)}.{_quoted(self.config.table)}"


def _quoted(name: str) -> str:
    """Quote a name for a statement in which % stands for a parameter."""
    return identifier(name).replace("%", "%%")


def blame(error: psycopg.Error) -> str:
    """Return why a row was refused: what the database names, never what the row holds."""
    rule = error.diag.constraint_name or error.diag.column_name
    return f"refused with {error.sqlstate or 'a value it cannot hold'}" + (
        f" by {rule}" if rule else ""
    )


def meaning(error: psycopg.Error) -> TargetError:
    """Return what an error says about the batch, without the values that its text quotes."""
    state = error.sqlstate
    if state is None:  # before there is a connection the reason stands in the text alone
        if not isinstance(error, psycopg.OperationalError):
            return Disabled("the address is no URL of PostgreSQL")
        if any(words in str(error) for words in REFUSED):
            return Disabled("the database refuses the connection")
        return Unavailable(f"no connection ({type(error).__name__})")
    if state[:2] in VALUE_CLASSES:
        return BatchRefused(f"refused with {state}")
    if state[:2] in LATER_CLASSES:
        return Unavailable(f"not now ({state})")
    return Disabled(f"refused with {state} ({type(error).__name__})")


def postgres(config: PostgresTarget, environment: Mapping[str, str]) -> Postgres:
    """Prepare the way to a table; it is opened by the first batch."""
    return Postgres(config, config.batch_rows, variable(environment, config.url_env))
