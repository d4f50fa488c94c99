"""The people who visit the shop, their tastes and their devices."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.simulator.catalogue import Catalogue
from edge.simulator.chance import Flags, Floats, Integers, generator
from edge.simulator.personas import (
    BOT,
    BROWSER,
    LAPSED,
    LOW,
    ONE_TIME,
    SEASONAL,
    parameter,
)
from edge.simulator.span import DAY, HOUR, Span
from edge.simulator.wording import AGENTS, BOT_AGENTS, CATEGORIES, FIRST_NAMES, LAST_NAMES, PLACES

_SHARED_PAIRS_PER_PERSON = 0.002
_CUSTOMERS_PER_KIOSK = 2_500
_PEOPLE_PER_KIOSK = 8
_CUSTOMERS_PER_BOT = 400


@dataclass(frozen=True, slots=True)
class People:
    """One row per person; the bots come last. Times are milliseconds since 1970."""

    persona: Integers
    active_from: Integers
    active_to: Integers
    weight: Floats
    favourite_hour: Floats
    category: Integers
    second_category: Integers
    style: Integers
    brand: Integers
    season: Integers
    place: Integers
    first_name: Integers
    last_name: Integers
    can_log_in: Flags
    has_phone: Flags
    first_device: Integers
    devices: Integers
    borrowed_device: Integers


@dataclass(frozen=True, slots=True)
class Devices:
    """One row per device, that is per anonymous id."""

    owner: Integers
    agent: Integers
    has_gpc: Flags
    skew: Integers
    consent: Integers


def make(*, customers: int, seed: int, span: Span, catalogue: Catalogue) -> People:
    """Make the customers and the bots; bots get a device each."""
    chance = generator(seed, 2)
    bots = max(1, customers // _CUSTOMERS_PER_BOT)
    size = customers + bots
    shares = parameter("share")
    edges = np.cumsum(np.rint(shares / shares.sum() * customers)).astype(np.int64)
    persona = np.full(size, BOT, dtype=np.int64)
    persona[:customers] = chance.permutation(
        np.minimum(np.searchsorted(edges, np.arange(customers), side="right"), LOW)
    )
    active_from, active_to = _activity(chance, persona, span)
    weight = parameter("visits_per_day")[persona] * chance.lognormal(-0.08, 0.4, size)
    weight *= np.maximum(active_to - active_from, HOUR) / DAY
    weight[customers:] = 0.0
    category = chance.integers(0, len(CATEGORIES), size)
    taste = chance.integers(0, 3, size)
    zeros = np.zeros(size, dtype=np.int64)
    devices = 1 + chance.binomial(2, np.where(persona == LOW, 0.1, 0.35))
    devices[customers:] = 1
    first_device = np.cumsum(devices) - devices
    return People(
        persona=persona,
        active_from=active_from,
        active_to=active_to,
        weight=weight,
        favourite_hour=np.clip(chance.normal(19.0, 3.0, size), 7, 23),
        category=category,
        second_category=(category + chance.integers(1, len(CATEGORIES), size)) % len(CATEGORIES),
        style=taste,
        brand=catalogue.brand[
            catalogue.draw(zeros + 1, category, taste, zeros, chance.random(size))
        ],
        season=chance.integers(0, 4, size),
        place=chance.integers(0, len(PLACES), size),
        first_name=chance.integers(0, len(FIRST_NAMES), size),
        last_name=chance.integers(0, len(LAST_NAMES), size),
        can_log_in=chance.random(size) < parameter("known_share")[persona],
        has_phone=chance.random(size) < 0.7,
        first_device=first_device,
        devices=devices,
        borrowed_device=_borrowed(chance, persona, first_device, customers),
    )


def make_devices(people: People, seed: int) -> Devices:
    """Make the devices of everyone, numbered by their owner."""
    chance = generator(seed, 3)
    owner = np.repeat(np.arange(len(people.devices)), people.devices)
    size = len(owner)
    is_bot = people.persona[owner] == BOT
    skewed = chance.random(size)
    seconds = np.select(
        [skewed < 0.04, skewed < 0.05],
        [chance.normal(0, 600, size), chance.normal(0, 40 * 86_400, size)],
        chance.normal(0, 1.5, size),
    )
    agent = chance.choice(len(AGENTS), size, p=[0.2, 0.12, 0.08, 0.3, 0.22, 0.08])
    is_hidden = owner % 10 == 9
    bot_agent = len(AGENTS) + owner % len(BOT_AGENTS)
    answer = chance.random(size)
    return Devices(
        owner=owner,
        agent=np.where(is_bot & ~is_hidden, bot_agent, agent),
        has_gpc=~is_bot & (chance.random(size) < 0.08),
        skew=(seconds * 1000).astype(np.int64),
        # which purposes its visitor allows: 1 analytics, 2 personalisation, 4 ads; 0 never asked
        consent=np.select([is_bot, answer < 0.25, answer < 0.38, answer < 0.45], [0, 7, 1, 3], 0),
    )


def _activity(
    chance: np.random.Generator, persona: Integers, span: Span
) -> tuple[Integers, Integers]:
    """Return when each person first and last may visit."""
    size = len(persona)
    length = span.end - span.start
    joined = np.where(chance.random(size) < 0.6, 0.0, chance.uniform(0, 0.8, size))
    joined[np.isin(persona, (SEASONAL, LAPSED, BOT))] = 0.0
    until = np.ones(size)
    once = persona == ONE_TIME
    joined[once] = chance.uniform(0, 0.8, int(once.sum()))
    until[once] = np.minimum(joined[once] + 0.2, 1.0)
    lapsed = persona == LAPSED
    gap = min(65 * DAY, round(length * 0.72)) / length
    until[lapsed] = (1 - gap) * chance.uniform(0.8, 1.0, int(lapsed.sum()))
    return (
        span.start + (joined * length).astype(np.int64),
        span.start + (until * length).astype(np.int64),
    )


def _borrowed(
    chance: np.random.Generator, persona: Integers, first_device: Integers, customers: int
) -> Integers:
    """Return the device of somebody else that each person also uses, or -1."""
    borrowed = np.full(len(persona), -1, dtype=np.int64)
    registered = np.flatnonzero(~np.isin(persona, (BROWSER, LOW, BOT)))
    people: npt.NDArray[np.int64] = chance.permutation(registered)
    pairs = min(max(1, round(customers * _SHARED_PAIRS_PER_PERSON)), len(people) // 2)
    borrowed[people[:pairs]] = first_device[people[pairs : 2 * pairs]]
    people = people[2 * pairs :]
    for _ in range(min(customers // _CUSTOMERS_PER_KIOSK, len(people) // (2 * _PEOPLE_PER_KIOSK))):
        users, people = people[:_PEOPLE_PER_KIOSK], people[_PEOPLE_PER_KIOSK:]
        borrowed[users[1:]] = first_device[users[0]]
    return borrowed
