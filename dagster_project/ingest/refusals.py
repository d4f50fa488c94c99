"""Rows refused before DuckDB reads a file, kept in a Parquet file beside its copy."""

from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("payload", pa.string())])
FLUSH_BYTES = 16 * 2**20


class Refusals:
    """A growing file of refused rows; memory holds few of them at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._rows: list[tuple[int, str, str]] = []
        self._bytes = 0
        self._writer = pq.ParquetWriter(path, SCHEMA)

    def add(self, line: int, reason: str, payload: str) -> None:
        """Keep one refused row."""
        self.count += 1
        self._rows.append((line, reason, payload))
        self._bytes += len(payload)
        if self._bytes > FLUSH_BYTES or len(self._rows) > FLUSH_BYTES // 256:
            self._flush()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [(), (), ()]
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, SCHEMA, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
        self._rows.clear()
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flush()
        self._writer.close()
