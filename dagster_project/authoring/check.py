"""A segment before it goes live: what is wrong with it, and how large and costly it would be."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import yaml

from dagster_project.authoring import coverage, files, nesting, wording
from dagster_project.authoring.files import Problem, Rules
from dagster_project.dbt_project import PROJECT_DIR
from dagster_project.publish import small_groups
from dagster_project.scratch import evaluation
from dagster_project.statements import statement
from edge import selects, thresholds
from edge.consent import purposes
from edge.statements import fill, identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from dagster_project.scratch.evaluation import Scratch
    from dagster_project.scratch.project import Model
    from dagster_project.settings import Settings

PACKAGE = "dagster_project.authoring"
NAMED = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Preview:
    """A segment at the live moment: ``rows`` were evaluated in ``seconds``.

    What would tell of too few people is None.
    """

    size: int | None
    share: float | None
    rows: int
    seconds: float
    overlap: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one segment; no preview where it cannot be evaluated.

    ``warnings`` keep nothing from going live: a review that is due.
    """

    segment: str
    problems: Sequence[Problem] = field(default_factory=list)
    warnings: Sequence[Problem] = field(default_factory=list)
    preview: Preview | None = None


def check(
    settings: Settings,
    names: Sequence[str],
    *,
    today: date,
    tell: Callable[[str], None],
    folder: Path = PROJECT_DIR / "models" / "segments",
) -> list[Check]:
    """Check some segments, or all for no names.

    Raises LookupError for a name without a file. What needs the warehouse is left out where nothing
    was loaded yet.
    """
    paths = _paths(folder, names)
    rules = _rules(settings, folder, today)
    found = {path: files.problems(path, rules, _shown(path)) for path in paths}
    previews: dict[Path, Preview] = {}
    if not settings.warehouse.exists():
        tell("nothing is loaded yet: size, overlap and cost are unknown")
    try:
        if settings.warehouse.exists():
            with evaluation.opened(settings, "check of segments", tell) as scratch:
                _preview_all(scratch, paths, found, previews)
    except (RuntimeError, ValueError) as error:  # dbt cannot read the project
        for path in paths:
            if path.stem in str(error):
                found[path].append(_from_dbt(path, str(error)))
        if not any(path.stem in str(error) for path in paths):
            raise
    return [
        Check(
            path.stem[4:],
            found[path],
            files.warnings(path, rules, _shown(path)),
            previews.get(path),
        )
        for path in paths
    ]


def _preview_all(
    scratch: Scratch,
    paths: Sequence[Path],
    found: dict[Path, list[Problem]],
    previews: dict[Path, Preview],
) -> None:
    models = {path: scratch.project.segment(path.stem) for path in paths}
    above = {path: _parent(scratch, model) for path, model in models.items()}
    scratch.begin_live()
    scratch.compile([*models.values(), *filter(None, above.values())])
    for path, model in models.items():
        try:
            found[path].extend(_unnamed(scratch, path, model))
            scratch.lay_live(model)
            previews[path] = _preview(scratch, model)
            found[path].extend(_untested(scratch, path, model))
            found[path].extend(_unnested(scratch, path, model, above[path]))
        except (duckdb.Error, ValueError) as error:
            found[path].append(wording.from_duckdb(path, _shown(path), str(error)))


def _preview(scratch: Scratch, model: Model) -> Preview:
    started = time.monotonic()
    text = fill(statement(PACKAGE, "size"), {"segment": identifier(model.name)})
    ((customers, size),) = scratch.connection.execute(text).fetchall()
    seconds = time.monotonic() - started
    if small_groups.is_small(size):
        return Preview(None, None, customers, seconds, [])
    overlap = []
    for other in scratch.project.segments():
        if other.name == model.name or other.relation not in scratch.live:
            continue
        names = {"segment": identifier(model.name), "other": identifier(other.name)}
        text = fill(statement(PACKAGE, "overlap"), names)
        ((common, own, others),) = scratch.connection.execute(text).fetchall()
        if common and not small_groups.is_small(common):
            jaccard = common / (own + others - common)
            overlap.append({"segment": other.name[4:], "common": common, "jaccard": jaccard})
    overlap.sort(key=lambda row: (-row["jaccard"], row["segment"]))
    share = size / customers if customers else 0.0
    return Preview(size, share, customers, seconds, overlap[:5])


