"""Which incremental models were built by other code than today's, and must be built anew.

What an incremental model holds is right only for the code that made it. So one hash of all of them,
with the macros and constants they may use, stands for "the code"; a model that was last built
under another hash is rebuilt from its inputs, as are all the others on their next build.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dagster_project.dbt_project import PROJECT_DIR

FILE = "built.json"


def current(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the code hash under each incremental model of the parsed project."""
    project = manifest["metadata"]["project_name"]
    models = {
        unique_id: node["checksum"]["checksum"]
        for unique_id, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"].get("full_refresh") is not False
    }
    macros = {
        name: macro["macro_sql"]
        for name, macro in sorted(manifest["macros"].items())
        if macro["package_name"] == project
    }
    constants = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    digest = hashlib.sha256(json.dumps([models, macros, constants]).encode()).hexdigest()
    return dict.fromkeys(models, digest)


def stale(state: Path, manifest: Mapping[str, Any], models: Iterable[str]) -> set[str]:
    """Return those of the models (unique ids) that other code built, or nobody yet."""
    wanted, built = current(manifest), _read(state)
    return {name for name in models if name in wanted and built.get(name) != wanted[name]}


def record(state: Path, manifest: Mapping[str, Any], models: Iterable[str]) -> None:
    """Note that today's code built these models."""
    wanted = current(manifest)
    built = {**_read(state), **{name: wanted[name] for name in models if name in wanted}}
    partial = state / f".{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(built, indent=1), encoding="utf-8")
    partial.replace(state / FILE)


def _read(state: Path) -> dict[str, str]:
    path = state / FILE
    built: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return built
