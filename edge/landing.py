"""Files on their way into the landing area: copied whole, numbered by arrival, never twice."""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge.disk import sync
from edge.sources import LEDGER, NAME

CHUNK = 4 * 2**20
LONGEST_NAME = 200  # with its number, and a prefix while it is written, below 255 bytes
NUMBERED = re.compile(r"(?P<number>\d{8,18})-(?P<name>[A-Za-z0-9._+=-]+)")
UNSAFE = re.compile(r"[^A-Za-z0-9._+=-]+")  # a name is also read as a glob by DuckDB
PARTIAL = ".arriving-"
TRUTH = "truth"  # what a simulated shop knows of itself
ENDINGS = {
    "events": (".jsonl", ".jsonl.gz"),
    "ledger": (".jsonl", ".jsonl.gz"),
    "online_retail": (".csv", ".parquet"),
    "customers": (".csv", ".parquet"),
    "weather": (".csv", ".parquet"),
}

Status = Literal["landed", "already landed", "left out", "still growing"]


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of one file: ``file`` is its name in the source's folder, if it is there."""

    path: Path
    file: str | None
    status: Status


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A file that is complete beside its folder's files, where ingestion does not see it."""

    path: Path
    partial: Path
    size: int
    sha256: str


class _Contents:
    """What a folder's numbered files hold; a file is read only where another has its size."""

    def __init__(self, folder: Path) -> None:
        self._by_size: dict[int, list[Path]] = {}
        self._digests: dict[Path, str] = {}
        for path in sorted(folder.iterdir()):
            if NUMBERED.fullmatch(path.name) and path.is_file():
                self._by_size.setdefault(path.stat().st_size, []).append(path)

    def find(self, arrival: _Arrival) -> Path | None:
        """Return the file that holds the same."""
        for path in self._by_size.get(arrival.size, []):
            if path not in self._digests:
                with path.open("rb") as stream:
                    self._digests[path] = hashlib.file_digest(stream, "sha256").hexdigest()
            if self._digests[path] == arrival.sha256:
                return path
        return None

    def add(self, path: Path, arrival: _Arrival) -> None:
        """Remember a file that has just landed."""
        self._by_size.setdefault(arrival.size, []).append(path)
        self._digests[path] = arrival.sha256


def land(paths: Sequence[Path], *, source: str, landing: Path, kind: str) -> list[Landed]:
    """Copy files, and what folders hold of this kind, into the source's landing folder.

    A copy appears whole or not at all, under the next number of arrival. Content that the source
    has landed before is not copied again.
    """
    _check_source(source)
    if kind not in ENDINGS:
        raise ValueError(f"kind must be one of {', '.join(ENDINGS)}, got {kind!r}")
    if source == LEDGER and kind != "ledger":
        raise ValueError(f"{LEDGER} is kept by the platform: name another source")
    wanted, left_out = _expand(paths, ENDINGS[kind])
    folder = landing / source
    folder.mkdir(parents=True, exist_ok=True)
    results = {path: Landed(path, None, "left out") for path in left_out}
    with _hidden(folder) as hidden:
        arrivals: list[_Arrival] = []
        for index, path in enumerate(wanted):
            arrival = _copy(path, hidden / str(index))
            if arrival is None:
                results[path] = Landed(path, None, "still growing")
            else:
                arrivals.append(arrival)
        with _numbering(landing) as next_number:
            contents = _Contents(folder)
            for arrival in arrivals:
                results[arrival.path] = _settle(arrival, folder, contents, next_number)
        sync(folder)
    return [results[path] for path in [*wanted, *left_out]]


def put(content: bytes, *, name: str, source: str, landing: Path) -> Landed:
    """Write content as one landing file, whole or not at all, under the next number of arrival."""
    _check_source(source)
    folder = landing / source
    folder.mkdir(parents=True, exist_ok=True)
    with _hidden(folder) as hidden:
        partial = hidden / "0"
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with _numbering(landing) as next_number:
            target = folder / f"{next_number():08d}-{_safe(name)}"
            partial.rename(target)
        sync(folder)
    return Landed(Path(name), target.name, "landed")


def adopt(landing: Path, *, settle_seconds: float = 2.0) -> list[Landed]:
    """Give a number to each file dropped into a source's folder by hand, in name order.

    A file that still changes, or that a process holds open for writing, waits for the next call.
    """
    for folder in _folders(landing):
        _remove_abandoned(folder)
    dropped = [path for path in _visible_files(landing) if not NUMBERED.fullmatch(path.name)]
    results = [Landed(path, None, "left out") for path in _unreachable(landing)]
    if not dropped:
        return results
    before = {path: _signature(path) for path in dropped}
    if any(_is_young(landing, path, settle_seconds) for path in dropped):
        time.sleep(settle_seconds)
    with _numbering(landing) as next_number:
        for path in sorted(dropped, key=lambda path: (path.name, path.parent.name)):
            signature = _signature(path)
            if signature is None:
                continue
            if signature != before[path] or _is_being_written(path):
                results.append(Landed(path, None, "still growing"))
                continue
            target = path.with_name(f"{next_number():08d}-{_safe(path.name)}")
            path.rename(target)
            results.append(Landed(path, target.name, "landed"))
    return results


