"""The ledger: what we did and decided, as immutable numbered files beside the events."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge import landing
from edge.sources import LEDGER


def append(
    landing_folder: Path,
    kind: str,
    entries: Iterable[Mapping[str, Any]],
    recorded_at: datetime,
    *,
    key: str | None = None,
) -> str | None:
    """Record entries as one JSON Lines file and return its name; nothing for no entries.

    Recording the same entries again, or anything under a ``key`` that the kind has used before,
    changes nothing: a caller that was killed may simply repeat.
    """
    with tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        lines = Path(scratch) / "lines"
        moment = timestamp(recorded_at)
        with lines.open("w", encoding="utf-8") as stream:
            for payload in entries:
                line = {"kind": kind, "recorded_at": moment, "payload": payload}
                stream.write(json.dumps(line, default=_plain, ensure_ascii=False) + "\n")
        return append_lines(landing_folder, kind, lines, key=key)


def append_lines(
    landing_folder: Path, kind: str, lines: Path, *, key: str | None = None
) -> str | None:
    """Record a file of finished lines: objects of kind, recorded_at and payload."""
    if lines.stat().st_size == 0:
        return None
    name = f"{kind}.jsonl" if key is None else f"{kind}-{key}.jsonl"
    if key is not None:
        for earlier in sorted((landing_folder / LEDGER).glob(f"*-{name}")):
            return earlier.name
    with tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        named = Path(scratch) / name
        named.symlink_to(lines.resolve())
        (landed,) = landing.land([named], source=LEDGER, landing=landing_folder, kind="ledger")
    return landed.file


def files(landing_folder: Path) -> list[Path]:
    """Return the ledger's files in the order they were recorded."""
    folder = landing_folder / LEDGER
    if not folder.is_dir():
        return []
    numbered = [path for path in folder.iterdir() if landing.NUMBERED.fullmatch(path.name)]
    return sorted(numbered, key=lambda path: int(path.name.split("-", 1)[0]))


def payloads(path: Path) -> Iterator[dict[str, Any]]:
    """Read what a file records; a line that an erasure emptied says nothing any more."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)["payload"]


def timestamp(moment: datetime) -> str:
    """Return a moment as the ledger writes it; one without a zone is UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: object) -> str:
    return timestamp(value) if isinstance(value, datetime) else str(value)
