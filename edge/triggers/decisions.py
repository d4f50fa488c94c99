"""What becomes of entries: a pure function of rules, observations, earlier firings and consent."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge.triggers.rules import QuietHours, Trigger, ceiling

Status = Literal["fired", "suppressed", "waiting"]
Reason = Literal[
    "cap", "consent", "quiet_hours", "lower_priority", "holdout", "expired", "left"
]  # why one was suppressed
Pair = tuple[str, str]  # a trigger and a customer
Permitted = Callable[[str, str, datetime], bool]  # a customer, for a purpose, at a moment


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer who is a member at a tick and was none at the tick before."""

    trigger: str
    customer_id: str
    entered_at: datetime
    reason: Mapping[str, Any]
    message_ids: tuple[str, ...]
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """Who came and who left at one tick, from what had arrived by then."""

    tick: datetime
    entries: tuple[Entry, ...] = ()
    exits: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Firing:
    """One entry and what became of it; ``as_of`` is the tick that found it."""

    firing_id: str
    trigger: str
    customer_id: str
    entered_at: datetime
    as_of: datetime
    due_at: datetime
    status: Status
    suppressed_by: Reason | None = None
    fired_at: datetime | None = None
    reason: Mapping[str, Any] = field(default_factory=dict)
    message_ids: tuple[str, ...] = ()
    timezone: str | None = None


def decide(
    triggers: Sequence[Trigger],
    observations: Sequence[Observation],
    known: Sequence[Firing],
    *,
    permitted: Permitted,
    now: datetime | None = None,
) -> list[Firing]:
    """Return every firing that is new or no longer waits, in order.

    ``known`` are the customers' earlier firings, whatever became of them, and all that wait. Each
    tick is its own present, so that a day replayed at once gives what its steps gave; with ``now``
    no tick is earlier than that: what is found late is judged by when it was found.
    """
    by_name = {trigger.name: trigger for trigger in triggers}
    waiting = {
        (x.trigger, x.customer_id): x
        for x in known
        if x.status == "waiting" and x.trigger in by_name
    }
    fired: dict[Pair, list[datetime]] = defaultdict(list)
    for firing in known:
        if firing.fired_at is not None:
            fired[firing.trigger, firing.customer_id].append(firing.fired_at)
    is_new = _novelty(observations, known)
    decided: list[Firing] = []
    for seen in observations:
        for pair in sorted(seen.exits & waiting.keys()):
            if waiting[pair].as_of < seen.tick:
                decided.append(_suppressed(waiting.pop(pair), "left"))
        found = set()
        for entry in seen.entries:
            pair = entry.trigger, entry.customer_id
            if pair not in waiting and is_new(entry, seen.tick):
                waiting[pair] = _firing(by_name[entry.trigger], entry, seen.tick)
                found.add(pair)
        present = seen.tick if now is None else max(seen.tick, now)
        for customer, ready in _ready(waiting, by_name, seen.tick):
            has_fired = False
            for firing in ready:
                pair = firing.trigger, customer
                trigger = by_name[firing.trigger]
                outcome = _outcome(trigger, firing, present, permitted, fired[pair])
                if outcome.status == "fired" and has_fired:
                    outcome = _suppressed(firing, "lower_priority")
                found.discard(pair)
                if outcome.status == "waiting":
                    waiting[pair] = outcome
                else:
                    del waiting[pair]
                if outcome.fired_at is not None:
                    has_fired = True
                    fired[pair].append(outcome.fired_at)
                decided.append(outcome)
        decided.extend(waiting[pair] for pair in sorted(found))
    return decided


def firing_id(trigger: str, customer_id: str, tick: datetime) -> str:
    """Return what names the firing of an entry, whenever and however often it is evaluated."""
    text = f"{trigger}|{customer_id}|{tick.isoformat()}"
    return "f" + hashlib.sha256(text.encode()).hexdigest()[:24]


