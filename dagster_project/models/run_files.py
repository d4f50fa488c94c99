"""What is written down beside a model of any kind, with the run that made it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

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


def description(signature: bytes) -> bytes:
    """Write the signature as the file ``MLmodel``, from which MLflow shows a schema.

    It names no flavour that MLflow could load: models are arrays and JSON, restored by our code.
    """
    told = json.loads(signature)
    schema = {part: json.dumps(told[part]) for part in ("inputs", "outputs")}
    content = {
        "artifact_path": "model",
        "flavors": {"tessera": {"data": "model.npz, model.json"}},
        "signature": {**schema, "params": None},
    }
    return yaml.safe_dump(content, sort_keys=True).encode()


def as_json(value: object) -> bytes:
    """Write a value for people to read too."""
    return (json.dumps(value, indent=2) + "\n").encode()
