"""Chance from one seed: streams of numbers, and hashes that need no order of drawing."""

from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def generator(seed: int, *path: int) -> np.random.Generator:
    """Return the stream of numbers that belongs to ``path`` under ``seed``."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=path)))


def mixed(seed: int, lane: int, values: npt.NDArray[Any]) -> Words:
    """Hash each value to 64 bits (splitmix64), differently for each seed and lane."""
    salt = np.random.SeedSequence(seed, spawn_key=(lane,)).generate_state(1, np.uint64)
    words: Words = values.astype(np.uint64) ^ salt[0]
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def share(words: Words) -> Floats:
    """Turn hashed words into numbers in [0, 1)."""
    return (words >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def ranks(group: Integers, key: Floats) -> Integers:
    """Return each row's rank by ``key`` within its group, from 0; ``group`` is sorted."""
    order = np.lexsort((key, group))
    first = np.searchsorted(group, group, side="left")
    result = np.empty(len(group), dtype=np.int64)
    result[order] = np.arange(len(group))
    return result - first


def earlier(group: Integers, flags: Flags) -> Integers:
    """Count the flags before each row within its group; the rows of a group stand together."""
    counts: Integers = np.cumsum(flags, dtype=np.int64) - flags
    starts = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    base = np.maximum.accumulate(np.where(starts, counts, 0)) if len(group) else counts
    return counts - base
