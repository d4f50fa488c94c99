"""A new segment: a file that works, its place in the list of members, and its unit test."""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9_]*[a-z0-9]")
LISTED = re.compile(r"(\{%- set segments = \[\n)(.*?)(\] %\})", re.DOTALL)


def create(
    folder: Path, name: str, *, description: str, owner: str, purpose: str, review_date: date
) -> list[Path]:
    """Write ``seg_<name>.sql`` into the folder of segments and return the files it touched.

    Raises ValueError for a name that is taken or is none, before anything is written.
    """
    name = name.removeprefix("seg_")
    path = folder / f"seg_{name}.sql"
    if not NAME.fullmatch(name):
        raise ValueError(f"a segment's name has small letters, digits and _, got {name!r}")
    if path.exists():
        raise ValueError(f"{path} exists already")
    values = {
        "name": name,
        "description": description.strip().rstrip(".") + ".",
        "owner": owner,
        "purpose": purpose,
        "review_date": review_date.isoformat(),
    }
    members, tests = folder / "fct_segment_members.sql", folder / "_segments.yml"
    listed = _listed(members.read_text(encoding="utf-8"), f"seg_{name}")
    tested = _tested(tests.read_text(encoding="utf-8"), _filled("template.yml", values))
    path.write_text(_filled("template.sql", values), encoding="utf-8")
    members.write_text(listed, encoding="utf-8")
    tests.write_text(tested, encoding="utf-8")
    return [path, members, tests]


def _listed(text: str, model: str) -> str:
    found = LISTED.search(text)
    if found is None:
        raise ValueError("fct_segment_members.sql has no list `segments` to add the name to")
    lines = sorted({*found[2].splitlines(), f"    '{model}',"})
    return text[: found.start(2)] + "\n".join(lines) + "\n" + text[found.end(2) :]


def _tested(text: str, test: str) -> str:
    """Add a unit test at the end of the list of them."""
    lines = text.rstrip("\n").split("\n")
    if "unit_tests:" not in lines:
        return "\n".join([*lines, "", "unit_tests:", test.strip("\n"), ""])
    start = lines.index("unit_tests:")
    later = (n for n in range(start + 1, len(lines)) if re.match(r"\w+:", lines[n]))
    end = next(later, len(lines))
    return "\n".join([*lines[:end], test.rstrip("\n"), *lines[end:], ""])


def _filled(template: str, values: dict[str, str]) -> str:
    text = (files("dagster_project.authoring") / template).read_text(encoding="utf-8")
    return re.sub(r"<(\w+)>", lambda gap: values[gap[1]], text)
