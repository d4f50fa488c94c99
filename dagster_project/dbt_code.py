"""Which incremental models were built by other code than today's, and must be built anew.

What an incremental model holds is right only for the code that made it: its own text, that of all
that it reads, the macros these use and the vars those name. One hash of them stands for "the code".
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from dagster_project.dbt_project import PROJECT_DIR

FILE = "built.json"
A_VAR = re.compile(r"\bvar\(\s*(?:'(\w+)'|\"(\w+)\")?")


def current(
    manifest: Mapping[str, Any], constants: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return the hash of the code under each incremental model that may be built anew."""
    if constants is None:
        text = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
        constants = yaml.safe_load(text)["vars"]
    return {
        name: _hash(name, manifest, constants)
        for name, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"].get("full_refresh") is not False
    }


def stale(state: Path, manifest: Mapping[str, Any], models: Iterable[str]) -> set[str]:
    """Return those of the models (unique ids) that other code built, or nobody yet."""
    wanted, built = current(manifest), _read(state)
    return {name for name in models if name in wanted and built.get(name) != wanted[name]}


def record(state: Path, manifest: Mapping[str, Any], models: Iterable[str]) -> None:
    """Note that today's code built these models."""
    wanted = current(manifest)
    _write(state, {**_read(state), **{name: wanted[name] for name in models if name in wanted}})


def forget(state: Path, models: Iterable[str] | None = None) -> None:
    """Have models (unique ids; none named: all of them) built anew by the next refresh."""
    built = _read(state)
    gone = set(built if models is None else models)
    if gone & set(built):
        _write(state, {name: code for name, code in built.items() if name not in gone})


def _write(state: Path, built: Mapping[str, str]) -> None:
    partial = state / f".{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(built, indent=1), encoding="utf-8")
    partial.replace(state / FILE)


def _hash(name: str, manifest: Mapping[str, Any], constants: Mapping[str, Any]) -> str:
    nodes, macros = manifest["nodes"], manifest["macros"]
    models = sorted(_reached([name], nodes, "nodes"))
    called = [macro for model in models for macro in nodes[model]["depends_on"]["macros"]]
    used = sorted(_reached(called, macros, "macros"))
    texts = [nodes[model]["raw_code"] for model in models]
    texts += [macros[macro]["macro_sql"] for macro in used if _is_ours(macro, manifest)]
    named = {found[1] or found[2] for text in texts for found in A_VAR.finditer(text)}
    # a name that is worked out may be any of them
    values = constants if None in named else {key: constants.get(key) for key in sorted(named)}
    found = [models, used, texts, values, nodes[name]["config"].get("unique_key")]
    return hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()


def _reached(first: Iterable[str], all_of_them: Mapping[str, Any], kind: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name in all_of_them and name not in reached:
            reached.add(name)
            waiting += all_of_them[name]["depends_on"][kind]
    return reached


def _is_ours(macro: str, manifest: Mapping[str, Any]) -> bool:
    return bool(manifest["macros"][macro]["package_name"] == manifest["metadata"]["project_name"])


def _read(state: Path) -> dict[str, str]:
    path = state / FILE
    built: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return built
