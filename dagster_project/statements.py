"""SQL that dbt cannot run stands in ``.sql`` files beside its module; this reads them."""

from functools import cache
from importlib.resources import files


@cache
def statement(package: str, name: str) -> str:
    """Return the text of ``<name>.sql`` beside the modules of ``package``."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")
