"""Columns of fixed-width text made from numbers, without a loop over rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edge.simulator.chance import Flags, Integers, Words, mixed

_HEX = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], dtype=np.uint8)
_SECONDS = np.array(
    [list(f"T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}.".encode()) for n in range(86400)],
    dtype=np.uint8,
)
_MILLISECONDS = np.array([list(f"{n:03d}Z".encode()) for n in range(1000)], dtype=np.uint8)
_DAY = 86_400_000


def _column(matrix: npt.NDArray[np.uint8], missing: Flags | None) -> pa.Array:
    """Return the rows of a byte matrix as a text column, null where ``missing``."""
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int64) * width
    buffers = [pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(matrix))]
    column = pa.StringArray.from_buffers(rows, *buffers)
    if missing is None or not missing.any():
        return column
    return pa.compute.if_else(pa.array(missing), pa.scalar(None, pa.string()), column)


def uuids(seed: int, lane: int, numbers: Integers, missing: Flags | None = None) -> pa.Array:
    """Return a UUID-like text for each number, the same for the same seed, lane and number."""
    halves: Words = np.stack(
        [mixed(seed, lane, numbers), mixed(seed, lane + 1, numbers)], axis=1
    ).astype(">u8")
    digits = _HEX[halves.view(np.uint8)].reshape(len(numbers), 32)
    matrix = np.full((len(numbers), 36), ord("-"), dtype=np.uint8)
    for target, source, width in ((0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12)):
        matrix[:, target : target + width] = digits[:, source : source + width]
    matrix[:, 14] = ord("4")
    return _column(matrix, missing)


def moments(milliseconds: Integers, missing: Flags | None = None) -> pa.Array:
    """Return ISO 8601 text in UTC for each count of milliseconds since 1970."""
    days, rest = np.divmod(milliseconds, _DAY)
    if not len(days):
        return pa.array([], pa.string())
    first = int(days.min())
    names = np.arange(first, int(days.max()) + 1).astype("datetime64[D]").astype("S10")
    calendar = names.view(np.uint8).reshape(len(names), 10)
    matrix = np.empty((len(days), 24), dtype=np.uint8)
    matrix[:, :10] = calendar[days - first]
    matrix[:, 10:20] = _SECONDS[rest // 1000]
    matrix[:, 20:] = _MILLISECONDS[rest % 1000]
    return _column(matrix, missing)


def chosen(codes: npt.NDArray[Any], names: list[str]) -> pa.Array:
    """Return the name of each code, null where the code is negative."""
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))
