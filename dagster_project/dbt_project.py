"""The dbt project as this platform runs it: where it is, and a manifest that is never stale."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.settings import PROJECT, Settings

PROJECT_DIR = PROJECT / "dbt"
EXECUTABLE = str(Path(sys.executable).parent / "dbt")
SUFFIXES = {".sql", ".yml", ".yaml", ".csv"}
COMMENT = re.compile(r"\{#-?\s*(.*?)\s*-?#\}", re.DOTALL)


def manifest(settings: Settings) -> Path:
    """Return the path of the parsed project, parsing it if a file came, went or changed since.

    Raises RuntimeError with dbt's own words when the project does not parse.
    """
    parsed = settings.home / "dbt" / "parsed"
    path = parsed / "manifest.json"
    parsed.mkdir(parents=True, exist_ok=True)
    with (settings.home / "dbt" / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state, noted = _state(PROJECT_DIR), parsed / "project"
        if not path.exists() or not noted.exists() or noted.read_text(encoding="utf-8") != state:
            _parse(settings, parsed)
            noted.write_text(state, encoding="utf-8")
    return path


def description(node: Mapping[str, Any]) -> str:
    """Return what the YAML says of a model, or else what its file says first."""
    comment = COMMENT.match(node.get("raw_code") or "")
    given: str = node.get("description") or ""
    return given or (" ".join(comment[1].split()) if comment else "")


def _state(project: Path) -> str:
    """Return a hash of which files the project has, their sizes and when they were written."""
    state = hashlib.sha256()
    for path in sorted(path for path in project.rglob("*") if path.suffix in SUFFIXES):
        file = path.stat()
        state.update(f"{path.relative_to(project)} {file.st_size} {file.st_mtime_ns}\n".encode())
    return state.hexdigest()


def _parse(settings: Settings, parsed: Path) -> None:
    result = subprocess.run(
        [EXECUTABLE, "--quiet", "parse", "--project-dir", str(PROJECT_DIR)],
        env={**settings.subprocess_environment(), "DBT_TARGET_PATH": str(settings.dbt_target)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"dbt could not parse {PROJECT_DIR}:\n{result.stdout}{result.stderr}")
    # Readers of the manifest never see a half-written one: dbt's own runs write elsewhere.
    partial = parsed / f".manifest.{os.getpid()}"
    shutil.copyfile(settings.dbt_target / "manifest.json", partial)
    partial.replace(parsed / "manifest.json")
