"""What dbt and DuckDB say of a segment's file, as its author needs it: line and remedy."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from dagster_project.authoring import files
from dagster_project.authoring.files import Problem

INLINE = re.compile(
    r"\s*(in )?sql[ _]operation '?(\S+\.)?inline_query'? \(from remote system\.sql\)", re.I
)


def from_dbt(path: Path, shown: str, message: str, models: Iterable[str]) -> Problem:
    """Return the problem that dbt names; ``models`` are what a file may refer to."""
    message = INLINE.sub("", message)
    absent = re.search(r"depends on a node named '(\w+)' which was not found", message)
    if absent is not None:
        near = ", ".join(difflib.get_close_matches(absent[1], sorted(models), n=3))
        what = f"there is no model {absent[1]!r}"
        return Problem(shown, files.line_of(path, absent[1]), what, near or "a model's name")
    undefined = re.search(r"'(\w+)' is undefined", message)
    if undefined is not None:
        what = f"there is no macro or value {undefined[1]!r}"
        return Problem(shown, files.line_of(path, undefined[1]), what, "one of dbt/macros")
    line = re.search(r"\bline (\d+)", message)
    lines = [text.strip() for text in message.splitlines() if text.strip()]
    said = next((text for text in lines if path.stem in text), lines[0])
    rest = " ".join(lines[lines.index(said) : lines.index(said) + 3])
    return Problem(shown, int(line[1]) if line else 1, rest, "what dbt can compile")


def from_duckdb(path: Path, shown: str, message: str) -> Problem:
    """Return the problem that DuckDB, or whoever read its answer, names."""
    missing = re.search(r"there is no column '(\w+)'; there is (.+)", message)
    if missing is not None:
        name, near = missing.groups()
        return Problem(shown, files.line_of(path, name), f"there is no column {name!r}", near)
    what = message.splitlines()[0].removeprefix(f"{shown}: ")
    quoted = re.search(r"`(.+)`$", what)
    line = files.line_with(path, quoted[1]) if quoted else 1
    return Problem(shown, line, what, "what DuckDB can read")
