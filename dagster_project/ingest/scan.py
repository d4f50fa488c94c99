"""A byte scan of JSON Lines: what a file holds, independently of DuckDB, and a copy it can read.

DuckDB reads a file itself, through a link, unless it holds something that DuckDB's reader would
take otherwise than line by line: then a copy is read, with the same line numbers, in which each
line that can be no JSON text is left blank and set aside with its reason.
"""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self, cast

from dagster_project.ingest.files import Unreadable
from dagster_project.ingest.refusals import Refusals

CHUNK = 4 * 2**20
LONGEST_LINE = 2**20  # bytes; half of what DuckDB's reader takes
KEPT_OF_A_LONG_LINE = 2**16  # bytes; all of it stays in the landing file
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TAKEN_OTHERWISE = (b"\r", b"\0", b"\1")  # an end of line, of a text, of a column
BLANK = b" \t\r"
BLANK_LINES = re.compile(rb"^[ \t]*\n|^[ \t]+\Z", re.MULTILINE)
MAYBE_BLANK = re.compile(rb"\n[\n \t]")  # one fixed byte first: found six times as fast
JSON_LIKE = re.compile(rb'\s*\{\s*["}].*\}\s*', re.DOTALL)
SUSPECT_SHARE = 1000  # binary when fewer than one line in so many looks like a JSON object


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds: physical lines, and rows, which are the lines that are not blank.

    ``refused`` rows can be no JSON text; ``refusals`` is the Parquet file that keeps them.
    """

    sha256: str
    text_bytes: int
    lines: int
    rows: int
    readable: Path
    refused: int = 0
    refusals: Path | None = None


class _Hashing:
    """A file that is hashed as it is read, beside whatever else is done with what was read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._digest = hashlib.sha256()
        self._beside = ThreadPoolExecutor(max_workers=1)
        self._under_way: Future[None] | None = None

    def read(self, size: int) -> bytes:
        """Read up to so many bytes."""
        chunk = self._file.read(size)
        if self._under_way is not None:
            self._under_way.result()
        self._under_way = self._beside.submit(self._digest.update, chunk)
        return chunk

    def hexdigest(self) -> str:
        """Return the digest of the whole file, reading what is left of it."""
        while self.read(CHUNK):
            pass
        self._beside.shutdown()
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.shutdown()
        self._file.close()


def digest(path: Path) -> str:
    """Return a file's sha256."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def scan(path: Path, *, copies: Path, name: str) -> Scan:
    """Read a file once, or twice where it needs a copy; make ``copies/name`` for DuckDB to read."""
    is_gzip = _is_gzip(path)
    is_clean = True
    text_bytes = lines = rows = 0
    with _Hashing(path) as raw:
        for block in _blocks(_text(raw, is_gzip)):
            blank = _blank_lines(block) if _is_clean(block) else None
            if blank is None or (lines == 0 and block.startswith(BYTE_ORDER_MARK)):
                is_clean = False
                break
            count = block.count(b"\n") + (not block.endswith(b"\n"))
            text_bytes += len(block)
            lines += count
            rows += count - blank
        sha256 = raw.hexdigest()
    if not is_clean:
        return copy(path, copies=copies, name=name, sha256=sha256)
    readable = copies / f"{name}.jsonl{'.gz' if is_gzip else ''}"
    readable.symlink_to(path.absolute())
    return Scan(sha256, text_bytes, lines, rows, readable)


def copy(path: Path, *, copies: Path, name: str, sha256: str) -> Scan:
    """Copy a file into one that DuckDB reads line by line, and set aside what it cannot read."""
    readable = copies / f"{name}.jsonl"
    readable.unlink(missing_ok=True)  # a link to the landing file, which is never written to
    text_bytes = lines = rows = json_like = undecodable = 0
    with (
        path.open("rb") as raw,
        readable.open("xb") as target,
        Refusals(copies / f"{name}.refusals.parquet") as refusals,
    ):
        for line, length in _lines(_text(raw, _is_gzip(path))):
            lines += 1
            text_bytes += length + 1
            content = line.removeprefix(BYTE_ORDER_MARK) if lines == 1 else line
            content = content.strip(BLANK)
            if content:
                rows += 1
                reason, content = _judge(content, length)
                json_like += JSON_LIKE.fullmatch(line) is not None
                if reason is not None:
                    undecodable += reason == "invalid UTF-8" or b"\0" in line
                    refusals.add(lines, reason, content.decode("utf-8", "backslashreplace"))
                    content = b""
            target.write(content + b"\n")
    if undecodable and json_like * SUSPECT_SHARE < rows:
        raise Unreadable("binary content, no JSON Lines: nothing is stored from it")
    return Scan(sha256, text_bytes, lines, rows, readable, refusals.count, refusals.path)


def _judge(content: bytes, length: int) -> tuple[str | None, bytes]:
    """Return why a line can be no JSON text, if so, and the line as DuckDB may read it."""
    if length > LONGEST_LINE:
        return f"line too long: {length} bytes, limit {LONGEST_LINE}", content
    try:
        content.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8", content
    if not any(byte in content for byte in TAKEN_OTHERWISE):
        return None, content
    if not content.startswith(b"{"):
        return "not a JSON object", content
    # A carriage return is white space to JSON between values, but may not stand within a string.
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return "malformed JSON", content
    return None, content.replace(b"\r", b" ")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == GZIP


def _text(raw: BinaryIO | _Hashing, is_gzip: bool) -> Iterator[bytes]:
    """Yield the text's bytes in chunks, decompressed."""
    stream = gzip.GzipFile(fileobj=cast("BinaryIO", raw)) if is_gzip else raw
    try:
        while chunk := stream.read(CHUNK):
            yield chunk
    except EOFError as error:
        raise Unreadable("the gzip is cut off: nothing is stored; load the whole file") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable("the gzip is damaged: nothing is stored; load the file again") from error


def _blocks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut chunks at line ends; a line longer than allowed comes in a block that is too long."""
    rest = b""
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end == 0 and len(rest) <= LONGEST_LINE:
            rest += chunk
            continue
        yield rest + chunk[:end] if end else rest + chunk
        rest = chunk[end:] if end else b""
    if rest:
        yield rest


def _is_clean(block: bytes) -> bool:
    """Say whether DuckDB reads each line of a block as it stands."""
    if any(byte in block for byte in TAKEN_OTHERWISE):
        return False
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError:
            return False
    start = 0
    while len(block) - start > LONGEST_LINE:
        end = block.rfind(b"\n", start, start + LONGEST_LINE + 1)
        if end < 0:
            return False
        start = end + 1
    return True


def _blank_lines(block: bytes) -> int:
    if block[:1] in b"\n \t" or MAYBE_BLANK.search(block):
        return len(BLANK_LINES.findall(block))
    return 0


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield each line without its end, with its length; of a line too long only its beginning."""
    rest, length = b"", 0
    for chunk in chunks:
        *ended, last = chunk.split(b"\n")
        for line in ended:
            total = length + len(line)
            yield (rest + line)[: _kept(total)], total
            rest, length = b"", 0
        length += len(last)
        rest = (rest + last)[: _kept(length)]
    if length:
        yield rest, length


def _kept(length: int) -> int:
    return length if length <= LONGEST_LINE else KEPT_OF_A_LONG_LINE
