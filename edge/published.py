"""What people read: the newest published generation, never the warehouse itself."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from edge.statements import fill, literal, statement

LATEST = "LATEST"
MANIFEST = "manifest.json"
SCHEMAS = ["segments", "marts", "features", "ml", "activation", "conditions", "ops", "raw"]
ATTEMPTS = 5  # a reader slower than this many publications in a row gives up

# Functions that may stand where a table stands. Others reach files, settings or raw memory, and
# some of those that are refused crash the process.
TABLE_FUNCTIONS = frozenset(
    {"range", "generate_series", "unnest", "json_each", "json_tree", "repeat", "repeat_row"}
    | {f"duckdb_{x}" for x in ("columns", "constraints", "functions", "schemas", "tables", "types")}
    | {"duckdb_views", "duckdb_keywords", "pragma_table_info", "pragma_version"}
)


class NothingPublishedError(LookupError):
    """There is no generation to read."""


class RefusedQueryError(ValueError):
    """A query that is not one harmless SELECT statement."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One immutable snapshot of the public tables."""

    path: Path

    @property
    def name(self) -> str:
        """Sorts by time of publication."""
        return self.path.name

    @property
    def warehouse(self) -> Path:
        """The pseudonymous tables, as a DuckDB file; large ones are views over the Parquet."""
        return self.path / "warehouse.duckdb"

    @property
    def contacts(self) -> Path:
        """Contact data and identifiers, for activation only."""
        return self.path / "contacts.duckdb"

    @property
    def parquet(self) -> Path:
        """The pseudonymous tables: a Parquet file each, and of facts a file a day or week."""
        return self.path / "parquet"

    def manifest(self) -> dict[str, Any]:
        """Return what was published, when, and of which build."""
        content: dict[str, Any] = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
        return content


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a query, in the order it asked for."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool


def newest(published: Path) -> Generation:
    """Return the generation that readers should read now."""
    try:
        name = (published / LATEST).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise NothingPublishedError(
            f"nothing is published in {published} yet: tessera run refresh_segments"
        ) from None
    return Generation(published / name)


@contextmanager
def held(generation: Generation) -> Iterator[None]:
    """Keep a generation from being pruned; the kernel lets go of it when a reader dies."""
    descriptor = os.open(generation.path / MANIFEST, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if os.fstat(descriptor).st_nlink == 0:
            raise FileNotFoundError(f"{generation.name} was pruned")
        yield
    finally:
        os.close(descriptor)


@contextmanager
def telling_of_a_move(generation: Generation) -> Iterator[None]:
    """Say what to do where a view does not find its Parquet, whose whole path it names."""
    try:
        yield
    except (duckdb.IOException, duckdb.PermissionException) as error:
        before = generation.manifest()["folder"]
        if before == str(generation.path) or before not in str(error):
            raise
        raise NothingPublishedError(
            f"moved from {before} since it was published: tessera run refresh_segments"
        ) from error


@contextmanager
def open_read_only(
    generation: Generation, *, contacts: bool = False, memory_limit: str = "1GB"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to a generation as catalog ``warehouse`` (and ``contacts``) and keep it alive."""
    with held(generation), tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "temp_directory": scratch,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_persistent_secrets": False,
                "python_enable_replacements": False,  # a name is never a variable of ours
            }
        )
        try:
            attach(connection, generation.warehouse, "warehouse")
            if contacts:
                attach(connection, generation.contacts, "contacts")
            connection.execute(statement("edge", "use_published"))
            with telling_of_a_move(generation):
                yield connection
        finally:
            connection.close()


@contextmanager
def open_newest(
    published: Path, *, memory_limit: str = "1GB"
) -> Iterator[tuple[Generation, duckdb.DuckDBPyConnection]]:
    """Connect to the newest generation, even if it is replaced and pruned meanwhile."""
    for attempt in range(1, ATTEMPTS + 1):
        generation = newest(published)
        opened = open_read_only(generation, memory_limit=memory_limit)
        try:
            connection = opened.__enter__()
        except FileNotFoundError:
            if attempt == ATTEMPTS:
                raise
            continue
        try:
            with telling_of_a_move(generation):
                yield generation, connection
        finally:
            opened.__exit__(None, None, None)
        return


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Attach a published file for reading."""
    text = statement("edge", "attach_published")
    connection.execute(fill(text, {"path": literal(path), "name": name}))


def has_table(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, *, catalog: str = "warehouse"
) -> bool:
    """Say whether a catalog has a table: a generation of before may lack it."""
    given = {"catalog": catalog, "schema": schema, "table": table}
    return connection.execute(statement("edge", "has_table"), given).fetchall() == [(True,)]


def query(
    published: Path, sql: str, *, limit: int | None = None, memory_limit: str = "1GB"
) -> Result:
    """Answer one SELECT statement that a person typed; it cannot write or reach anything else.

    Raises RefusedQueryError for anything but one harmless SELECT, ``duckdb.Error`` for a SELECT
    that DuckDB cannot answer, and NothingPublishedError for tables whose files were moved away.
    """
    with open_newest(published, memory_limit=memory_limit) as (generation, connection):
        _lock_down(connection, generation)
        refuse_unless_select(connection, sql)
        relation = connection.sql(sql)
        rows = relation.fetchall() if limit is None else relation.fetchmany(limit + 1)
        columns, types = tuple(relation.columns), tuple(str(type_) for type_ in relation.types)
        is_cut = limit is not None and len(rows) > limit
        return Result(columns, types, rows[:limit] if is_cut else rows, is_cut)


def _lock_down(connection: duckdb.DuckDBPyConnection, generation: Generation) -> None:
    given = {"order": SCHEMAS}
    schemas = connection.execute(statement("edge", "published_schemas"), given).fetchone()
    assert schemas is not None
    values = {
        "schemas": literal(schemas[0] or "warehouse.main"),
        "parquet": literal(generation.parquet),
    }
    connection.execute(fill(statement("edge", "lock_down"), values))


def refuse_unless_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise RefusedQueryError unless the text is one SELECT over tables and safe functions."""
    answer = connection.execute(statement("edge", "parse_select"), {"query": sql}).fetchone()
    parsed = json.loads(answer[0]) if answer else {}
    if parsed.get("error", True):
        if parsed.get("error_type") == "not implemented":
            raise RefusedQueryError("only one SELECT statement (or DESCRIBE, SHOW) is accepted")
        raise RefusedQueryError(f"not a query: {parsed.get('error_message', 'cannot be read')}")
    if len(parsed["statements"]) != 1:
        raise RefusedQueryError(
            f"one SELECT statement is accepted, got {len(parsed['statements'])}"
        )
    for name in sorted(_table_functions(parsed["statements"]) - TABLE_FUNCTIONS):
        raise RefusedQueryError(f"the table function {name} is not allowed here: query the tables")


def _table_functions(node: object) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_table_functions, node))
    if not isinstance(node, dict):
        return set()
    inner = set().union(*map(_table_functions, node.values()))
    if node.get("type") == "TABLE_FUNCTION":
        inner.add(str(node["function"].get("function_name", "?")).lower())
    return inner