def _untested(scratch: Scratch, path: Path, model: Model) -> list[Problem]:
    """Find the conditions that no row of a unit test shows to fail alone, or at their limit."""
    tests = coverage.unit_tests(path.parent, path.stem)
    if not tests:
        return []  # told already
    rules = thresholds.rules(scratch.connection, scratch.compiled[model.unique_id])
    conditions = _conditions(scratch, model)
    problems = []
    if not coverage.has_member(tests, conditions):
        write = f"a row for which {' and '.join(conditions)} are true"
        problems.append(Problem(_shown(path), 1, "no member in its unit test", write))
    tied = coverage.tied(rules, conditions)
    for name in coverage.unflipped(tests, conditions, counts_unknown=True):
        if name in tied:
            continue
        what = f"its unit test has nobody whom {name} alone keeps out"
        write = f"a row that expects {name}: false and the others true"
        problems.append(Problem(_shown(path), files.line_of(path, name), what, write))
    for name, column, limit in coverage.unbounded(tests, rules):
        if name in conditions:
            what = f"its unit test leaves the limit of {name} out"
            write = f"a row with {column}: {limit:g}"
            problems.append(Problem(_shown(path), files.line_of(path, name), what, write))
    return problems


def _conditions(scratch: Scratch, model: Model) -> list[str]:
    columns = scratch.connection.sql(scratch.compiled[model.unique_id])
    types = zip(columns.columns, map(str, columns.types), strict=True)
    return [name for name, type_ in types if type_ == "BOOLEAN"]


def _parent(scratch: Scratch, model: Model) -> Model | None:
    """Return the parent; one that has no file is told of already."""
    name = (model.meta.get("segment") or {}).get("parent")
    return next((m for m in scratch.project.segments() if m.name == f"seg_{name}"), None)


def _unnested(scratch: Scratch, path: Path, model: Model, parent: Model | None) -> list[Problem]:
    """Find the conditions of the parent that a file does not repeat, or words otherwise."""
    if parent is None:
        return []
    own, parents = _asked(scratch, model), _asked(scratch, parent)
    line = files.line_of(path, "parent")
    what = f"not every member is one of the parent's, {parent.name[4:]}"
    return [
        Problem(_shown(path), line, what, f"its condition too: `{text} as {name}`")
        for name, text in nesting.unrepeated(own, parents).items()
    ]


def _asked(scratch: Scratch, model: Model) -> dict[str, str]:
    rules = thresholds.rules(scratch.connection, scratch.compiled[model.unique_id])
    conditions = _conditions(scratch, model)
    return {name: nesting.bare(rule.text) for name, rule in rules.items() if name in conditions}


def _unnamed(scratch: Scratch, path: Path, model: Model) -> list[Problem]:
    """Find the columns of the file's SELECT that say no name."""
    tree = selects.parse(scratch.connection, scratch.compiled[model.unique_id])
    problems = []
    for item in tree.get("select_list") or []:
        name = selects.output_name(item)
        if name is None and item.get("class") == "STAR":
            problems.append(
                Problem(_shown(path), 1, "a star hides which columns there are", "each by its name")
            )
        elif name is None:
            words = next(iter(selects.columns(item)), ("",))[-1]
            text = selects.expression_text(scratch.connection, item)
            line = files.line_of(path, words) if words else 1
            problems.append(
                Problem(
                    _shown(path), line, f"a condition without a name: {text}", f"`{text} as is_…`"
                )  # fmt: skip
            )
        elif not NAMED.fullmatch(name):
            line = files.line_of(path, name)
            problems.append(
                Problem(_shown(path), line, f"{name!r} is no column's name", "small letters and _")
            )
    return problems


def _from_dbt(path: Path, message: str) -> Problem:
    models = (file.stem for file in path.parents[1].rglob("*.sql"))
    return wording.from_dbt(path, _shown(path), message, models)


def _paths(folder: Path, names: Sequence[str]) -> list[Path]:
    if not names:
        return sorted(folder.glob("seg_*.sql"))
    paths = [folder / f"seg_{name.removeprefix('seg_')}.sql" for name in names]
    for path in paths:
        if not path.exists():
            raise LookupError(f"no file {_shown(path)}: tessera segment new {path.stem[4:]}")
    return paths


def _rules(settings: Settings, folder: Path, today: date) -> Rules:
    targets = yaml.safe_load((settings.config / "targets.yml").read_text(encoding="utf-8")) or {}
    return Rules(
        purposes=list(purposes.load(settings.config / "purposes.yml").purposes),
        targets=[str(name) for name in (targets.get("targets") or targets)],
        listed=(folder / "fct_segment_members.sql").read_text(encoding="utf-8"),
        tests="\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yml"))),
        today=today,
    )


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(PROJECT_DIR.parent))
    except ValueError:
        return str(path)
