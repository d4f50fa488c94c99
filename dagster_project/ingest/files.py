"""Landing files that ingestion has yet to read, and what became of those it has read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge.landing import ENDINGS, NUMBERED
from edge.sources import LEDGER, NAME, Sources

Status = Literal["loaded", "same_content", "changed", "failed"]


@dataclass(frozen=True, slots=True)
class LandingFile:
    """One numbered file of a source; ``kind`` says how it is read."""

    source: str
    file: str
    number: int
    kind: str
    path: Path

    @property
    def label(self) -> str:
        """How messages name the file."""
        return f"{self.source}/{self.file}"


@dataclass(frozen=True, slots=True)
class Look:
    """What identifies a file's state without reading it."""

    inode: int
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. A failed file without a digest is looked at again next time."""

    source: str
    file: str
    number: int
    bytes: int
    status: Status
    sha256: str | None = None
    error: str | None = None
    rows_read: int = 0
    rows_stored: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every row read is accounted for."""
        return self.rows_read == self.rows_stored + self.rows_duplicate + self.rows_rejected


class Unreadable(ValueError):
    """A file that gives no rows. ``is_final`` unless another configuration could read it."""

    def __init__(self, message: str, *, is_final: bool = True) -> None:
        super().__init__(message)
        self.is_final = is_final


def look(path: Path) -> Look:
    """Return a file's present state."""
    stat = path.stat()
    return Look(stat.st_ino, stat.st_size, stat.st_mtime_ns)


def is_unchanged(path: Path, seen: Look) -> bool:
    """Say whether a file is still there, and still what it was."""
    try:
        return look(path) == seen
    except FileNotFoundError:
        return False


def folders(landing: Path) -> list[str]:
    """Return the sources that have a folder, the ledger left out."""
    return [name for name in _folder_names(landing) if name != LEDGER]


def landed(landing: Path, sources: Sources) -> list[LandingFile]:
    """Return every numbered file, in order of arrival."""
    found = []
    for source in _folder_names(landing):
        kind = "ledger" if source == LEDGER else sources.kind(source)
        for path in (landing / source).iterdir():
            numbered = NUMBERED.fullmatch(path.name)
            if numbered and path.is_file():
                found.append(LandingFile(source, path.name, int(numbered["number"]), kind, path))
    return sorted(found, key=lambda file: (file.number, file.source, file.file))


def still_to_read(
    files: Iterable[LandingFile], known: Mapping[tuple[str, str], Outcome]
) -> list[LandingFile]:
    """Leave out the files whose fate is settled."""
    return [file for file in files if not _is_settled(file, known.get((file.source, file.file)))]


def altered(
    files: Iterable[LandingFile], known: Mapping[tuple[str, str], Outcome]
) -> list[tuple[Outcome, str]]:
    """Return loaded files whose size is another than when they were read, with what to say."""
    found = []
    for file in files:
        outcome = known.get((file.source, file.file))
        if outcome is None or outcome.status not in ("loaded", "same_content"):
            continue
        size = file.path.stat().st_size
        if size != outcome.bytes:
            error = (
                f"changed after it was loaded, from {outcome.bytes} to {size} bytes: "
                "load the new content as another file"
            )
            if error != outcome.error:
                found.append((outcome, error))
    return found


def check_ending(file: LandingFile) -> None:
    """Refuse a file of another kind before it is opened."""
    if file.kind in ("events", "ledger"):
        other = (".csv", ".parquet", ".xlsx", ".xls")
        if file.file.lower().endswith(other):
            raise Unreadable(
                f"no JSON Lines in a source of kind {file.kind}: "
                "give the source its kind in config/sources.yml",
                is_final=False,
            )
    elif not file.file.lower().endswith(ENDINGS[file.kind]):
        raise Unreadable(
            f"a source of kind {file.kind} takes {' and '.join(ENDINGS[file.kind])}: "
            "convert the file, or correct the kind in config/sources.yml",
            is_final=False,
        )


def _is_settled(file: LandingFile, outcome: Outcome | None) -> bool:
    if outcome is None or outcome.status == "changed":
        return False
    if outcome.status == "failed":
        return outcome.sha256 is not None and file.path.stat().st_size == outcome.bytes
    return True


def _folder_names(landing: Path) -> list[str]:
    if not landing.is_dir():
        return []
    return sorted(
        path.name for path in landing.iterdir() if NAME.fullmatch(path.name) and path.is_dir()
    )
