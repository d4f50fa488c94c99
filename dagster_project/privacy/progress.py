"""How far an erasure came: written down before each step, so that a kill costs at most one."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from edge.privacy.subjects import Subject

FOLDER = "privacy"
REQUEST = "request.json"


@dataclass(slots=True)
class Progress:
    """An erasure under way: whom it concerns, the steps that are done and what they found.

    It stands in a folder of its own that only its owner reads, and is gone when all is done.
    """

    folder: Path
    request_id: str
    requested_at: datetime
    subject: Subject
    guards: tuple[tuple[str, str], ...]
    done: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)

    def save(self) -> None:
        """Write it down, whole or not at all."""
        content = {
            "request_id": self.request_id,
            "requested_at": self.requested_at.isoformat(),
            "subject": self.subject.as_dict(),
            "guards": self.guards,
            "done": self.done,
            "found": self.found,
        }
        write_private(self.folder / REQUEST, content)

    def finish(self, step: str) -> None:
        """Note that a step is done."""
        self.done.append(step)
        self.save()

    def forget(self) -> None:
        """Remove what is known of the person."""
        gone = self.folder.with_name(f".{self.folder.name}")
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)  # at once: half of a request must not look like one
        shutil.rmtree(gone)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what was written down."""
        content = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        return cls(
            folder=folder,
            request_id=content["request_id"],
            requested_at=datetime.fromisoformat(content["requested_at"]),
            subject=Subject.of(content["subject"]),
            guards=tuple((type_, hash_) for type_, hash_ in content["guards"]),
            done=content["done"],
            found=content["found"],
        )


def under_way(home: Path) -> list[Progress]:
    """Return the erasures that are not done, the first asked first; tidy what kills left."""
    requests = home / FOLDER / "requests"
    if not requests.is_dir():
        return []
    found = []
    for folder in sorted(requests.iterdir()):
        if folder.name.startswith(".") or not (folder / REQUEST).exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            found.append(Progress.read(folder))
    return sorted(found, key=lambda progress: (progress.requested_at, progress.request_id))


@contextmanager
def alone(home: Path, *, waits: bool = True) -> Iterator[bool]:
    """Carry out erasures in one process at a time; yield whether this is the one."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def write_private(path: Path, content: object) -> None:
    """Write down what names people, for its owner alone to read; whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def receipts(home: Path) -> Path:
    """Return the folder of receipts."""
    return home / FOLDER / "receipts"


def read_receipt(home: Path, request_id: str) -> dict[str, Any]:
    """Return the receipt that was written last."""
    path = receipts(home) / f"{request_id}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def in_short(home: Path, receipt: Mapping[str, Any]) -> dict[str, object]:
    """Return what a person asks of the receipt of an erasure first, and where all of it stands."""
    removed, search = receipt["removed"], receipt["search"]
    return {
        "request": receipt["request_id"],
        "state": receipt["state"],
        "rows removed": f"{sum(removed['tables'].values())} from {len(removed['tables'])} tables",
        "lines removed": f"{removed['landing']['rows_removed']} from landing files",
        "traces left": f"{len(search['traces'])} in the {search['files']} files searched",
        "targets": receipt["targets"] or "none held the person",
        "pending": ", ".join(receipt["pending"]) or "nothing",
        "receipt": str(receipts(home) / f"{receipt['request_id']}.json"),
    }


def write_receipt(home: Path, request_id: str, content: dict[str, Any]) -> Path:
    """Write a receipt, whole or not at all."""
    path = receipts(home) / f"{request_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
    return path
