"""Durable files: written whole or not at all, also when the power fails."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from edge.disk import sync

AT_ONCE = 16  # a disk puts what waits together into one write


def link(source: Path, target: Path) -> None:
    """Share an immutable file between generations; copy it where the disk cannot link."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_tree(folder: Path) -> None:
    """Wait until the disk has everything below a folder; linked files are there already."""
    new = [path for path in folder.rglob("*") if path.is_dir() or path.stat().st_nlink == 1]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(sync, [*new, folder]))


def replace_text(path: Path, text: str) -> None:
    """Replace a small file atomically."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    sync(partial)
    partial.replace(path)
    sync(path.parent)
