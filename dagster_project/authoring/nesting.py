"""Whether a nested segment asks for all that its parent asks for."""

import re
from collections.abc import Mapping

TABLE = re.compile(r"\b[a-z_]\w*\.(?=[a-z_])")


def bare(text: str) -> str:
    """Return an expression without the names of tables, by which two files may differ."""
    return TABLE.sub("", text)


def unrepeated(own: Mapping[str, str], parents: Mapping[str, str]) -> dict[str, str]:
    """Return what a parent asks for, by name, and its child does not under the same name."""
    return {name: text for name, text in parents.items() if own.get(name) != text}
