"""How events reach the shop's collector: clocks, delays, second copies and broken lines."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from edge.simulator import columns, text
from edge.simulator.chance import Flags, Integers, mixed, share
from edge.simulator.kinds import NAMES, Kind
from edge.simulator.people import Devices
from edge.simulator.span import DAY, HOUR, SECOND, Span
from edge.simulator.steps import Steps

FAULTS = (
    "broken_json",
    "no_ids",
    "unknown_type",
    "bad_time",
    "future_time",
    "no_event",
    "long_message_id",
    "properties_not_object",
    "invalid_utf8",
    "empty_ids",
    "not_an_object",
    "context_not_object",
    "no_type",
)
ORIGINAL, SAME_FILE, LATER, BROKEN = range(4)
DUPLICATE_KINDS = {SAME_FILE: "resent_at_once", LATER: "resent_later"}
_FAULT_SHARE = 0.002
_DUPLICATE_SHARE = 0.005
_SINGLE_LATE_SHARE = 0.001
_RETRY_SHARE = 0.01
_UNSTAMPED_SHARE = 0.3
_NAMELESS_SHARE = 0.0005
_LONGEST_DELAY = 5 * DAY
_DELAY_LANE, _MESSAGE_LANE = 20, 30
_SECOND_COPY, _BROKEN_COPY = 1 << 60, 1 << 61  # what their uids have beyond the original's


@dataclass(frozen=True, slots=True)
class Sendings:
    """One row per line to write; ``row`` is that of its step, ``fault`` -1 where it is sound."""

    row: Integers
    uid: Integers
    original: Integers
    sent: Integers
    received: Integers
    stamp: Integers
    is_stamped: Flags
    is_nameless: Flags
    fault: Integers
    copy: Integers


def message_ids(seed: int, uid: Integers, missing: Flags | None = None) -> pa.Array:
    """Return the message id of each line: the same for a second copy, another for a broken one."""
    return text.uuids(seed, _MESSAGE_LANE, uid & ~_SECOND_COPY, missing)


def send(
    *,
    steps: Steps,
    is_late: Flags,
    devices: Devices,
    span: Span,
    seed: int,
    chance: np.random.Generator,
) -> Sendings:
    """Send every step once; a device sends by its own clock, sometimes long after."""
    size = len(steps.uid)
    delay = np.minimum(20 + chance.exponential(800, size), 4 * SECOND)
    retried = chance.random(size) < _RETRY_SHARE
    delay = np.where(retried, chance.uniform(5 * SECOND, 120 * SECOND, size), delay)
    of_visit = HOUR - 14 * HOUR * np.log1p(-share(mixed(seed, _DELAY_LANE, steps.visit)))
    late = is_late | (chance.random(size) < _SINGLE_LATE_SHARE)
    delay = np.where(late, np.minimum(of_visit, _LONGEST_DELAY), delay)
    delay = np.where(steps.is_server, chance.uniform(5, 80, size), delay)
    latency = np.where(steps.is_server, 5.0, chance.uniform(30, 400, size))
    arrived = steps.moment + delay + latency
    # nothing arrives after the end: what would, arrives somewhere between its moment and the end
    capped = steps.moment + chance.random(size) * (span.end - 1 - steps.moment)
    received: Integers = np.where(arrived >= span.end, capped, arrived).astype(np.int64)
    sent: Integers = np.maximum(received - latency.astype(np.int64), steps.moment)
    skew = np.where(steps.is_server, 0, devices.skew[steps.device])
    is_web = ~steps.is_server
    return Sendings(
        row=np.arange(size),
        uid=steps.uid,
        original=steps.moment + skew,
        sent=sent + skew,
        received=received,
        stamp=received - (sent - steps.moment),
        is_stamped=~(is_web & (chance.random(size) < _UNSTAMPED_SHARE)),
        is_nameless=is_web & (chance.random(size) < _NAMELESS_SHARE),
        fault=np.full(size, -1),
        copy=np.full(size, ORIGINAL),
    )


def with_faults(
    *, sendings: Sendings, steps: Steps, span: Span, number: int, chance: np.random.Generator
) -> Sendings:
    """Add second copies of some lines, and broken versions of others, all kinds in turn.

    ``number`` is that of the slice.
    """
    size = len(sendings.row)
    again = np.flatnonzero((chance.random(size) < _DUPLICATE_SHARE) & ~sendings.is_nameless)
    copies = columns.take(sendings, again)
    later = (chance.random(len(again)) < 0.5) & (copies.received < span.end - DAY)
    wait = np.minimum(chance.exponential(18 * HOUR, len(again)) + HOUR, 3 * DAY).astype(np.int64)
    wait = np.where(later, np.minimum(wait, span.end - 1 - copies.received), 0)
    copies = replace(
        copies,
        uid=copies.uid + _SECOND_COPY,
        sent=copies.sent + wait,
        received=copies.received + wait,
        copy=np.where(later, LATER, SAME_FILE),
    )
    tracks = np.flatnonzero(np.isin(steps.kind, [k for k in Kind if NAMES[k][0] == "track"]))
    count = min(max(1, round(size * _FAULT_SHARE)), len(tracks))
    broken = columns.take(sendings, chance.choice(tracks, count, replace=False))
    fault = (np.arange(count) + number * count) % len(FAULTS)
    ahead = chance.integers(2 * DAY, 300 * DAY, count)
    in_future = fault == FAULTS.index("future_time")
    broken = replace(
        broken,
        uid=broken.uid + _BROKEN_COPY,
        stamp=np.where(in_future, broken.received + ahead, broken.stamp),
        is_stamped=broken.is_stamped | in_future,
        is_nameless=np.zeros(count, dtype=bool),
        fault=fault,
        copy=np.full(count, BROKEN),
    )
    return columns.joined([sendings, copies, broken])
