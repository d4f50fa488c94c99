"""What can be said of a segment's file by reading it: each problem with its line and its remedy."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

Add = Callable[[int, str, str], None]  # line, what is wrong, what to write


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to change: where, what is wrong, and what to write."""

    file: str
    line: int
    what: str
    write: str

    def __str__(self) -> str:
        """Return one line for a person, in the form that editors follow."""
        return f"{self.file}:{self.line}: {self.what}; write {self.write}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the files of segments may name."""

    purposes: Collection[str]
    targets: Collection[str]
    listed: str  # the text of fct_segment_members.sql
    tests: str  # the text of the YAML files beside the segments
    today: date


def problems(path: Path, rules: Rules, shown: str) -> list[Problem]:
    """Return what is wrong with a segment's file, from its first line to its last."""
    text = path.read_text(encoding="utf-8")
    name = path.stem
    found: list[Problem] = []

    def add(line: int, what: str, write: str) -> None:
        found.append(Problem(shown, line, what, write))

    comment = re.match(r"\{#-?\s*(.*?)\s*-?#\}", text, re.DOTALL)
    if comment is None:
        add(1, "no description", "{#- What its members have in common. One row per customer and "
            "moment. -#} as the first line")  # fmt: skip
    elif not re.search(r"one\s+row\s+per\s+customer\s+and\s+moment", comment[1], re.IGNORECASE):
        add(1, "the description does not end in the grain", "`One row per customer and moment.`")
    elif not re.split(r"(?i)one\s+row", comment[1])[0].strip():
        add(1, "the description says nothing of the members", "what they have in common")
    call = re.search(r"\{\{-?\s*segment\((.*?)\)\s*-?\}\}", text, re.DOTALL)
    if call is None:
        add(2, "no settings", "{{ segment(owner='…', purpose='…', review_date='…') }}")
    else:
        line = text[: call.start()].count("\n") + 1
        _check_settings(call[1], line, path, rules, add)
    if f"'{name}'" not in rules.listed:
        add(1, "not in the list of segments", f"'{name}', into fct_segment_members.sql")
    if not re.search(rf"model: {name}\b", rules.tests):
        add(1, "no unit test", f"one with `model: {name}` into a YAML beside it: a member, each "
            "condition at its limit, and for each somebody whom it alone keeps out")  # fmt: skip
    where = re.search(r"^where\b", text.rsplit("\nselect\n", 1)[-1], re.MULTILINE)
    if where is not None:
        line = text[: text.rfind("\nselect\n")].count("\n") + 1
        line += text.rsplit("\nselect\n", 1)[-1][: where.start()].count("\n") + 2
        add(line, "a where hides customers from `why not`", "it as a named condition")
    return found


def warnings(path: Path, rules: Rules, shown: str) -> list[Problem]:
    """Return what does no harm yet: a review that is due, for its owner to look again."""
    told = re.search(r"review_date\s*=\s*'([^']*)'", path.read_text(encoding="utf-8"))
    try:
        due = date.fromisoformat(told[1] if told else "")
    except ValueError:
        return []  # a problem already
    if due >= rules.today:
        return []
    days = (rules.today - due).days
    what = f"its review was due on {due.isoformat()}, {days} days ago"
    write = f"review_date='{_in_a_year(rules).isoformat()}' once its owner has looked"
    return [Problem(shown, line_of(path, "review_date"), what, write)]


def line_of(path: Path, word: str) -> int:
    """Return the first line that speaks of a word, or 1."""
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if pattern.search(line)), 1)


def line_with(path: Path, text: str) -> int:
    """Return the first line that holds a text, or is rendered to it; or 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text in line or _renders(line, text)), 1)


def _renders(line: str, text: str) -> bool:
    """Say whether a line with expressions of Jinja in it may have become the text."""
    written = re.split(r"\{\{.*?\}\}", line.strip())
    if len(written) == 1 or not "".join(written).strip():
        return False
    return re.fullmatch(".*".join(re.escape(part) for part in written), text.strip()) is not None


def _check_settings(call: str, line: int, path: Path, rules: Rules, add: Add) -> None:
    given = dict(re.findall(r"(\w+)\s*=\s*'([^']*)'", call))
    if "@" not in given.get("owner", ""):
        add(line, "no owner", "owner='name@example.com', who answers for it")
    if given.get("purpose") not in rules.purposes:
        known = ", ".join(sorted(rules.purposes))
        add(line, f"purpose {given.get('purpose')!r} is not in purposes.yml", f"one of {known}")
    listed = re.search(r"targets\s*=\s*\[([^\]]*)\]", call)
    for target in re.findall(r"'(\w+)'", listed[1] if listed else ""):
        if target not in rules.targets:
            known = ", ".join(sorted(rules.targets))
            add(line, f"target {target!r} is not in targets.yml", f"some of {known}")
    parent = given.get("parent")
    if parent is not None and not (path.parent / f"seg_{parent}.sql").exists():
        add(line, f"there is no segment {parent!r} to be the parent", "the name of a file seg_<…>")
    try:
        date.fromisoformat(given.get("review_date", ""))
    except ValueError:
        soon = _in_a_year(rules).isoformat()
        add(line, "no review date", f"review_date='{soon}', when its owner looks again")


def _in_a_year(rules: Rules) -> date:
    return rules.today.replace(year=rules.today.year + 1, day=1)
