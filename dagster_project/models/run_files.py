"""What is written down beside a model of any kind, with the run that made it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Written:
    """Files to be kept with the run, and the pictures among them to be shown."""

    files: Mapping[str, bytes]
    pictures: Mapping[str, bytes]


def interface(signature: object, example: object) -> dict[str, bytes]:
    """Say what goes in and what comes out, with an example of nobody."""
    return {"signature.json": as_json(signature), "input_example.json": as_json(example)}


def as_json(value: object) -> bytes:
    """Write a value for people to read too."""
    return (json.dumps(value, indent=2) + "\n").encode()
