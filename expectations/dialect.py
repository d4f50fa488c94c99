"""The SQLAlchemy dialect ``duckdb+gx://``, through which Great Expectations reads DuckDB."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar, cast

import duckdb_engine
from sqlalchemy import pool, types
from sqlalchemy.dialects import registry
from sqlalchemy.exc import NoSuchTableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import sqlalchemy
    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import (
        DBAPIConnection,
        ReflectedColumn,
        ReflectedPrimaryKeyConstraint,
    )

COLUMNS = resources.files("expectations").joinpath("columns.sql").read_text()
MOST_ROWS = 10_000
URL = "duckdb+gx://"


class EagerCursor(duckdb_engine.CursorWrapper):
    """Fetches on execute, before anyone asks.

    DuckDB's cursor is its connection, and Great Expectations leaves the connection (which rolls
    back, and so forgets the result) before it fetches. What it asks for are counts; of a query
    for unexpected rows it looks at the first 200.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, wrapper: EagerConnection) -> None:
        super().__init__(connection, wrapper)
        self.duckdb = connection
        self.description: Any = None
        self.rowcount = -1
        self.rows: list[tuple[Any, ...]] = []
        self.is_cut_off = False

    def execute(
        self, statement: str, parameters: tuple[Any, ...] | None = None, context: object = None
    ) -> None:
        """Run one statement and keep its first rows."""
        super().execute(statement, parameters, context)
        self.description = self.duckdb.description
        self.rows = self.duckdb.fetchmany(MOST_ROWS) if self.description else []
        self.is_cut_off = len(self.rows) == MOST_ROWS

    def fetchone(self) -> tuple[Any, ...] | None:
        """Give the next row, or None."""
        return self.rows.pop(0) if self.rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """Give the next rows, one by default."""
        taken, self.rows = self.rows[: size or 1], self.rows[size or 1 :]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Give the rows that are left; raises rather than leave some out."""
        if self.is_cut_off:
            raise RuntimeError(f"a check asked for more than {MOST_ROWS} rows: count them instead")
        taken, self.rows = self.rows, []
        return taken


class EagerConnection(duckdb_engine.ConnectionWrapper):
    """A connection whose cursors fetch eagerly."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self.duckdb = connection

    def cursor(self) -> EagerCursor:
        """Open a cursor of its own over the one connection."""
        return EagerCursor(self.duckdb, self)


class EagerDialect(duckdb_engine.Dialect):
    """duckdb-engine with cursors that fetch eagerly and reflection that asks DuckDB itself.

    The reflection it inherits asks PostgreSQL catalogues that DuckDB does not have.
    """

    supports_statement_cache = False
    served: ClassVar[duckdb.DuckDBPyConnection | None] = None

    def connect(self, *_arguments: object, **_options: object) -> DBAPIConnection:
        """Open another connection to the database that is being served."""
        if EagerDialect.served is None:
            raise RuntimeError("no database is being served")
        eager: Any = EagerConnection(EagerDialect.served.cursor())
        return cast("DBAPIConnection", eager)

    @classmethod
    def get_pool_class(cls, url: sqlalchemy.URL) -> type[pool.Pool]:
        """Keep no connection open after its use: Great Expectations makes several engines."""
        return pool.NullPool

    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **_: object
    ) -> list[ReflectedColumn]:
        """Name the columns of a relation; their types are dbt's matter."""
        found: Sequence[Any] = connection.exec_driver_sql(
            COLUMNS, (schema or "main", table_name)
        ).fetchall()
        if not found:
            raise NoSuchTableError(f"{schema}.{table_name}")
        return [
            {"name": name, "type": types.NullType(), "nullable": nullable, "default": None}
            for name, _type, nullable in found
        ]

    def get_pk_constraint(
        self, connection: Connection, table_name: str, schema: str | None = None, **_: object
    ) -> ReflectedPrimaryKeyConstraint:
        """Answer that there is none: the warehouse has no primary keys."""
        return {"constrained_columns": [], "name": None}


@contextmanager
def serving(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let SQLAlchemy reach an open database at ``URL``: opening a file for each query is dear."""
    registry.register("duckdb.gx", "expectations.dialect", "EagerDialect")
    EagerDialect.served = connection
    try:
        yield
    finally:
        EagerDialect.served = None
