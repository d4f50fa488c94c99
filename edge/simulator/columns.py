"""Records whose fields are arrays of one length: rows taken, rows joined."""

from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Record = TypeVar("Record")


def take(record: Record, rows: npt.NDArray[Any] | slice) -> Record:
    """Return the given rows of every field."""
    return type(record)(*(getattr(record, field.name)[rows] for field in fields(record)))  # type: ignore[arg-type]


def joined(records: list[Record]) -> Record:
    """Return the rows of all records, one record after the other."""
    kind = type(records[0])
    return kind(
        *(
            np.concatenate([getattr(record, field.name) for record in records])
            for field in fields(kind)  # type: ignore[arg-type]
        )
    )
