"""Whom a target should hold and how that differs from what it holds, as tables of the sync."""

from datetime import datetime
from pathlib import Path

import duckdb

from edge.activation.targets import SOURCES, FilesTarget, TargetConfig
from edge.consent import gate
from edge.consent.purposes import Purposes
from edge.statements import fill, identifier, literal, statement

PACKAGE = "edge.activation"


def compare(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    config: TargetConfig,
    purposes: Purposes,
    *,
    key: bytes,
    landing: Path,
    sync_number: int,
    is_full: bool,
    is_retrying_rejected: bool,
    now: datetime,
) -> None:
    """Make ``temp.wanted`` and ``temp.changes``."""
    gate.install(connection, purposes, landing=landing)
    connection.execute(statement(PACKAGE, "audiences"), {"target": target})
    purpose = {"purpose": config.purpose}
    connection.execute(statement(PACKAGE, "consented"), purpose)
    row = connection.execute(statement(PACKAGE, "other_purposes"), purpose).fetchone()
    texts = ", ".join(f"{_quoted(source)}::varchar" for source in config.columns.values())
    gaps = {
        "texts": texts,
        "mapped": _joins(config, "members"),
        "for_segment": statement(PACKAGE, "wanted_for_segment") if row and row[0] else "",
    }
    text = fill(statement(PACKAGE, "wanted"), gaps)
    try:
        connection.execute(text, {"key": key.hex(), **purpose})
    except duckdb.BinderException as error:
        why, _, _ = str(error).removeprefix("Binder Error: ").partition("\n\nLINE")
        raise ValueError(
            f"targets.yml: {target}: a column that is mapped is not published: {why}"
        ) from error
    given = {
        **purpose,
        "sync_number": sync_number,
        "is_full": is_full,
        "is_retrying_rejected": is_retrying_rejected,
        "now": now,
    }
    connection.execute(statement(PACKAGE, "changes"), given)


def describe_contents(connection: duckdb.DuckDBPyConnection, config: TargetConfig) -> None:
    """Make the views of what is told: of changes, of a few of them, of who will be held."""
    connection.execute(statement(PACKAGE, "kept"))
    connection.execute(statement(PACKAGE, "sampled"))
    values = ", ".join(
        f"{identifier(name)} := {_quoted(source)}" for name, source in config.columns.items()
    )
    for name, relation in (
        ("contents", "changes"),
        ("current_contents", "kept"),
        ("sampled_contents", "sampled"),
    ):
        gaps = {
            "name": name,
            "relation": relation,
            "values": f"struct_pack({values})" if values else "null::json",
            "mapped": _joins(config, "told_members"),
        }
        connection.execute(fill(statement(PACKAGE, "contents"), gaps))


def gather_outgoing(connection: duckdb.DuckDBPyConnection, config: TargetConfig) -> None:
    """Make ``temp.outgoing``: what is sent of ``temp.changes``."""
    if isinstance(config, FilesTarget):
        connection.execute(statement(PACKAGE, "outgoing_whole"))
        return
    gaps = {
        f"{name}_identity": _identity(f"{relation}.fields", sorted(config.identifying_columns))
        for name, relation in (("told", "told_before"), ("main", "main"))
    }
    connection.execute(fill(statement(PACKAGE, "outgoing_rows"), gaps))


def _identity(fields: str, columns: list[str]) -> str:
    """Return by which text a target knows a person, of the values it was told."""
    values = ", ".join(f"{fields} ->> {literal(column)}" for column in columns)
    return f"[{values}]::varchar[]::varchar" if columns else literal("")


def _joins(config: TargetConfig, members: str) -> str:
    mapped = {source.split(".")[0] for source in config.columns.values()}
    return "\n".join(
        fill(statement(PACKAGE, "mapped"), {"name": name, "relation": relation, "members": members})
        for name, relation in SOURCES.items()
        if name in mapped
    )


def _quoted(source: str) -> str:
    relation, column = source.split(".")
    return f"{relation}.{identifier(column)}"
