"""The dbt project as this platform runs it: where it is, and a manifest that is never stale."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from dagster_project.settings import PROJECT, Settings

PROJECT_DIR = PROJECT / "dbt"
EXECUTABLE = str(Path(sys.executable).parent / "dbt")
SUFFIXES = {".sql", ".yml", ".yaml", ".csv"}


def manifest(settings: Settings) -> Path:
    """Return the path of the parsed project, parsing it if a file of it is newer.

    Raises RuntimeError with dbt's own words when the project does not parse.
    """
    parsed = settings.home / "dbt" / "parsed"
    path = parsed / "manifest.json"
    parsed.mkdir(parents=True, exist_ok=True)
    with (settings.home / "dbt" / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists() or path.stat().st_mtime < _newest_source():
            _parse(settings, parsed)
    return path


def _newest_source() -> float:
    return max(path.stat().st_mtime for path in PROJECT_DIR.rglob("*") if path.suffix in SUFFIXES)


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
