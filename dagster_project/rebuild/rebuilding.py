"""A build made again in a home of its own, and compared with what was recorded of it."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dagster_project import keys
from dagster_project.settings import PROJECT, Settings
from edge import landing, ledger
from edge.sources import LEDGER

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """The members of one segment, in the build and in its rebuild."""

    name: str
    members: int
    rebuilt_members: int
    is_same: bool


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of a rebuild; ``changed`` names rules, models and tables that are not the same."""

    build_id: str
    rebuilt_id: str
    segments: tuple[Segment, ...]
    changed: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether every segment has the same members."""
        return all(segment.is_same for segment in self.segments)


def rebuild(settings: Settings, build: str, tell: Callable[[str], None]) -> Rebuilt:
    """Make a build again from the landing files that it had, with today's code, and compare.

    Raises LookupError where the ledger has no such build or a file of it is gone, and
    RuntimeError where the refresh fails.
    """
    path, payload = _find(settings.landing, build)
    with tempfile.TemporaryDirectory(prefix="rebuild-", dir=_scratch(settings)) as folder:
        scratch = replace(
            settings,
            home=Path(folder),
            seed=payload["seed"],
            as_of=payload["as_of"],
            mlflow_tracking_uri=settings.tracking_uri,
        )
        count = _link(settings, scratch, payload, path)
        tell(f"rebuilding {payload['build_id']} from {count} files as of {payload['as_of']}")
        _refresh(scratch)
        again = _newest(scratch.landing)
    return Rebuilt(
        build_id=payload["build_id"],
        rebuilt_id=again["build_id"],
        segments=tuple(_compared(payload, again)),
        changed=tuple(_changed(payload, again)),
    )


def _scratch(settings: Settings) -> Path:
    folder = settings.home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _builds(folder: Path) -> Iterator[tuple[Path, Payload]]:
    for path in ledger.files(folder):
        if path.name.endswith("-build.jsonl"):
            for payload in ledger.payloads(path):
                yield path, payload


def _find(folder: Path, build: str) -> tuple[Path, Payload]:
    found = {x["build_id"]: (path, x) for path, x in _builds(folder)}
    if not found:
        raise LookupError("nothing was built yet: tessera run refresh_segments")
    fitting = [name for name in found if name.startswith(build)]
    if len(fitting) != 1:
        newest = ", ".join(list(found)[-3:])
        what = "several builds begin" if fitting else "no build begins"
        raise LookupError(f"{what} with {build!r}; the newest are {newest}")
    path, payload = found[fitting[0]]
    if "members" not in payload:
        raise LookupError(f"{fitting[0]} was recorded without its members: it cannot be compared")
    return path, payload


def _newest(folder: Path) -> Payload:
    *_, (_, payload) = _builds(folder)
    return payload


def _link(settings: Settings, scratch: Settings, payload: Payload, recorded: Path) -> int:
    """Put the build's files into the scratch home, and the ledger as it stood before."""
    for source, name, sha256 in payload["files"]:
        path = settings.landing / source / name
        if not path.exists():
            raise LookupError(f"{source}/{name}, of which the build was made, is gone")
        with path.open("rb") as stream:
            if sha256 is not None and hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                raise LookupError(f"{source}/{name} is not what it was at the time of the build")
        _share(path, scratch.landing / source / name)
    for path in ledger.files(settings.landing):
        if _number(path) < _number(recorded):
            _share(path, scratch.landing / LEDGER / path.name)
    # of its own: what the rebuild records itself must come after everything it was given
    lock = scratch.landing / ".lock"
    lock.write_text(f"{_number(recorded):020d}\n", encoding="utf-8")
    if settings.keys.is_dir():
        shutil.copytree(settings.keys, scratch.keys)
    return len(payload["files"])


def _share(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _number(path: Path) -> int:
    numbered = landing.NUMBERED.fullmatch(path.name)
    assert numbered is not None
    return int(numbered["number"])


def _refresh(scratch: Settings) -> None:
    given = keys.load(scratch)
    environment = {
        **scratch.subprocess_environment(),
        "TESSERA_SALT": given.salt.decode(),
        "TESSERA_CONTACT_KEY": given.contact.decode(),
        "TESSERA_SEED": str(scratch.seed),
        "TESSERA_AS_OF": scratch.as_of or "",
        "MLFLOW_TRACKING_URI": scratch.tracking_uri,
        "PYTHONPATH": str(PROJECT),
    }
    command = [sys.executable, "-m", "dagster_project.cli", "run", "refresh_segments"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith(("failed", "error"))]
        raise RuntimeError(f"the refresh failed: {' '.join(said) or done.stderr[-500:]}")


def _compared(before: Payload, after: Payload) -> Iterator[Segment]:
    old, new = ({name: rest for name, *rest in x["members"]} for x in (before, after))
    nobody: list[Any] = [0, None]
    for name in sorted({*old, *new}):
        then, now = old.get(name, nobody), new.get(name, nobody)
        yield Segment(name, then[0], now[0], then == now)


def _changed(before: Payload, after: Payload) -> Iterator[str]:
    for what in ("rules", "models"):
        old, new = before[what], after[what]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield f"{what[:-1]} {name}"