def _check_source(source: str) -> None:
    if not NAME.fullmatch(source):
        raise ValueError(
            f"a source is named in lower-case letters, digits and _, such as shop: got {source!r}"
        )


def _expand(paths: Sequence[Path], endings: tuple[str, ...]) -> tuple[list[Path], list[Path]]:
    """Return the files to take in their order of arrival, and those left out of folders."""
    wanted: dict[Path, None] = {}
    left_out: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(_walk(path), key=lambda file: (file.name, file))
            fitting = [file for file in found if file.name.lower().endswith(endings)]
            if not fitting:
                expected = " or ".join(endings)
                raise ValueError(f"{path} holds no {expected} file: name the files to load instead")
            wanted.update(dict.fromkeys(fitting))
            left_out.update(dict.fromkeys(set(found).difference(fitting)))
        elif path.is_file():
            wanted[path] = None
        else:
            raise ValueError(f"{path} is no file and no folder: check the path")
    for path in wanted:
        if not os.access(path, os.R_OK):
            raise ValueError(f"{path} may not be read: check its permissions")
    return list(wanted), sorted(path for path in left_out if path not in wanted)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != TRUTH and not name.startswith(".")]
        for name in files:
            path = Path(parent) / name
            if not name.startswith(".") and path.is_file():
                yield path


def _copy(path: Path, partial: Path) -> _Arrival | None:
    """Copy a file, and return nothing if it changed while it was read."""
    digest = hashlib.sha256()
    before = _signature(path)
    with path.open("rb") as stream, partial.open("wb") as copy:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    size = partial.stat().st_size
    if before is None or _signature(path) != before or size != before[1]:
        return None
    return _Arrival(path, partial, size, digest.hexdigest())


def _settle(
    arrival: _Arrival, folder: Path, contents: _Contents, next_number: Callable[[], int]
) -> Landed:
    same = contents.find(arrival)
    if same is not None:
        return Landed(arrival.path, same.name, "already landed")
    target = folder / f"{next_number():08d}-{_safe(arrival.path.name)}"
    arrival.partial.rename(target)
    contents.add(target, arrival)
    return Landed(arrival.path, target.name, "landed")


@contextlib.contextmanager
def _numbering(landing: Path) -> Iterator[Callable[[], int]]:
    """Hold the landing area's lock, and hand out numbers that were never used before.

    The lock file remembers the last number, so that it is not given again after a file is removed.
    """
    descriptor = os.open(landing / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        remembered = os.pread(descriptor, 32, 0).strip()
        last = int(remembered) if remembered.isdigit() else 0
        for path in _visible_files(landing):
            if numbered := NUMBERED.fullmatch(path.name):
                last = max(last, int(numbered["number"]))

        def next_number() -> int:
            nonlocal last
            last += 1
            os.pwrite(descriptor, b"%020d\n" % last, 0)
            return last

        yield next_number
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _hidden(folder: Path) -> Iterator[Path]:
    """Make a hidden folder for unfinished files; its lock says that its writer lives."""
    _remove_abandoned(folder)
    hidden = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=folder))
    descriptor = os.open(hidden, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        hidden.mkdir(mode=0o700, exist_ok=True)  # another writer may have tidied before the lock
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(folder: Path) -> None:
    """Remove what killed writers left."""
    for hidden in folder.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            descriptor = os.open(hidden, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(hidden)
            finally:
                os.close(descriptor)


def _safe(name: str) -> str:
    """Return a name without anything that a glob, a shell or a file system could read otherwise."""
    return UNSAFE.sub("_", name)[-LONGEST_NAME:]


def _folders(landing: Path) -> list[Path]:
    """Return the folder of every source."""
    if not landing.is_dir():
        return []
    return sorted(
        folder for folder in landing.iterdir() if NAME.fullmatch(folder.name) and folder.is_dir()
    )


def _visible_files(landing: Path) -> Iterator[Path]:
    """Yield every file of every source, numbered or not."""
    for folder in _folders(landing):
        for path in sorted(folder.iterdir()):
            if not path.name.startswith(".") and path.is_file():
                yield path


def _unreachable(landing: Path) -> Iterator[Path]:
    """Yield files that no source has: beside its folder, deeper, or in a folder of another name."""
    seen = set(_visible_files(landing))
    for path in _walk(landing) if landing.is_dir() else ():
        if path not in seen:
            yield path


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _is_young(landing: Path, path: Path, seconds: float) -> bool:
    """Say whether a file changed within the last seconds, by the clock of its own file system."""
    clock = landing / ".lock"
    clock.touch()
    signature = _signature(path)
    return signature is not None and clock.stat().st_mtime_ns - signature[2] < seconds * 1e9


def _is_being_written(path: Path) -> bool:
    """Ask the kernel, where it can tell: it refuses a read lease while a writer has the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    except AttributeError:  # no leases on this system
        return False
    finally:
        os.close(descriptor)
    return False
