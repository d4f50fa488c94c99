"""What a build was made of: same files, rules, models, moment and seed, same build."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.publish.relations import PACKAGE
from dagster_project.statements import statement
from edge.statements import fill, identifier


@dataclass(frozen=True, slots=True)
class Build:
    """The identity of a build, and the facts it stands for (the payload of a ledger entry)."""

    build_id: str
    rules: str
    payload: Mapping[str, Any]


def build_id(
    connection: duckdb.DuckDBPyConnection,
    *,
    manifest: Path,
    as_of: datetime | None,
    seed: int,
    rule_files: Sequence[Path] = (),
) -> Build:
    """Return the build that the warehouse now holds.

    ``manifest`` is dbt's; ``rule_files`` are other files that decide what tables hold, such as
    ``sources.yml``. Records of builds say nothing new, so they do not count; deliveries count once
    their table holds them.
    """
    rules = _rules(manifest, rule_files)
    facts: dict[str, Any] = {
        "as_of": None if as_of is None else as_of.isoformat(),
        "seed": seed,
        "files": connection.execute(statement(PACKAGE, "landed_files")).fetchall(),
        "ledger": connection.execute(statement(PACKAGE, "ledger_facts")).fetchall(),
        "deliveries": _deliveries(connection),
        "rules": rules,
        "models": _models(connection),
    }
    identity = _sha256(facts)
    payload = {"build_id": identity[:16], **facts, "members": _members(connection)}
    return Build(identity[:16], _sha256(rules)[:16], payload)


def _rules(manifest: Path, rule_files: Sequence[Path]) -> dict[str, str]:
    parsed = json.loads(manifest.read_text(encoding="utf-8"))
    models = {
        node["name"]: node["checksum"]["checksum"]
        for node in parsed["nodes"].values()
        if node["resource_type"] in ("model", "seed", "snapshot")
    }
    macros = {
        name: macro["macro_sql"]
        for name, macro in parsed["macros"].items()
        if macro["package_name"] == parsed["metadata"].get("project_name")
    }
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in rule_files}
    segments = {name: sum_ for name, sum_ in models.items() if name.startswith("seg_")}
    return {**segments, "dbt": _sha256([models, macros]), **files}


def _deliveries(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(statement(PACKAGE, "delivery_facts")).fetchall()
    except duckdb.CatalogException:
        return []


def _members(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return what came of it: size and hash of each segment, no part of the identity."""
    try:
        return connection.execute(statement(PACKAGE, "member_hashes")).fetchall()
    except duckdb.CatalogException:
        return []


def _models(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    versions = {}
    tables = connection.execute(statement(PACKAGE, "versioned_tables")).fetchall()
    for (table,) in tables:
        text = fill(statement(PACKAGE, "model_versions"), {"table": identifier(table)})
        versions[table] = [row[0] for row in connection.execute(text).fetchall()]
    return versions


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
