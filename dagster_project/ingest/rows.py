"""Tabular files with some rows emptied: the others stay as they were, and are counted on."""

import csv
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dagster_project.ingest.tables import DELIMITERS, PARQUET, encoding
from edge.disk import sync

Cells = Mapping[int, Mapping[str, str]]  # of a row, the columns that are to say something else


def empty(path: Path, rows: Collection[int]) -> None:
    """Empty rows of a file where it stands, whole or not at all; rows are counted from 1."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    rewrite(path, partial, rows)
    partial.replace(path)


def rewrite(path: Path, target: Path, rows: Collection[int], cells: Cells | None = None) -> None:
    """Write a file anew with rows emptied and cells replaced, and wait for the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == PARQUET
    write = _write_parquet if is_parquet else _write_csv
    write(path, target, set(rows), cells or {})
    sync(target)


def records(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's number and its cells that hold something, as text."""
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == PARQUET
    if is_parquet:
        for number, row in enumerate(pq.read_table(path).to_pylist(), start=1):
            yield number, {name: str(cell) for name, cell in row.items() if cell is not None}
        return
    lines = _Lines(path)
    reader = csv.reader(lines, delimiter=lines.delimiter)
    headers = next(reader)
    number = 0
    for record in reader:
        if record:
            number += 1
            yield number, {name: cell for name, cell in zip(headers, record, strict=False) if cell}


def _write_parquet(path: Path, target: Path, rows: set[int], cells: Cells) -> None:
    with pq.ParquetFile(path) as file:
        compression = (
            file.metadata.row_group(0).column(0).compression if file.num_row_groups else ""
        )
    table = pq.read_table(path)
    is_gone = pa.array([number in rows for number in range(1, table.num_rows + 1)])
    columns = []
    for name in table.schema.names:
        column = pc.if_else(is_gone, pa.scalar(None, table[name].type), table[name])
        changed = {number: row[name] for number, row in cells.items() if name in row}
        if changed:
            texts = column.to_pylist()
            for number, text in changed.items():
                texts[number - 1] = text
            column = pa.array(texts, table[name].type)
        columns.append(column)
    schema = pa.schema([field.with_nullable(True) for field in table.schema], table.schema.metadata)
    known = compression if compression not in ("", "UNCOMPRESSED") else "none"
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), target, compression=known)


class _Lines:
    """A CSV's physical lines, those of the record being read kept aside."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding=encoding(path), newline="") as stream:
            self._lines = stream.readlines()
        self._next = 0
        self.taken: list[str] = []
        self.delimiter = max(DELIMITERS, key=self._lines[0].count)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next == len(self._lines):
            raise StopIteration
        line = self._lines[self._next]
        self._next += 1
        self.taken.append(line)
        return line


def _write_csv(path: Path, target: Path, rows: set[int], cells: Cells) -> None:
    lines = _Lines(path)
    reader = csv.reader(lines, delimiter=lines.delimiter)
    name = encoding(path)
    with target.open("w", encoding="utf-8" if name == "utf-8-sig" else name, newline="") as stream:
        headers = next(reader)
        if name == "utf-8-sig" and path.read_bytes().startswith(b"\xef\xbb\xbf"):
            stream.write("\ufeff")
        stream.writelines(lines.taken)
        number = 0
        while True:
            lines.taken.clear()
            try:
                record = next(reader)
            except StopIteration:
                stream.writelines(lines.taken)
                return
            except csv.Error:
                record = [""]
            number += bool(record)
            end = "\r\n" if lines.taken[-1].endswith("\r\n") else "\n"
            if record and number in rows:
                stream.write('""' + lines.delimiter * (len(headers) - 1) + end)
            elif record and number in cells:
                changed = cells[number]
                cut = [changed.get(*pair) for pair in zip(headers, record, strict=False)]
                csv.writer(stream, delimiter=lines.delimiter, lineterminator=end).writerow(cut)
            else:
                stream.writelines(lines.taken)
