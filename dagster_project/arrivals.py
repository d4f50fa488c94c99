"""Which landing files a sensor has not asked for yet."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

NUMBER = re.compile(r"^\d{8}-")


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a tick found; ``request_key`` names the set of files: a repeated tick is one run."""

    request_key: str | None
    cursor: str


def since(landing: Path, cursor: str | None) -> Arrived:
    """Compare the landing area with what the last successful tick saw.

    The cursor is a digest of every file's source, name, size and time, without the number that
    ingestion gives to files dropped by hand: files are immutable, so an equal digest means nothing
    new. A tick that fails keeps its cursor and finds the same digest, hence the same run key, and
    Dagster launches one run for it.
    """
    files = sorted(
        f"{path.parent.name}/{NUMBER.sub('', path.name)}:{stat.st_size}:{stat.st_mtime_ns}"
        for path in landing.glob("*/*")
        if not path.name.startswith(".") and path.parent.name != "tessera_ledger"
        for stat in [path.stat()]
    )
    key = hashlib.sha256("\n".join(files).encode()).hexdigest()
    return Arrived(request_key=key if files and key != cursor else None, cursor=key)
