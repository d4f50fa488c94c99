"""Who visits when, on which device, and how much of what they do: one row per visit."""

from dataclasses import dataclass, replace

import numpy as np

from edge.simulator import columns
from edge.simulator.chance import Flags, Integers, generator
from edge.simulator.people import People
from edge.simulator.personas import BOT, LAPSED, ONE_TIME, SEASONAL, parameter
from edge.simulator.span import DAY, HOUR, Span
from edge.simulator.wording import CHANNELS

_BOT_SHARE = 0.015
_LATE_SHARE = 0.009
_EVENTS_PER_VISIT = 8
_OVERHEAD = 0.93  # of the events: consents, logins and faults are drawn later
_GAP = 3 * HOUR
_MOST_VIEWS = 300
DRIFT = (
    ("buy_share", 0.6),
    ("searches", 1.6),
    ("click_share", 0.5),
)
TRENDING_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Visits:
    """One row per visit, in order of time; counts of what happens in it."""

    person: Integers
    device: Integers
    start: Integers
    channel: Integers
    pages: Integers
    searches: Integers
    lists: Integers
    filters: Integers
    views: Integers
    engaged: Integers
    clicked: Integers
    adds: Integers
    removes: Integers
    sees_promotion: Flags
    clicks_promotion: Flags
    sees_cart: Flags
    checks_out: Flags
    buys: Flags
    uses_coupon: Flags
    starts_form: Flags
    submits_form: Flags
    starts_video: Flags
    is_late: Flags

    def events(self) -> Integers:
        """Count the events of each visit, but for consents and logins."""
        counts = 1 + self.pages + self.searches + self.lists + self.filters + self.views
        counts += self.engaged + self.clicked + self.adds + self.removes
        flags = (
            self.sees_promotion, self.clicks_promotion, self.sees_cart, self.checks_out,
            self.checks_out, self.buys, self.uses_coupon, self.starts_form, self.submits_form,
            self.starts_video,
        )  # fmt: skip
        for flag in flags:
            counts += flag
        return counts


def make(*, people: People, span: Span, seed: int, events: int) -> Visits:
    """Draw visits until they hold about ``events`` events, bots' included."""
    chance = generator(seed, 4)
    bots = _drawn(
        chance,
        people,
        span,
        events=events * _BOT_SHARE,
        candidates=np.flatnonzero(people.persona == BOT),
        first=np.zeros(0, dtype=np.int64),
        least=0,
    )
    customers = np.flatnonzero(people.persona != BOT)
    rest = events * _OVERHEAD - bots.events().sum()
    first = chance.permutation(customers)[: max(1, int(rest / _EVENTS_PER_VISIT * 0.6))]
    mine = _drawn(chance, people, span, events=rest, candidates=customers, first=first, least=1)
    visits = _spread(columns.joined([mine, bots]), people, span)
    visits = _forced(chance, visits, people)
    return columns.take(visits, np.lexsort((visits.person, visits.start)))


def _drawn(
    chance: np.random.Generator,
    people: People,
    span: Span,
    *,
    events: float,
    candidates: Integers,
    first: Integers,
    least: int,
) -> Visits:
    """Draw visits in no order until the sum of their events is reached, beginning with ``first``.

    There are at least ``least`` visits.
    """
    weights = np.maximum(people.weight[candidates], 1e-9).cumsum()
    parts: list[Visits] = []
    missing, mean = events, float(_EVENTS_PER_VISIT)
    while True:
        size = max(int(missing / mean) + 1, len(first))
        found = np.searchsorted(weights, chance.random(size) * weights[-1])
        person = candidates[np.minimum(found, len(candidates) - 1)]
        person[: len(first)] = first
        first = first[:0]
        part = _planned(chance, person, people, span)
        counts = part.events().cumsum()
        keep = max(int(np.searchsorted(counts, missing)), 0 if parts else least)
        parts.append(columns.take(part, slice(0, keep)))
        if keep < size or counts[-1] >= missing:
            return columns.joined(parts)
        missing -= float(counts[-1])
        mean = counts[-1] / size


