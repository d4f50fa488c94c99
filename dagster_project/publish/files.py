"""Durable files: written whole or not at all, also when the power fails."""

import os
import shutil
from pathlib import Path

from edge.disk import sync


def link(source: Path, target: Path) -> None:
    """Share an immutable file between generations; copy it where the disk cannot link."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_tree(folder: Path) -> None:
    """Wait until the disk has everything below a folder; linked files are there already."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() or path.stat().st_nlink == 1:
            sync(path)
    sync(folder)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file atomically."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    sync(partial)
    partial.replace(path)
    sync(path.parent)
