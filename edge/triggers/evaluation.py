"""One evaluation of all triggers: (rules, recent events, as_of, state) in, firings out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edge.consent import gate, past
from edge.consent.purposes import Purposes
from edge.published import Generation, open_read_only
from edge.triggers import moments
from edge.triggers.decisions import Firing, Observation, Permitted, decide
from edge.triggers.moments import Arrivals, Cost
from edge.triggers.rules import TICK, Rules, ceiling, floor
from edge.triggers.state import Progress, State


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came of an evaluation, the ticks it covered and what it read."""

    firings: tuple[Firing, ...]
    first: datetime
    last: datetime
    cost: Cost


def evaluate(
    generation: Generation,
    arrivals: Arrivals,
    rules: Rules,
    purposes: Purposes,
    state: State,
    *,
    as_of: datetime,
    recorded_at: datetime,
    landing: Path,
) -> Evaluated | None:
    """Evaluate every tick since the last evaluation, and record what became of its entries.

    Ticks that newer landing files reach back to are evaluated again: an entry that only they show
    is found, and judged by the present, withdrawals of the ledger in ``landing`` included. Nothing
    where there is no new tick and no new file.
    """
    last = floor(as_of)
    before = state.progress()
    known = before.evaluated_to
    if known is not None and last <= known and arrivals.file_number <= before.file_number:
        return None
    last = last if known is None else max(last, known)
    oldest = max(last - rules.reach, before.started_at or last)
    with moments.opened(generation, arrivals, rules, first=oldest, last=last) as recent:
        late = recent.arrived_after(before.file_number)
        first = _first_tick(known, late, oldest, last)
        observations = recent.observe(first, last, state.waiting(before=first))
        cost = recent.cost
    known_firings = state.known(_customers(observations))
    firings = decide(
        rules.triggers,
        observations,
        known_firings,
        permitted=_permitted(generation, arrivals, purposes, landing, observations, known_firings),
        now=last,
    )
    triggers = {trigger.name: trigger for trigger in rules.triggers}
    newest_file = max(arrivals.file_number, before.file_number)
    progress = Progress(before.started_at or first, last, newest_file)
    state.record(firings, triggers, progress, recorded_at)
    return Evaluated(tuple(firings), first, last, cost)


def replay(
    generation: Generation,
    arrivals: Arrivals,
    rules: Rules,
    purposes: Purposes,
    earlier: Sequence[Firing],
    *,
    first: datetime,
    last: datetime,
    landing: Path,
) -> Evaluated:
    """Return what would have come of each tick of a span, had it been evaluated in its time.

    ``earlier`` are the firings before it, for caps and for what still waited. Consents are those
    given until each tick. Nothing is recorded.
    """
    first, last = ceiling(first), floor(last)
    earlier = [_as_it_stood(firing, first) for firing in earlier]
    waiting = [(x.trigger, x.customer_id) for x in earlier if x.status == "waiting"]
    observations, cost = moments.observed(
        generation, arrivals, rules, first=first, last=last, assumed=waiting
    )
    asked: set[past.Asked] = set()

    def note(customer: str, purpose: str, moment: datetime) -> bool:
        asked.add((customer, moment))
        return False

    # who is asked for rests on no answer, so all are asked for at once
    decide(rules.triggers, observations, earlier, permitted=note)
    allowed = past.allowed_at(
        generation,
        purposes,
        asked,
        status=_rule_of_consents(rules),
        refusals=arrivals.refusals,
        landing=landing,
    )
    firings = decide(
        rules.triggers, observations, earlier, permitted=lambda *question: question in allowed
    )
    return Evaluated(tuple(firings), first, last, cost)


def _rule_of_consents(rules: Rules) -> str:
    if not rules.consents:
        raise LookupError(
            "the newest generation does not say how consents were answered at past moments: "
            "tessera run refresh_segments publishes one that does"
        )
    return rules.consents


def _first_tick(
    known: datetime | None, late: datetime | None, oldest: datetime, last: datetime
) -> datetime:
    if known is None:
        return last
    first = known + TICK if late is None else min(known + TICK, ceiling(late))
    return max(min(first, last), oldest)


def _as_it_stood(firing: Firing, first: datetime) -> Firing:
    """Return a firing as it was before a tick: what was decided later still waited."""
    if firing.due_at < first or firing.suppressed_by == "left":
        return firing
    return replace(firing, status="waiting", suppressed_by=None, fired_at=None)


def _customers(observations: Sequence[Observation]) -> list[str]:
    return sorted({entry.customer_id for seen in observations for entry in seen.entries})


def _permitted(
    generation: Generation,
    arrivals: Arrivals,
    purposes: Purposes,
    landing: Path,
    observations: Sequence[Observation],
    known: Sequence[Firing],
) -> Permitted:
    """Ask the one gate, with the refusals that have landed since it was published."""
    waiting = {firing.customer_id for firing in known if firing.status == "waiting"}
    customers = sorted({*_customers(observations), *waiting})
    if not customers:
        return lambda customer, purpose, moment: False
    with open_read_only(generation) as connection:
        gate.install(connection, purposes, landing=landing)
        gate.hear(connection, newcomers=arrivals.visitors, refusals=arrivals.refusals)
        allowed = gate.allowed_of(connection, customers)
    return lambda customer, purpose, moment: (customer, purpose) in allowed
