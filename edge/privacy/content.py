"""Where a text stands in any file: in what databases, Parquet and archives hold, and in bytes."""

import gzip
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from edge.privacy.lines import CHUNK, Search
from edge.statements import fill, identifier, statement

PACKAGE = "edge.privacy"
SQLITE = b"SQLite format 3\0"
PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
NUMPY = b"\x93NUMPY"
DUCK = b"DUCK"
OVERLAP = 4096  # bytes: no text is longer, so that one across two chunks is found


@dataclass(frozen=True, slots=True)
class Trace:
    """A place that still holds something of the person: a file, and what within it."""

    path: Path
    within: str


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search read and found."""

    files: int
    bytes: int
    traces: tuple[Trace, ...]


def search_files(paths: Iterator[Path], search: Search) -> Searched:
    """Search files; each is read as what it is, and as bytes."""
    files = size = 0
    traces: list[Trace] = []
    for path in paths:
        files += 1
        size += path.stat().st_size
        traces += [Trace(path, within) for within in dict.fromkeys(_places(path, search))]
    return Searched(files, size, tuple(traces))


def files_of(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder, links left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path


def _places(path: Path, search: Search) -> Iterator[str]:
    if search.names(path.name.encode()) or search.names(path.stem.encode()):
        yield "its name"
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(0)
        previous = b""
        while chunk := stream.read(CHUNK):
            content = previous + chunk
            if search.is_near(content) and search.names(content):
                yield "its bytes"
                break
            previous = chunk[-OVERLAP:]
    if head[8:12] == DUCK:
        yield from _in_duckdb(path, search)
    elif head.startswith(SQLITE):
        yield from _in_sqlite(path, search)
    elif head.startswith(PARQUET):
        yield from _in_parquet(path, search)
    elif head.startswith(ZIP):
        yield from _in_zip(path, search)
    elif head.startswith(GZIP):
        text = _unzipped(path)
        if search.is_near(text) and search.names(text):
            yield "its content"


def _unzipped(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        pass
    try:
        return zlib.decompressobj(wbits=31).decompress(content)
    except zlib.error:
        return b""


def _in_duckdb(path: Path, search: Search) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        for schema, table, columns in connection.execute(
            statement(PACKAGE, "searched_tables")
        ).fetchall():
            relation = f"{identifier(schema)}.{identifier(table)}"
            if _is_in_relation(connection, relation, columns, search):
                yield f"{schema}.{table}"


def _in_parquet(path: Path, search: Search) -> Iterator[str]:
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                if any(_is_in_column(column, search) for column in batch.columns):
                    yield "its rows"
                    return
    except pa.ArrowException:
        return


def _is_in_column(column: pa.Array, search: Search) -> bool:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _is_in_column(column.dictionary, search)
    if pa.types.is_struct(kind):
        return any(_is_in_column(field, search) for field in column.flatten())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_in_column(column.flatten(), search)
    if pa.types.is_binary(kind):
        return any(search.names(value) for value in column.to_pylist() if value is not None)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    near = column.filter(pc.match_substring_regex(column, _near(search)))
    return any(search.names(text.encode()) for text in near.to_pylist() if text is not None)


def _is_in_relation(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: list[str], search: Search
) -> bool:
    texts = [f"{identifier(column)}::varchar" for column in columns]
    # column by column: DuckDB looks at a value that comes often once
    near = " or ".join(f"regexp_matches({text}, $needles)" for text in texts)
    values = {"relation": relation, "columns": ", ".join(texts), "near": near}
    text = fill(statement(PACKAGE, "searched_rows"), values)
    found = connection.execute(text, {"needles": _near(search)})
    while rows := found.fetchmany(1000):
        if any(search.names(row[0].encode()) for row in rows):
            return True
    return False


def _in_sqlite(path: Path, search: Search) -> Iterator[str]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        names = connection.execute(statement(PACKAGE, "sqlite_tables")).fetchall()
        for (table,) in names:
            text = fill(statement(PACKAGE, "sqlite_rows"), {"table": identifier(table)})
            if any(search.names(_text(row)) for row in connection.execute(text)):
                yield table


def _in_zip(path: Path, search: Search) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if any(search.is_near(x) and search.names(x) for x in (content, _array_text(content))):
                yield name


def _array_text(content: bytes) -> bytes:
    """Return the texts of a numpy array, which keeps four bytes a character."""
    if not content.startswith(NUMPY):
        return b""
    import numpy as np

    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError:  # objects: their bytes were searched
        return b""
    return "\n".join(map(str, array.ravel())).encode() if array.dtype.kind in "USO" else b""


def _text(values: list[object] | tuple[object, ...]) -> bytes:
    parts = [x if isinstance(x, bytes) else str(x).encode() for x in values if x is not None]
    return b"\n".join(parts)


def _near(search: Search) -> str:
    """Return the pattern of whatever may be the person's, for engines that know no more."""
    return "(?i)" + "|".join(_plain(needle.decode()) for needle in search.needles)


def _plain(text: str) -> str:
    """Return a pattern of a text alone."""
    return "".join(x if x.isalnum() else f"\\x{{{ord(x):x}}}" for x in text)
