"""What stands behind a condition: the events it counts, and why they are one person's."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from edge.statements import statement

BEGINNING = datetime.fromisoformat("0001-01-01")
VIEWS = ("Product Viewed",)
CARTS = ("Product Added", "Product Removed")
ORDERS = ("Order Completed", "Order Updated", "Order Refunded", "Order Cancelled")
# The events of a feature by the words of its name; the first word found decides.
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("add_to_cart_rate", (*VIEWS, *CARTS)),
    ("cart_to_order", (*CARTS, *ORDERS)),
    ("cart", CARTS),
    ("checkout", ("Checkout Started",)),
    ("search", ("Products Searched",)),
    ("promotion", ("Promotion Viewed", "Promotion Clicked")),
    ("filter", ("Product List Filtered",)),
    ("form", ("Form Started", "Form Submitted")),
    ("video", ("Video Playback Started", "Video Playback Completed")),
    ("dwell", ("Page Engaged",)),
    ("scroll", ("Page Engaged",)),
    ("view", VIEWS),
    ("categor", VIEWS),
    ("brand", VIEWS),
    ("product", VIEWS),
    *((word, ORDERS) for word in ("order", "purchase", "recency", "frequency", "monetary")),
    *((word, ORDERS) for word in ("revenue", "refund", "rfm", "score", "decile", "discount")),
    *((word, ORDERS) for word in ("price", "bought", "spend")),
)
UNITS = {"day": 86_400, "hour": 3_600, "minute": 60}


@dataclass(frozen=True, slots=True)
class Event:
    """One event behind a condition, and the line of the landing file it came from."""

    message_id: str
    event: str
    timestamp: datetime
    source: str
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events behind a feature: how many there are, and the newest of them."""

    count: int
    newest: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of a customer; a contact is a keyed hash."""

    identifier_type: str
    identifier: str
    source: str
    first_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Two customers who turned out to be one, and the line that shows it."""

    loser_customer_id: str
    customer_id: str
    merged_at: datetime | None
    file: str | None
    line: int | None


def kinds(column: str) -> tuple[str, ...]:
    """Return which events a feature counts, by its name; empty: any visit."""
    return next((events for word, events in KINDS if word in column), ())


def window_start(column: str, as_of: datetime) -> datetime:
    """Return from when a feature counts: windows of days begin at midnight, others at once."""
    found = re.search(r"_(\d+)_(day|hour|minute)s?$", column)
    if found is None:
        return BEGINNING
    length = timedelta(seconds=int(found[1]) * UNITS[found[2]])
    start = as_of - length
    if found[2] == "day":
        start = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return start


def events(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    columns: tuple[str, ...],
    as_of: datetime,
    *,
    limit: int = 5,
) -> Evidence:
    """Return the events that the features of a condition rest on, the newest ``limit`` of them."""
    if not columns:
        return Evidence(0, ())
    chosen = {name for column in columns for name in kinds(column)}
    given: dict[str, Any] = {
        "customer_id": customer_id,
        "events": sorted(chosen),
        "since": min(window_start(column, as_of) for column in columns),
        "as_of": as_of,
        "limit": limit,
    }
    rows = connection.execute(statement("edge", "evidence_events"), given).fetchall()
    count = rows[0][-1] if rows else 0
    return Evidence(count, tuple(Event(*row[:-1]) for row in rows))


def identifiers(connection: duckdb.DuckDBPyConnection, customer_id: str) -> tuple[Identifier, ...]:
    """Return what a customer is known by; without the contacts attached, visitors as hashes."""
    (has_contacts,) = connection.execute(statement("edge", "has_contacts")).fetchall()[0]
    name = "evidence_identifiers" if has_contacts else "evidence_visitors"
    rows = connection.execute(statement("edge", name), {"customer_id": customer_id}).fetchall()
    return tuple(Identifier(*row) for row in rows)


def merges(connection: duckdb.DuckDBPyConnection, customer_id: str) -> tuple[Merge, ...]:
    """Return the merges that made a customer, the first found first."""
    text = statement("edge", "evidence_merges")
    rows = connection.execute(text, {"customer_id": customer_id}).fetchall()
    return tuple(Merge(*row) for row in rows)
