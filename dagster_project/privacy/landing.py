"""A person's lines taken out of landing files, and out of what the warehouse stored of them."""

import gzip
import json
import os
import re
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dagster_project.ingest import batches, ingestion, rows, scan, tables
from dagster_project.ingest.batches import Prepared
from dagster_project.ingest.files import LandingFile, Unreadable, landed, look
from dagster_project.privacy.subjects import run
from edge.disk import sync
from edge.landing import NUMBERED
from edge.privacy import lines
from edge.privacy.lines import Search
from edge.privacy.subjects import Name, contacts
from edge.sources import Sources

PLAN = "plan.json"
LINES = ("events", "ledger")
PERSONS = ("customers", "online_retail")
OWN = pa.schema([("file_number", pa.int64()), ("line", pa.int64()), ("before", pa.string())])
FILES = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "file", "sha256_before", "sha256_after")),
        ("bytes", pa.int64()),
        ("gone", pa.int64()),
        ("is_emptied", pa.bool_()),
    ]
)
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, Unreadable, pa.ArrowException, UnicodeError)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file: own rows go, rows of others that mention the person are mended."""

    source: str
    file: str
    number: int
    kind: str
    before: str
    after: str
    bytes: int
    bytes_before: int
    own: tuple[int, ...]
    mentions: tuple[int, ...]
    is_emptied: bool = False


def plan(
    folder: Path,
    landing: Path,
    sources: Sources,
    search: Search,
    known: Mapping[int, set[int]],
    *,
    kinds: tuple[str, ...] = (*LINES, *PERSONS),
) -> list[Change]:
    """Write every changed file beside the landing area, and then what changed, or read that again.

    ``known`` are rows that are the person's, by file number. Killed before the end, it begins anew.
    """
    path = folder / PLAN
    if path.exists():
        return [
            Change(**{**x, "own": tuple(x["own"]), "mentions": tuple(x["mentions"])})
            for x in json.loads(path.read_text(encoding="utf-8"))
        ]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    changes = []
    for file in landed(landing, sources):
        if file.kind in kinds:
            change = _planned(folder, file, sources, search, known.get(file.number, set()))
            if change is not None:
                changes.append(change)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps([asdict(x) for x in changes]), encoding="utf-8")
    partial.replace(path)
    return changes


def apply(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    sources: Sources,
    changes: list[Change],
) -> None:
    """Make the raw tables say what the changed files say, in the caller's transaction.

    The caller has removed the rows of ``choose``. Applied twice, it changes nothing more: a
    file is known by its digest of before.
    """
    batches.prepare(connection)
    copies = folder / "copies"
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir()
    for change in changes:
        is_table = change.kind in PERSONS
        staged = folder / change.source / change.file
        if staged.exists() and not change.is_emptied and (is_table or change.mentions):
            _store_again(connection, staged, sources, change, copies)
    files = [
        {
            "source": change.source,
            "file": change.file,
            "sha256_before": change.before,
            "sha256_after": change.after,
            "bytes": change.bytes,
            "gone": 0 if change.kind in PERSONS else len(change.own),
            "is_emptied": change.is_emptied,
        }
        for change in changes
    ]
    connection.register("given_files", pa.Table.from_pylist(files, FILES))
    run(connection, "record_rewritten")
    connection.unregister("given_files")
    ingestion.count_rows(connection)
    run(connection, "record_counts")


def put(folder: Path, landing: Path, changes: list[Change]) -> None:
    """Give the changed files their places, and wait for the disk."""
    for change in changes:
        staged = folder / change.source / change.file
        if staged.exists():
            target = landing / change.source / change.file
            staged.replace(target)
            sync(target.parent)


def _planned(
    folder: Path, file: LandingFile, sources: Sources, search: Search, known: set[int]
) -> Change | None:
    staged = folder / file.source / file.file
    staged.parent.mkdir(mode=0o700, exist_ok=True)
    is_emptied = False
    own: tuple[int, ...]
    try:
        if file.kind in LINES:
            found = lines.find(
                file.path,
                search,
                namespace=sources.namespace(file.source),
                known=known,
                is_ledger=file.kind == "ledger",
            )
            if not found:
                return None
            lines.rewrite(file.path, staged, found.replacements())
            own, mentions = tuple(sorted(found.own)), tuple(sorted(found.mentions))
        else:
            gone, cells = rows_of(file, sources, search, known)
            if not gone and not cells:
                return None
            rows.rewrite(file.path, staged, gone, cells)
            own, mentions = tuple(sorted(gone)), tuple(sorted(cells))
    except DAMAGED:  # a file that gave no rows, and whose lines nobody can tell apart
        if search.is_of_many or not search.is_near(_whatever(file.path)):
            return None
        staged.write_bytes(b"")
        own, mentions, is_emptied = (), (), True
    stat = file.path.stat()
    os.utime(staged, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return Change(
        source=file.source,
        file=file.file,
        number=file.number,
        kind=file.kind,
        before=scan.digest(file.path),
        after=scan.digest(staged),
        bytes=staged.stat().st_size,
        bytes_before=stat.st_size,
        own=own,
        mentions=mentions,
        is_emptied=is_emptied,
    )


def rows_of(
    file: LandingFile, sources: Sources, search: Search, known: set[int]
) -> tuple[set[int], dict[int, dict[str, str]]]:
    """Return a table's rows that are the person's, and the cells of others that mention them."""
    gone = set(known)
    cells: dict[int, dict[str, str]] = {}
    namespace = sources.namespace(file.source)
    column = sources.columns(file.source).get("user_id", "").casefold()
    for number, row in rows.records(file.path):
        if number in gone or not search.is_near("\n".join(row.values()).encode()):
            continue
        if _is_own(file.kind, row, column, namespace, search.subject.names):
            gone.add(number)
            continue
        changed = {
            name: search.without(text.encode()).decode()
            for name, text in row.items()
            if search.names(text.encode())
        }
        if changed:
            cells[number] = changed
    return gone, cells


def _store_again(
    connection: duckdb.DuckDBPyConnection,
    staged: Path,
    sources: Sources,
    change: Change,
    copies: Path,
) -> None:
    """Store the changed rows of a file as ingestion would read them now."""
    given = {"source": change.source, "file": change.file, "before": change.before}
    loaded = run(connection, "when_loaded", given)
    if not loaded:  # never, or what follows is done
        return
    ((loaded_at,),) = loaded
    file = LandingFile(change.source, change.file, change.number, change.kind, staged)
    seen = look(staged)
    if change.kind in LINES:
        name = f"{file.number}_{seen.modified_ns // 1000}"
        prepared = Prepared(file, seen, scan.scan(staged, copies=copies, name=name))
    else:
        scanned, expressions = tables.scan_table(file, sources, copies=copies)
        prepared = Prepared(file, seen, scanned, expressions)
    batches.parse(connection, change.kind, [prepared])
    run(connection, "keep_changed_rows", {"lines": [*change.own, *change.mentions]})
    run(connection, "only_changed_rows")
    run(connection, "forget_changed_rows")
    batches.run(connection, "no_repeats")
    batches.run(connection, f"store_{change.kind}", {"loaded_at": loaded_at})
    batches.run(connection, "reject_rows", {"loaded_at": loaded_at})


def choose(connection: duckdb.DuckDBPyConnection, changes: list[Change]) -> None:
    """Make ``temp.erased_lines`` of the lines that go."""
    pairs = [
        {"file_number": change.number, "line": line, "before": change.before}
        for change in changes
        for line in change.own
    ]
    connection.register("given_lines", pa.Table.from_pylist(pairs, OWN))
    run(connection, "choose_erased_lines")
    connection.unregister("given_lines")


def _is_own(
    kind: str, row: Mapping[str, str], column: str, namespace: str, names: frozenset[Name]
) -> bool:
    """Say whether a row of a table is the person's, by the cells that name whose it is."""
    cells = {header.strip().casefold(): text.strip() for header, text in row.items()}
    found = [contact for text in cells.values() for contact in contacts(text, text)]
    if kind == "customers":
        found.append(Name(namespace, "user_id", _without_point(cells.get(column, ""))))
    else:
        plain = {"".join(filter(str.isalnum, header)): text for header, text in cells.items()}
        invoice = plain.get("invoiceno", plain.get("invoice", ""))
        found += [
            Name(namespace, "user_id", _without_point(plain.get("customerid", ""))),
            Name(namespace, "anonymous_id", f"invoice:{_without_point(invoice)}"),
        ]
    return any(name in names for name in found)


def _without_point(text: str) -> str:
    return re.sub(r"^(-?\d+)\.0+$", r"\1", text)


def _whatever(path: Path) -> bytes:
    """Return all that can be read of a damaged file, as it is and decompressed."""
    content = path.read_bytes()
    if not content.startswith(lines.GZIP):
        return content
    try:
        text = zlib.decompressobj(wbits=31).decompress(content)
    except zlib.error:
        text = b""
    return content + b"\n" + text


def counts(changes: list[Change]) -> dict[str, Any]:
    """Return what a receipt says of changed files."""
    return {
        "files_rewritten": len(changes),
        "files_emptied": sum(change.is_emptied for change in changes),
        "rows_removed": sum(len(change.own) for change in changes),
        "mentions_in_rows_of_others": sum(len(change.mentions) for change in changes),
    }


def discard(folder: Path) -> None:
    """Remove what a plan wrote; the next one begins anew."""
    shutil.rmtree(folder, ignore_errors=True)


def is_numbered(path: Path) -> bool:
    """Say whether ingestion reads a file of the landing area."""
    return NUMBERED.fullmatch(path.name) is not None
