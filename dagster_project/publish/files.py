"""Durable files: written whole or not at all, also when the power fails."""

import os
import shutil
from pathlib import Path


def link(source: Path, target: Path) -> None:
    """Share an immutable file between generations; copy it where the disk cannot link."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_file(path: Path) -> None:
    """Wait until the disk has a file's bytes, or a folder's entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until the disk has everything below a folder; linked files are there already."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() or path.stat().st_nlink == 1:
            sync_file(path)
    sync_file(folder)


def replace_text(path: Path, text: str) -> None:
    """Replace a small file atomically."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    sync_file(partial)
    partial.replace(path)
    sync_file(path.parent)
