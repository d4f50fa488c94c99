"""The folder of a scratch warehouse, which a killed process may leave behind."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own(temporary: Path) -> Iterator[Path]:
    """Make a folder, and remove those that killed processes left; for who holds the lock."""
    temporary.mkdir(exist_ok=True)
    for left in temporary.glob("scratch-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=temporary) as name:
        yield Path(name)
