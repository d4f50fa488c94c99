"""The files of the shop: lines in order of arrival, one file per sender and day."""

import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from edge.simulator.chance import Flags, Integers
from edge.simulator.span import DAY

_STAND_IN, _NO_UTF8 = "\ue000".encode(), b"\xff\xfe\x80"
_SENDERS = ("web", "server")
_WAITING_RUNS = 4


@dataclass(frozen=True, slots=True)
class Mail:
    """Lines on their way: one row per line, with what the truth says of it."""

    received: Integers
    uid: Integers
    is_server: Flags
    fault: Integers
    copy: Integers
    lines: pa.Array

    def take(self, rows: Integers) -> "Mail":
        """Return the given lines."""
        return Mail(
            received=self.received[rows],
            uid=self.uid[rows],
            is_server=self.is_server[rows],
            fault=self.fault[rows],
            copy=self.copy[rows],
            lines=self.lines.take(pa.array(rows)),
        )

    def with_more(self, more: "Mail") -> "Mail":
        """Return these lines and more."""
        return Mail(
            received=np.concatenate([self.received, more.received]),
            uid=np.concatenate([self.uid, more.uid]),
            is_server=np.concatenate([self.is_server, more.is_server]),
            fault=np.concatenate([self.fault, more.fault]),
            copy=np.concatenate([self.copy, more.copy]),
            lines=pa.concat_arrays([self.lines, more.lines]),
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where lines of interest stand: the file below the shop's folder, its line from 1."""

    file: str
    line: Integers
    uid: Integers
    fault: Integers
    copy: Integers


@dataclass(slots=True)
class _File:
    stream: BinaryIO
    packer: Any  # of zlib, which names no type for it; None where the text stays plain


@dataclass(slots=True)
class Post:
    """Writes each day's lines as they come; a thread of its own packs them."""

    out: Path
    thread: ThreadPoolExecutor
    files: int = 0
    bytes: int = 0
    _lines: dict[str, int] = field(default_factory=dict)
    _open: dict[str, _File] = field(default_factory=dict)
    _waiting: "deque[Future[None]]" = field(default_factory=deque)

    @property
    def lines(self) -> int:
        """How many lines there are so far."""
        return sum(self._lines.values())

    def write(self, mail: Mail, rows: Integers) -> list[Placed]:
        """Write rows that arrive after all written before; tell where the odd ones stand."""
        keys = (mail.uid[rows], mail.received[rows], mail.is_server[rows])
        mail = mail.take(rows[np.lexsort(keys)])
        run = mail.received // DAY * 2 + mail.is_server
        edges = np.flatnonzero(np.r_[True, run[1:] != run[:-1]][: len(run)]).tolist()
        return [
            self._write_run(mail, begin, end)
            for begin, end in zip(edges, [*edges[1:], len(run)], strict=False)
        ]

    def _write_run(self, mail: Mail, begin: int, end: int) -> Placed:
        day = np.datetime64(int(mail.received[begin] // DAY), "D")
        is_server = bool(mail.is_server[begin])
        name = f"{_SENDERS[is_server]}/{day}.jsonl" + ("" if is_server else ".gz")
        before = self._lines.get(name, 0)
        self._lines[name] = before + end - begin
        fault, copy = mail.fault[begin:end], mail.copy[begin:end]
        offsets, text = mail.lines.buffers()[1:]
        width = np.int64 if pa.types.is_large_string(mail.lines.type) else np.int32
        first, last = np.frombuffer(offsets, width)[[begin, end]]
        view = memoryview(text)[first:last]
        self._waiting.append(self.thread.submit(self._pack, name, view, bool((fault >= 0).any())))
        while len(self._waiting) > _WAITING_RUNS:
            self._waiting.popleft().result()
        odd = np.flatnonzero((fault >= 0) | (copy > 0))
        return Placed(name, before + 1 + odd, mail.uid[begin:end][odd], fault[odd], copy[odd])

    def _pack(self, name: str, view: memoryview, has_faults: bool) -> None:
        if name not in self._open:
            path = self.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            packer = zlib.compressobj(1, wbits=31) if name.endswith(".gz") else None
            self._open[name] = _File(path.open("wb"), packer)
            self._finish(name.partition("/")[0], but=name)
        file = self._open[name]
        data = bytes(view).replace(_STAND_IN, _NO_UTF8) if has_faults else view
        self.bytes += len(data)
        file.stream.write(file.packer.compress(data) if file.packer else data)

    def _finish(self, sender: str, but: str = "") -> None:
        """Complete the files of a sender, but for one."""
        for name in [name for name in self._open if name.startswith(sender) and name != but]:
            file = self._open.pop(name)
            with file.stream:
                if file.packer:
                    file.stream.write(file.packer.flush())
            self.files += 1

    def close(self) -> None:
        """Wait for what is under way and complete every file."""
        try:
            while self._waiting:
                self._waiting.popleft().result()
        finally:
            self.thread.shutdown()
            for sender in _SENDERS:
                self._finish(sender)


@contextmanager
def post(out: Path) -> Iterator[Post]:
    """Open the way to the shop's files; they are complete when the block ends."""
    office = Post(out, ThreadPoolExecutor(1, "packing"))
    try:
        yield office
    finally:
        office.close()
