"""What each segment is, in words and in SQL."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMENT = re.compile(r"\{#.*?#\}|^\s*--.*?$", re.DOTALL | re.MULTILINE)
SETTINGS = re.compile(r"\{\{\s*segment\(.*?\)\s*\}\}", re.DOTALL)
CATALOG = re.compile(r'"warehouse"\."(\w+)"\."(\w+)"')


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its name as words, and its expression where the SQL shows one."""

    words: str
    expression: str


@dataclass(frozen=True, slots=True)
class Definition:
    """The SQL of a segment, and the conditions that all members fulfil."""

    sql: str
    conditions: tuple[Condition, ...]


def read(folders: Sequence[Path], segment: str, conditions: Sequence[str]) -> Definition:
    """Read a segment's SQL from the first folder that has it, compiled or as it was written."""
    paths = [folder / f"seg_{segment}.sql" for folder in folders]
    found = next((path for path in paths if path.exists()), None)
    sql = "" if found is None else _shown(found.read_text(encoding="utf-8"))
    expressions = expressions_of(sql)
    return Definition(
        sql=sql,
        conditions=tuple(
            Condition(words=in_words(name), expression=expressions.get(name, ""))
            for name in conditions
        ),
    )


def in_words(name: str) -> str:
    """Return a name as words."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def expressions_of(sql: str) -> Mapping[str, str]:
    """Return the expression of each named column of the last SELECT in a text."""
    last = max((match.start() for match in re.finditer(r"^select\b", sql, re.M | re.I)), default=-1)
    if last < 0:
        return {}
    found: dict[str, str] = {}
    for column in _columns(sql[last + len("select") :]):
        named = re.fullmatch(r"(.+)\s+as\s+(\w+)", column, re.DOTALL | re.IGNORECASE)
        if named:
            found[named[2]] = " ".join(named[1].split())
    return found


def _columns(text: str) -> list[str]:
    """Split a SELECT's list at its own commas, up to its FROM."""
    columns, depth, start = [], 0, 0
    for match in re.finditer(r"[(\[]|[)\]]|,|'(?:[^']|'')*'|\bcase\b|\bend\b|\bfrom\b", text, re.I):
        token = match[0].lower()
        if token in ("(", "[", "case"):
            depth += 1
        elif token in (")", "]", "end"):
            depth -= 1
        elif depth == 0 and token in (",", "from"):
            columns.append(text[start : match.start()].strip())
            start = match.end()
            if token == "from":  # noqa: S105 - a word of SQL
                break
    return columns


def _shown(text: str) -> str:
    without = SETTINGS.sub("", COMMENT.sub("", text))
    plain = CATALOG.sub(r"\1.\2", without)
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", plain).strip()
