"""Simulate a shop: event files, a CRM export, and the truth about both."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from edge.simulator import (
    catalogue,
    columns,
    files,
    logins,
    orders,
    people,
    rendering,
    sending,
    span,
    steps,
    truth,
    visits,
)
from edge.simulator.catalogue import Catalogue
from edge.simulator.chance import Integers, generator
from edge.simulator.logins import Logins
from edge.simulator.people import Devices, People
from edge.simulator.span import Span
from edge.simulator.visits import Visits

_EVENTS_PER_SLICE = 150_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written: sizes of the event files (uncompressed bytes) and of the truth."""

    out: Path
    files: int
    bytes: int
    lines: int
    events: int
    duplicates: int
    rejected: int
    customers: int
    visits: int
    orders: int
    products: int


@dataclass(frozen=True, slots=True)
class _World:
    people: People
    devices: Devices
    catalogue: Catalogue
    span: Span
    visits: Visits
    logins: Logins
    seed: int


def simulate(
    *,
    customers: int,
    days: int,
    seed: int,
    start: datetime.date,
    out: Path,
    progress: Callable[[int, int], None] | None = None,
    threads: int = 2,
) -> Summary:
    """Write a shop of about one event per customer and day; the same seed gives the same bytes.

    ``out`` must be empty or absent. ``progress`` is told how many of how many events are written.
    ``threads`` changes nothing but the speed.
    """
    for name, value, least in (("customers", customers, 1), ("days", days, 1), ("seed", seed, 0)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty: choose a new folder")
    world = _create(customers, days, seed, start)
    record = truth.Record(seed)
    with rendering.connect(threads) as connection, files.post(out) as office:
        rendering.prepare(
            connection,
            people=world.people,
            devices=world.devices,
            catalogue=world.catalogue,
            seed=seed,
        )
        _write(world, connection, office, record, progress or _silent)
        office.close()
        counts = truth.write(
            connection,
            out=out,
            record=record,
            people=world.people,
            devices=world.devices,
            catalogue=world.catalogue,
            visits=world.visits,
            logins=world.logins,
            span=world.span,
        )
    odd = counts["duplicates"] + counts["rejected_lines"]
    return Summary(
        out=out,
        files=office.files,
        bytes=office.bytes,
        lines=office.lines,
        events=office.lines - odd,
        duplicates=counts["duplicates"],
        rejected=counts["rejected_lines"],
        customers=customers,
        visits=counts["visits"],
        orders=counts["orders"],
        products=counts["products"],
    )


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def _create(customers: int, days: int, seed: int, start: datetime.date) -> _World:
    """Make everything that stands before the first event."""
    time = span.make(start, days)
    goods = catalogue.make(customers=customers, seed=seed)
    crowd = people.make(customers=customers, seed=seed, span=time, catalogue=goods)
    devices = people.make_devices(crowd, seed)
    planned = visits.make(people=crowd, span=time, seed=seed, events=customers * days)
    known = logins.make(visits=planned, people=crowd, devices=devices, seed=seed)
    return _World(crowd, devices, goods, time, planned, known, seed)


def _write(
    world: _World,
    connection: duckdb.DuckDBPyConnection,
    office: files.Post,
    record: truth.Record,
    progress: Callable[[int, int], None],
) -> None:
    """Write slice after slice of visits; lines that arrive later wait for their slice."""
    events = world.visits.events().cumsum()
    edges = _edges(events)
    waiting: files.Mail | None = None
    for number, (first, last) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        mail = _slice(world, connection, record, number, int(first), int(last))
        mail = waiting.with_more(mail) if waiting else mail
        until = world.visits.start[last] if last < len(events) else world.span.end
        is_here = mail.received < until
        record.placed += office.write(mail, np.flatnonzero(is_here))
        waiting = mail.take(np.flatnonzero(~is_here))
        progress(int(events[last - 1]), int(events[-1]))


def _edges(events: Integers) -> Integers:
    """Return the visits at which slices of about equal size begin, and the end."""
    slices = max(1, int(events[-1]) // _EVENTS_PER_SLICE)
    goals = events[-1] * np.arange(1, slices) / slices
    return np.unique(np.r_[0, np.searchsorted(events, goals), len(events)])


def _slice(
    world: _World,
    connection: duckdb.DuckDBPyConnection,
    record: truth.Record,
    number: int,
    first: int,
    last: int,
) -> files.Mail:
    """Make the lines of some visits, and of what follows from them."""
    chance = generator(world.seed, 6, number)
    here = columns.take(world.visits, slice(first, last))
    known = columns.take(world.logins, slice(first, last))
    made, lines = steps.expand(
        visits=here,
        logins=known,
        first=first,
        people=world.people,
        catalogue=world.catalogue,
        span=world.span,
        chance=chance,
    )
    made, lines, amounts, bought = orders.price(
        steps=made,
        lines=lines,
        visits=here,
        first=first,
        people=world.people,
        catalogue=world.catalogue,
        span=world.span,
        chance=chance,
    )
    record.note(made, bought)
    sent = sending.send(
        steps=made,
        is_late=here.is_late[made.visit - first],
        devices=world.devices,
        span=world.span,
        seed=world.seed,
        chance=chance,
    )
    sent = sending.with_faults(
        sendings=sent, steps=made, span=world.span, number=number, chance=chance
    )
    row, text = rendering.render(
        connection,
        sendings=sent,
        steps=made,
        lines=lines,
        amounts=amounts,
        visits=here,
        logins=known,
        first=first,
        people=world.people,
        span=world.span,
        seed=world.seed,
    )
    sent = columns.take(sent, row)
    is_server = made.is_server[sent.row]
    return files.Mail(sent.received, sent.uid, is_server, sent.fault, sent.copy, text)
