"""SQL of this package stands in ``.sql`` files beside its modules; this reads and fills them."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_GAP = re.compile(r"\{(\w+)\}")


@cache
def statement(package: str, name: str) -> str:
    """Return the text of ``<name>.sql`` beside the modules of ``package``."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put identifiers and literals, already quoted, where ``{name}`` stands."""
    return _GAP.sub(lambda gap: values[gap[1]], text)


def identifier(name: str) -> str:
    """Quote a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Quote a text, such as a path, where a statement takes no parameter."""
    return "'" + str(text).replace("'", "''") + "'"
