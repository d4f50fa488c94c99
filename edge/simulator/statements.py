"""The SQL that stands beside these modules."""

from importlib.resources import files


def statement(name: str) -> str:
    """Return the text of ``<name>.sql`` in this package."""
    return files("edge.simulator").joinpath(f"{name}.sql").read_text(encoding="utf-8")
