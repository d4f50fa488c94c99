"""A segment at past moments: its size, who came and went, its overlap, what it would have sent."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.authoring import wording
from dagster_project.backtests import consents, discretion, moments
from dagster_project.scratch import arrival, clusters, evaluation
from dagster_project.statements import statement
from edge import selects
from edge.statements import fill, identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagster_project.keys import Keys
    from dagster_project.scratch.evaluation import Scratch
    from dagster_project.scratch.project import Model
    from dagster_project.settings import Settings
    from edge.consent.purposes import Purposes

PACKAGE = "dagster_project.backtests"
CUSTOMERS = ("marts", "dim_customers")
USUAL_CAP = {"times": 1, "days": 7}  # of a segment that is no trigger
OUTSIDE_ROWS = 2_000_000  # of more, a sample is compared with
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What to try: a segment of the project, or the draft in ``rule`` under that name.

    ``cap_days`` is the shortest time between two messages to a customer, None for what a trigger
    asks for itself; ``after_days`` how long those who entered are watched. ``purpose`` is needed
    for a draft that names none. ``compares`` says whether the other segments are evaluated too, for
    the overlap.
    """

    segment: str
    moments: Sequence[datetime]
    every: timedelta
    rule: Path | None = None
    as_known: bool = False
    cap_days: int | None = None
    after_days: int = 14
    purpose: str | None = None
    compares: bool = True

    def __post_init__(self) -> None:
        """Refuse a name that could not be a table's."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"a segment's name has small letters, digits and _, got {self.name!r}")

    @property
    def name(self) -> str:
        """The segment's name without its prefix."""
        return self.segment.removeprefix("seg_")

    @property
    def evaluated(self) -> list[datetime]:
        """The moments and the one before the first, to tell who entered at the first."""
        return [self.moments[0] - self.every, *self.moments]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of it; moments are UTC, and customers are named as they are today."""

    segment: str
    is_draft: bool
    as_known: bool
    purpose: str | None
    sizes: Rows
    changes: Rows
    overlap: Rows
    messages: Mapping[str, Any]
    behaviour: Mapping[str, Any]
    warnings: Sequence[str]
    seconds: float
    file: str

    def as_dict(self) -> dict[str, Any]:
        """Return everything with plain names, for JSON."""
        return asdict(self)


def run(
    settings: Settings,
    question: Question,
    *,
    purposes: Purposes,
    keys: Keys,
    tell: Callable[[str], None],
) -> Backtest:
    """Evaluate the segment at the moments and at the one before, and see what came of it.

    Raises LookupError for an unknown segment and ValueError for a draft that does not compile.
    """
    started = time.monotonic()
    with evaluation.opened(settings, f"backtest of {question.name}", tell) as scratch:
        if CUSTOMERS not in scratch.live:
            raise LookupError("nothing is built yet: tessera run refresh_segments")
        model = _model(scratch, question)
        purpose = question.purpose or model.meta.get("segment", {}).get("purpose")
        if purpose is not None and purpose not in purposes.purposes:
            raise ValueError(f"no purpose {purpose!r} in purposes.yml")
        tell(f"evaluating {question.name} at {len(question.moments)} moments")
        _evaluate(scratch, model, question, keys)
        _run(scratch, "moments", {"moments": question.evaluated})
        _run(scratch, "stays")
        overlap: Rows = []
        if question.compares:
            tell("comparing with other segments")
            overlap = _overlap(scratch, model, question)
        tell("looking at what came after")
        behaviour = _behaviour(scratch, question)
        messages = _messages(scratch, model, question, purposes, purpose)
        file = settings.reports / f"backtest_{question.name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = fill(statement(PACKAGE, "changes_file"), {"path": literal(file)})
        scratch.connection.execute(text)
        return Backtest(
            segment=question.name,
            is_draft=question.rule is not None,
            as_known=question.as_known,
            purpose=purpose,
            sizes=[discretion.size(row) for row in _rows(scratch, "sizes")],
            changes=_rows(scratch, "changes"),
            overlap=[discretion.overlap(row) for row in overlap],
            messages=discretion.messages(messages),
            behaviour=discretion.behaviour(behaviour),
            warnings=_warnings(scratch, model, question, purpose),
            seconds=time.monotonic() - started,
            file=str(file),
        )


def _model(scratch: Scratch, question: Question) -> Model:
    if question.rule is None:
        return scratch.project.segment(question.name)
    text = question.rule.read_text(encoding="utf-8")
    shown = str(question.rule)
    try:
        draft = scratch.project.draft(text, question.name, shown)
    except ValueError as error:
        models = [model.name for model in scratch.project.models.values() if not model.is_source]
        problem = wording.from_dbt(question.rule, shown, str(error), models)
        raise ValueError(str(problem)) from error
    try:
        selects.parse(scratch.connection, draft.sql)
    except ValueError as error:
        problem = wording.from_duckdb(question.rule, shown, str(error))
        raise ValueError(str(problem)) from error
    return draft


def _evaluate(scratch: Scratch, model: Model, question: Question, keys: Keys) -> None:
    _run(scratch, "evaluated")
    names = {"segment": identifier(model.name)}
    if not question.as_known:
        for batch in scratch.batches(question.evaluated):
            scratch.begin(batch)
            clusters.assign(scratch, [model], batch)
            scratch.lay([model])
            scratch.connection.execute(fill(statement(PACKAGE, "evaluate"), names))
        return
    for moment in question.evaluated:
        arrival.begin(scratch, moment, keys)
        clusters.assign(scratch, [model], [moment])
        scratch.lay([model], roots=arrival.ROOTS)
        scratch.connection.execute(fill(statement(PACKAGE, "evaluate_as_known"), names))


def _overlap(scratch: Scratch, model: Model, question: Question) -> Rows:
    last = question.moments[-1]
    _run(scratch, "members_at", {"as_of": last})
    others = [other for other in scratch.project.segments() if other.name != model.name]
    catalog = "warehouse"
    if last == scratch.live_as_of and not question.as_known:
        catalog = "live"
        others = [other for other in others if other.relation in scratch.live]
    elif not question.as_known:
        scratch.begin([last])
        clusters.assign(scratch, others, [last])
        scratch.lay(others, keeps_features=True)
    else:  # the scratch still knows what had arrived by the last moment
        scratch.lay(others, roots=arrival.ROOTS, keeps_features=True)
    found = []
    for other in others:
        table = f"{catalog}.segments.{identifier(other.name)}"
        text = fill(statement(PACKAGE, "overlap"), {"others": table})
        row = scratch.connection.execute(text).fetchone()
        assert row is not None
        common, size, other_size = row
        union = size + other_size - common
        found.append(
            {
                "segment": other.name.removeprefix("seg_"),
                "size": other_size,
                "common": common,
                "jaccard": common / union if union else 0.0,
            }
        )
    return sorted(found, key=lambda row: (-row["jaccard"], row["segment"]))


def _messages(
    scratch: Scratch, model: Model, question: Question, purposes: Purposes, purpose: str | None
) -> dict[str, Any]:
    consents.permit(scratch, purposes, purpose)
    cap = dict((model.trigger or {}).get("cap") or USUAL_CAP)
    if question.cap_days is not None:
        cap = {"times": 1, "days": question.cap_days}
    _run(scratch, "messages", {"cap_days": cap["days"], "cap_times": cap["times"]})
    (counts,) = _rows(scratch, "message_counts")
    return {
        "cap_days": cap["days"],
        "cap_times": cap["times"],
        **counts,
        "refused": counts["entries"] - counts["permitted"],
        "capped": counts["permitted"] - counts["messages"],
    }


def _behaviour(scratch: Scratch, question: Question) -> dict[str, Any]:
    (counted,) = _rows(scratch, "evaluated_count")
    one_in = max(1, counted["rows"] // OUTSIDE_ROWS)
    given = {
        "after_days": question.after_days,
        "until": scratch.live_as_of,
        "one_in": one_in,
    }
    _run(scratch, "behaviour", given)
    _run(scratch, "behaviour_alike")
    (compared,) = _rows(scratch, "behaviour_compared")
    return {"after_days": question.after_days, "outside_one_in": one_in, **compared}


def _warnings(scratch: Scratch, model: Model, question: Question, purpose: str | None) -> list[str]:
    found = [
        f"reads {relation} as it is today: no version of then is kept"
        for relation in clusters.as_of_today(scratch, [model])
    ]
    customers = {row["as_of"]: row["customers"] for row in _rows(scratch, "sizes")}
    found += moments.outside_history(customers, scratch.live_as_of)
    if purpose is None:
        found.append("the draft names no purpose: consents are not applied (--purpose NAME)")
    return found


def _run(scratch: Scratch, name: str, given: Mapping[str, Any] | None = None) -> None:
    scratch.connection.execute(statement(PACKAGE, name), dict(given or {}))


def _rows(scratch: Scratch, name: str) -> Rows:
    found = scratch.connection.execute(statement(PACKAGE, name))
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