def _planned(chance: np.random.Generator, person: Integers, people: People, span: Span) -> Visits:
    """Draw the time, the device and the counts of one visit for each given person."""
    size = len(person)
    persona = people.persona[person]
    start = _times(chance, person, people, span)
    after = start >= span.drift

    def mean(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        factor = dict(DRIFT).get(name, 1.0)
        return parameter(name)[persona] * np.where(after, factor, 1.0)

    def happens(name: str) -> Flags:
        return chance.random(size) < mean(name)

    views = np.minimum(chance.poisson(mean("views") * chance.gamma(2.0, 0.5, size)), _MOST_VIEWS)
    adds = chance.binomial(views, mean("add_share"))
    removes = chance.binomial(adds, mean("remove_share"))
    sees_promotion = happens("promotion_share")
    checks_out = (adds > removes) & happens("checkout_share") & people.can_log_in[person]
    is_bot = persona == BOT
    starts_form = ~is_bot & (chance.random(size) < 0.03)
    device = people.first_device[person]
    slots = people.devices[person] + (people.borrowed_device[person] >= 0)
    slot = np.where(chance.random(size) < 0.6, 0, (chance.random(size) * slots).astype(np.int64))
    edges = np.cumsum([channel[0] for channel in CHANNELS])
    return Visits(
        person=person,
        device=np.where(
            slot >= people.devices[person], people.borrowed_device[person], device + slot
        ),
        start=start,
        channel=np.where(
            is_bot, 0, np.searchsorted(edges / edges[-1], chance.random(size), side="right")
        ),
        pages=chance.poisson(mean("pages")),
        searches=chance.poisson(mean("searches")),
        lists=chance.poisson(mean("lists")),
        filters=chance.poisson(mean("filters")),
        views=views,
        engaged=chance.binomial(views + 1, mean("engaged_share")),
        clicked=chance.binomial(views, np.where(is_bot, 0.0, 0.1)),
        adds=adds,
        removes=removes,
        sees_promotion=sees_promotion,
        clicks_promotion=sees_promotion & happens("click_share"),
        sees_cart=(adds > 0) & (chance.random(size) < 0.6),
        checks_out=checks_out,
        buys=checks_out & happens("buy_share"),
        uses_coupon=checks_out & happens("coupon_share"),
        starts_form=starts_form,
        submits_form=starts_form & (chance.random(size) < 0.5),
        starts_video=~is_bot & (chance.random(size) < 0.03),
        is_late=~is_bot & (chance.random(size) < _LATE_SHARE),
    )


def _times(chance: np.random.Generator, person: Integers, people: People, span: Span) -> Integers:
    """Return a moment for each visit: within the person's time, at the person's hour."""
    size = len(person)
    active_from, active_to = people.active_from[person], people.active_to[person]
    moment = active_from + (chance.random(size) * (active_to - active_from)).astype(np.int64)
    seasons = len(span.season_starts)
    year = chance.integers(0, max(1, -(-seasons // 4)), size) * 4
    season = (people.season[person] + year) % seasons
    into = (chance.random(size) * span.season_length).astype(np.int64)
    is_inside = (people.persona[person] == SEASONAL) & (chance.random(size) < 0.8)
    moment = np.where(is_inside, span.season_starts[season] + into, moment)
    hour = (people.favourite_hour[person] + chance.normal(0, 3, size)) % 24
    hour = np.where(people.persona[person] == BOT, chance.random(size) * 24, hour)
    moment = (moment - span.start) // DAY * DAY + (hour * HOUR).astype(np.int64) + span.start
    return np.clip(moment, active_from, np.maximum(active_to - 3 * HOUR, active_from))


def _spread(visits: Visits, people: People, span: Span) -> Visits:
    """Push a person's visits apart, so that each stays a session of its own."""
    visits = columns.take(visits, np.lexsort((visits.start, visits.person)))
    first = np.searchsorted(visits.person, visits.person, side="left")
    offset = (np.arange(len(first)) - first) * _GAP
    block = visits.person * 2 * (span.end - span.start + offset.max(initial=0))
    start = np.maximum.accumulate(visits.start - span.start - offset + block) - block + offset
    start += span.start
    inside = (start < span.end - 2 * HOUR) | (offset == 0)
    return columns.take(replace(visits, start=start), inside)


def _forced(chance: np.random.Generator, visits: Visits, people: People) -> Visits:
    """Let one-time buyers buy exactly once, and the lapsed at least twice."""
    persona = people.persona[visits.person]
    order = np.lexsort((chance.random(len(persona)), visits.person))
    rank = np.empty(len(persona), dtype=np.int64)
    rank[order] = np.arange(len(persona)) - np.searchsorted(
        visits.person, visits.person, side="left"
    )
    forced = ((persona == ONE_TIME) & (rank == 0)) | ((persona == LAPSED) & (rank < 2))
    views = np.where(forced, np.maximum(visits.views, 2), visits.views)
    adds = np.where(forced, np.maximum(visits.adds, 1), visits.adds)
    return replace(
        visits,
        views=views,
        adds=adds,
        removes=np.where(forced, 0, visits.removes),
        sees_cart=visits.sees_cart | forced,
        checks_out=visits.checks_out | forced,
        buys=np.where(persona == ONE_TIME, False, visits.buys) | forced,
    )
