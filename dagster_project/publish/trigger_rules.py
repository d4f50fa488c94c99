"""The rules of triggers, compiled, as a generation carries them: evaluation needs no dbt."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dagster_project.dbt_project import PROJECT_DIR

# What an evaluation provides itself, from recent events; everything else is carried over.
PROVIDED = frozenset({"int_events_sessionized", "int_moments_evaluated", "dim_visitors"})
CARRIED = frozenset({"marts", "features", "ml"})
STAGING = "stg_segment__events"
CONSENTS = "dim_consent_status"
WATERMARK = re.compile(r"where loaded_at > cast\('[^']*' as timestamp\)")


def compiled(manifest: Path, target: Path) -> dict[str, Any]:
    """Return the triggers of the parsed project, by the SQL that the last refresh ran.

    ``target`` is where dbt wrote it. A trigger that no refresh has built yet is left out. Raises
    ValueError for one that reads what can be neither computed from recent events nor carried.
    """
    nodes = json.loads(manifest.read_text(encoding="utf-8"))
    models = {x["unique_id"]: x for x in nodes["nodes"].values() if x["resource_type"] == "model"}
    folder = target / "compiled" / nodes["metadata"]["project_name"]
    known = {**models, **nodes["sources"]}
    recent: dict[str, Mapping[str, Any]] = {}
    carried: set[tuple[str, str]] = set()
    triggers = []
    for node in models.values():
        settings = (node["config"].get("meta", {}).get("segment") or {}).get("trigger")
        text = _text(folder, node) if settings else None
        if settings is None or text is None:
            continue
        _gather(folder, node, known, recent, carried)
        segment = node["config"]["meta"]["segment"]
        named = {"name": node["name"].removeprefix("seg_"), "purpose": segment["purpose"]}
        triggers.append({**named, "sql": text, **settings})
    described = [
        {"schema_name": node["schema"], "table": node["name"], "sql": _text(folder, node)}
        for node in recent.values()
    ]
    staging, consents = (
        next((_text(folder, x) for x in models.values() if x["name"] == name), None)
        for name in (STAGING, CONSENTS)
    )
    if staging is None or any(model["sql"] is None for model in described):
        triggers, described, carried = [], [], set()
    return {
        "recent_days": _variables()["recent_days"],
        "staging": _of_every_row(staging or ""),
        "consents": consents or "",
        "models": described,
        "carried": sorted(carried),
        "triggers": sorted(triggers, key=lambda trigger: str(trigger["name"])),
    }


def _gather(
    folder: Path,
    node: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Any]],
    recent: dict[str, Mapping[str, Any]],
    carried: set[tuple[str, str]],
) -> None:
    """Put what a model reads into ``recent``, each after what it reads itself, or ``carried``."""
    text = _text(folder, node) or ""
    for unique_id in node["depends_on"]["nodes"]:
        read = known.get(unique_id)
        if read is None or read["name"] in PROVIDED or unique_id in recent:
            continue
        if f'"{read["schema"]}"."{read["name"]}"' not in text:
            continue  # only its conditions are shown beside it
        if read["config"].get("meta", {}).get("reads_recent_events"):
            _gather(folder, read, known, recent, carried)
            recent[unique_id] = read
        elif read["schema"] in CARRIED:
            carried.add((read["schema"], read["name"]))
        else:
            raise ValueError(
                f"{node['original_file_path']}: a trigger reads {read['schema']}.{read['name']}, "
                "which is not published: read a feature, or mark a model of recent events with "
                "meta reads_recent_events"
            )


def _text(folder: Path, node: Mapping[str, Any]) -> str | None:
    path = folder / node["original_file_path"]
    return path.read_text(encoding="utf-8") if path.exists() else None


def _of_every_row(text: str) -> str:
    """Return a model's text as dbt compiles it for a table that holds nothing yet."""
    lines = WATERMARK.sub("", text).splitlines()
    return "\n".join(line for line in lines if line.strip())


def _variables() -> Mapping[str, Any]:
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    variables: Mapping[str, Any] = project["vars"]
    return variables
