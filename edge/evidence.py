"""What stands behind a condition: the events it counts, and why they are one person's."""

import re
from collections.abc import Mapping
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
    ("orders_since_cart_add", (*CARTS, *ORDERS)),
    ("category_views_1_hour", (*VIEWS, "Product List Viewed")),
    ("bought", ORDERS),
    ("purchase", ORDERS),
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
    *((word, ORDERS) for word in ("order", "recency", "frequency", "monetary", "revenue")),
    *(
        (word, ORDERS)
        for word in ("refund", "rfm", "score", "decile", "discount", "price", "spend")
    ),
)
# Which column says of what the views are that a feature counts: those of one product or category.
SUBJECTS = (("product_of_", "product_id"), ("category_of_", "category"))
RECENT = re.compile(
    r"^(active_days|hours_since_|orders_since_|product_page_)|_in_an?_(session|hour)$"
)
RECENT_DAYS = 7  # what such features look back, as the dbt var recent_days says
RECENT_FEATURES = "features.ftr_intents"  # what triggers read: all of it looks back so far,
LASTING = ("similar_bought",)  # but for these
SINCE_ORDER = re.compile(r"^(open_cart|cart_idle|cart_touched)")  # an order empties a cart
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


def window_start(column: str, as_of: datetime, *, is_recent: bool = False) -> datetime:
    """Return from when a feature counts: windows of days begin at midnight, others at once.

    ``is_recent`` says that it is one of the features that read recent events alone.
    """
    has_own_window = re.search(r"_\d+_(hour|minute)s?$", column) is not None
    if RECENT.search(column) or (is_recent and column not in LASTING and not has_own_window):
        return as_of - timedelta(days=RECENT_DAYS)
    found = re.search(r"_(\d+)_(day|hour|minute)s?$", column)
    if found is None:
        return BEGINNING
    length = timedelta(seconds=int(found[1]) * UNITS[found[2]])
    start = as_of - length
    if found[2] == "day":
        start = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return start


def subject(columns: tuple[str, ...], row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the product or the category that the views of a condition are of, where a row says so.

    ``most_views_of_a_product_in_a_session`` counts those of ``product_of_most_views``, and
    ``product_views_30_days`` beside a ``product_id`` those of that product.
    """
    found: dict[str, str] = {}
    if any(VIEWS[0] not in kinds(column) for column in columns):
        return None, None
    for word, kind in SUBJECTS:
        if not any(word.removesuffix("_of_") in column for column in columns):
            continue
        sources = [name for name in row if name.startswith(word) or name == kind]
        if len(sources) == 1 and row[sources[0]] is not None:
            found[kind] = row[sources[0]]
    return found.get("product_id"), found.get("category")


def events(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    columns: tuple[str, ...],
    row: Mapping[str, Any],
    *,
    reads: tuple[str, ...] = (),
    limit: int = 5,
) -> Evidence:
    """Return the events that the features of a condition rest on, the newest ``limit`` of them.

    ``row`` are all values of the segment for the customer, ``as_of`` among them; ``reads`` the
    relations that it reads.
    """
    if not columns:
        return Evidence(0, ())
    as_of = row["as_of"]
    chosen = {name for column in columns for name in kinds(column)}
    product, category = subject(columns, row)
    is_recent = RECENT_FEATURES in reads
    given: dict[str, Any] = {
        "customer_id": customer_id,
        "events": sorted(chosen),
        "since": min(window_start(column, as_of, is_recent=is_recent) for column in columns),
        "is_since_order": all(SINCE_ORDER.match(column) for column in columns),
        "product_id": product,
        "category": category,
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
