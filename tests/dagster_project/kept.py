"""What a training leaves in the registry: files, and rows of its store."""

import sqlite3
from pathlib import Path


def artifacts(registry, result):
    """Return the files that a training left, by name."""
    from mlflow import MlflowClient

    client = MlflowClient(registry.tracking_uri, registry.tracking_uri)
    folder = Path(client.get_run(result.version.run_id).info.artifact_uri.removeprefix("file://"))
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_that_name(registry, customer):
    """Return the rows of a registry's store that name a customer."""
    path = registry.tracking_uri.removeprefix("sqlite:///")
    with sqlite3.connect(path) as store:
        return [line for line in store.iterdump() if customer in line]


def artifacts_that_name(files, customer):
    """Return the artifacts, by name, that hold a customer's id as UTF-8 or as numpy keeps text."""
    return [
        name
        for name, content in files.items()
        if customer.encode() in content or customer.encode("utf-32-le") in content
    ]