def is_held_out(trigger: Trigger, customer_id: str) -> bool:
    """Say whether a customer belongs to the share for whom a trigger never fires."""
    digest = hashlib.sha256(f"holdout|{trigger.name}|{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < trigger.holdout_share


def quiet_until(quiet: QuietHours, moment: datetime, timezone: str | None) -> datetime | None:
    """Return when the quiet hours end that a moment (UTC) lies in; None outside of them."""
    zone = _zone(timezone)
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    start, end = quiet.from_hour, quiet.to_hour
    if start < end:
        is_quiet, later = start <= local.hour < end, timedelta()
    else:
        is_quiet = local.hour >= start or local.hour < end
        later = timedelta(days=1) if local.hour >= start else timedelta()
    if not is_quiet:
        return None
    ended = datetime.combine(local.date() + later, time(end), tzinfo=zone)
    return ended.astimezone(UTC).replace(tzinfo=None)


@cache
def _zone(timezone: str | None) -> ZoneInfo:
    """Return a customer's time zone; UTC where none is known, or one that there is not."""
    try:
        return ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _novelty(
    observations: Sequence[Observation], known: Sequence[Firing]
) -> Callable[[Entry, datetime], bool]:
    """Return what says whether an entry is none that an earlier evaluation has found.

    Events that arrive late may move an entry forward: one that the same stay had fired for
    already is not fired again.
    """
    found: dict[Pair, list[datetime]] = defaultdict(list)
    for firing in known:
        found[firing.trigger, firing.customer_id].append(firing.as_of)
    exits: dict[Pair, list[datetime]] = defaultdict(list)
    for seen in observations:
        for pair in seen.exits & found.keys():
            exits[pair].append(seen.tick)
    last = observations[-1].tick if observations else None

    def is_new(entry: Entry, tick: datetime) -> bool:
        pair = entry.trigger, entry.customer_id
        for earlier in found.get(pair, ()):
            has_left = any(tick < left <= earlier for left in exits[pair])
            if earlier == tick or (last is not None and tick < earlier <= last and not has_left):
                return False
        return True

    return is_new


def _firing(trigger: Trigger, entry: Entry, tick: datetime) -> Firing:
    due = entry.entered_at + timedelta(minutes=trigger.delay_minutes)
    return Firing(
        firing_id=firing_id(trigger.name, entry.customer_id, tick),
        trigger=trigger.name,
        customer_id=entry.customer_id,
        entered_at=entry.entered_at,
        as_of=tick,
        due_at=max(due, tick) if trigger.delay_minutes == 0 else max(ceiling(due), tick),
        status="waiting",
        reason=entry.reason,
        message_ids=entry.message_ids,
        timezone=entry.timezone,
    )


def _ready(
    waiting: Mapping[Pair, Firing], by_name: Mapping[str, Trigger], tick: datetime
) -> Iterator[tuple[str, list[Firing]]]:
    """Yield each customer whose firings are due, with those: the highest priority first."""
    due: dict[str, list[Firing]] = defaultdict(list)
    for firing in waiting.values():
        if firing.due_at <= tick and firing.as_of <= tick:
            due[firing.customer_id].append(firing)
    for customer in sorted(due):
        firings = due[customer]
        firings.sort(key=lambda firing: (-by_name[firing.trigger].priority, firing.trigger))
        yield customer, firings


def _outcome(
    trigger: Trigger,
    firing: Firing,
    present: datetime,
    permitted: Permitted,
    fired: Sequence[datetime],
) -> Firing:
    expires_at = firing.entered_at + timedelta(minutes=trigger.expires_minutes)
    if present > expires_at:
        return _suppressed(firing, "expired")
    if trigger.quiet_hours is not None:
        ended = quiet_until(trigger.quiet_hours, present, firing.timezone)
        if ended is not None:
            if trigger.quiet_hours.then == "suppress" or ended > expires_at:
                return _suppressed(firing, "quiet_hours")
            return replace(firing, due_at=ceiling(ended))
    purposes = (trigger.purpose, trigger.channel_purpose)
    if not all(permitted(firing.customer_id, purpose, present) for purpose in purposes):
        return _suppressed(firing, "consent")
    if is_held_out(trigger, firing.customer_id):
        return _suppressed(firing, "holdout")
    since = present - timedelta(days=trigger.cap.days)
    if sum(moment > since for moment in fired) >= trigger.cap.times:
        return _suppressed(firing, "cap")
    return replace(firing, status="fired", fired_at=present)


def _suppressed(firing: Firing, by: Reason) -> Firing:
    return replace(firing, status="suppressed", suppressed_by=by)
