"""Files of lines: which lines hold somebody's data, and the file without them, lines counted on."""

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from edge.privacy.subjects import Subject, forms, pattern

CHUNK = 4 * 2**20
GZIP = b"\x1f\x8b"
MARK = b"\xef\xbb\xbf"
GONE = "erased"  # stands in another person's line where the person was mentioned


@dataclass(frozen=True, slots=True)
class Found:
    """Lines of one file, counted from 1, with their text.

    ``own`` lines are the person's; ``mentions`` are lines of others as they must read.
    """

    own: Mapping[int, bytes] = field(default_factory=dict)
    mentions: Mapping[int, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.own or self.mentions)

    def replacements(self) -> dict[int, bytes]:
        """Return what is to stand in each line."""
        return {**dict.fromkeys(self.own, b""), **self.mentions}


@dataclass(frozen=True, slots=True)
class Search:
    """A person's texts, made ready to look for in many files."""

    subject: Subject
    pattern: re.Pattern[bytes] | None
    needles: tuple[bytes, ...]
    is_of_many: bool = False  # then only identifiers count, no text that mentions somebody

    def is_near(self, content: bytes) -> bool:
        """Say whether a text of theirs may stand in this; cheap, and never wrong when it denies."""
        if self.is_of_many:
            return True
        lowered = content.lower()
        return any(needle in lowered for needle in self.needles)

    def names(self, content: bytes) -> bool:
        """Say whether a text that names them by itself stands in this."""
        return self.pattern is not None and self.pattern.search(content) is not None

    def without(self, content: bytes) -> bytes:
        """Return a text with nothing of theirs in it."""
        return content if self.pattern is None else self.pattern.sub(GONE.encode(), content)


def search_for(subject: Subject) -> Search:
    """Make ready to look for a person."""
    needles = {form.encode().lower() for text in subject.texts() for form in forms(text)}
    return Search(subject, pattern(subject.telling_texts()), tuple(sorted(needles)))


def search_for_many(subject: Subject) -> Search:
    """Make ready to look for what bears an identifier of many people, however many they are."""
    return Search(subject, None, (), is_of_many=True)


def find(
    path: Path,
    search: Search,
    *,
    namespace: str,
    known: Iterable[int] = (),
    is_ledger: bool = False,
) -> Found:
    """Find a person's lines in a file of JSON Lines; ``known`` are lines found otherwise.

    A line that cannot be parsed and names the person is theirs. A line of the ledger that names
    them is theirs too, whoever else it concerns.
    """
    own: dict[int, bytes] = {}
    mentions: dict[int, bytes] = {}
    given = set(known)
    number = 0
    for block in _blocks(path):
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        has_known = any(number < line <= number + count for line in given)
        if not has_known and not search.is_near(block):
            number += count
            continue
        for line in block.removesuffix(b"\n").split(b"\n"):
            number += 1
            if number in given:
                own[number] = line
            elif line and search.is_near(line):
                _judge(number, line, search, namespace, is_ledger, own, mentions)
    return Found(own, mentions)


def _judge(
    number: int,
    line: bytes,
    search: Search,
    namespace: str,
    is_ledger: bool,
    own: dict[int, bytes],
    mentions: dict[int, bytes],
) -> None:
    document = _parsed(line)
    if search.subject.owns(document, namespace):
        own[number] = line
    elif search.names(line):
        if document is None or is_ledger:
            own[number] = line
        else:
            mentions[number] = _kept(line, document, search)


def _kept(line: bytes, document: dict[str, object], search: Search) -> bytes:
    """Return another person's line without the mention, still known as the message it was."""
    kept = search.without(line)
    if document.get("messageId") in (None, ""):
        said = hashlib.sha256(line.strip(b" \t")).hexdigest()
        kept = (
            b'{"messageId":"gen-' + said.encode() + b'",' + kept.lstrip(b" \t").removeprefix(b"{")
        )
    return kept


def rewrite(path: Path, target: Path, replacements: Mapping[int, bytes]) -> None:
    """Write a file anew with some of its lines replaced, and wait for the disk.

    The same lines of the same file always give the same bytes.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    is_gzip = _is_gzip(path)
    with target.open("wb") as raw:
        if is_gzip:
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
                _copy(path, stream, replacements)
        else:
            _copy(path, raw, replacements)
        raw.flush()
        os.fsync(raw.fileno())
    stat = path.stat()
    target.chmod(stat.st_mode & 0o777)
    os.utime(target, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # events are judged by it


def replace_lines(path: Path, replacements: Mapping[int, bytes]) -> None:
    """Rewrite a file where it stands, whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    rewrite(path, partial, replacements)
    partial.replace(path)


def digest(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(path: Path, stream: IO[bytes] | gzip.GzipFile, replacements: Mapping[int, bytes]) -> None:
    number = 0
    for block in _blocks(path):
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        chosen = [line for line in replacements if number < line <= number + count]
        if chosen:
            lines = block.split(b"\n")
            for line in chosen:
                lines[line - number - 1] = replacements[line]
            block = b"\n".join(lines)  # noqa: PLW2901 - the block as it is written
        stream.write(block)
        number += count


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's text in pieces that end where lines end; damaged gzip raises EOFError."""
    rest = b""
    with path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if _is_gzip(path) else raw
        while chunk := stream.read(CHUNK):
            end = chunk.rfind(b"\n") + 1
            if end == 0:
                rest += chunk
                continue
            yield rest + chunk[:end]
            rest = chunk[end:]
    if rest:
        yield rest


def _parsed(line: bytes) -> dict[str, object] | None:
    try:
        document = json.loads(line.removeprefix(MARK))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == GZIP
