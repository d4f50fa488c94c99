"""The rules of sessions, orders, refunds and carts, written out event by event."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

GAP, REACH = timedelta(minutes=30), timedelta(hours=24)
ORDER_EVENTS = ("Order Completed", "Order Updated", "Order Cancelled", "Order Refunded")
Event = Mapping[str, Any]


@dataclass
class Session:
    """One visit, with the events in it and the server's order events that belong to it."""

    visitor: str
    customer: str
    source: str
    events: list[Event]
    attributed: list[Event] = field(default_factory=list)

    @property
    def started_at(self) -> datetime:
        return (self.events or self.attributed)[0]["timestamp"]

    @property
    def ended_at(self) -> datetime:
        return (self.events or self.attributed)[-1]["timestamp"]


def in_time(events: Iterable[Event]) -> list[Event]:
    return sorted(
        events, key=lambda event: (event["timestamp"], event["file_number"], event["line"])
    )


def sessions(events: Iterable[Event]) -> list[Session]:
    """Events carry ``visitor`` and ``customer``; a server's order events come last."""
    found: list[Session] = []
    last: dict[tuple[str, str], Session] = {}
    servers: list[Event] = []
    for event in in_time(events):
        if event["event"] in ORDER_EVENTS and event["anonymous_id"] is None:
            servers.append(event)
            continue
        key = (event["visitor"], event["source"])
        if key not in last or event["timestamp"] - last[key].ended_at > GAP:
            last[key] = Session(event["visitor"], event["customer"], event["source"], [])
            found.append(last[key])
        last[key].events.append(event)
    for event in servers:
        reached = [
            session
            for session in found
            if session.customer == event["customer"]
            and session.started_at <= event["timestamp"] <= session.ended_at + REACH
        ]
        if not reached:
            reached = [Session(event["visitor"], event["customer"], event["source"], [])]
            found += reached
            reached[0].attributed.append(event)
        else:
            newest = max(session.started_at for session in reached)
            candidates = [session for session in reached if session.started_at == newest]
            candidates[0 if len(candidates) == 1 else _tie(candidates)].attributed.append(event)
    return found


def _tie(candidates: list[Session]) -> int:
    """Sessions that start at once are told apart by their ids, which only the warehouse knows."""
    return max(range(len(candidates)), key=lambda index: candidates[index].events[0]["session"])


def orders(events: Iterable[Event]) -> dict[tuple[str, str], dict[str, Any]]:
    """First completed counts; each update corrects what it gives."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: (event["file_number"], event["line"])):
        if event["event"] == "Order Completed":
            key = (event["source"], event["properties"]["order_id"])
            found.setdefault(
                key,
                {"event": event, "lines": None, "revenue": None, **_given(event)},
            )
    for event in in_time(events):
        key = (event["source"], event["properties"].get("order_id"))
        if event["event"] == "Order Updated" and key in found:
            found[key].update({name: value for name, value in _given(event).items() if value})
    for order in found.values():
        order["revenue"] = order["revenue"] or 0
        order["items"] = sum(line["quantity"] for line in order["lines"] or [])
    return found


def _given(event: Event) -> dict[str, Any]:
    lines = event["properties"].get("products")
    summed = sum(line["price"] * line["quantity"] for line in lines) if lines else None
    return {"lines": lines, "revenue": event["properties"].get("revenue", summed)}


def refunds(
    events: Iterable[Event], ordered: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, float]:
    """Amount by message: what it names, else all that is left; never more than is left."""
    left = {key: order["revenue"] for key, order in ordered.items()}
    amounts: dict[str, float] = {}
    for event in in_time(events):
        if event["event"] not in ("Order Refunded", "Order Cancelled"):
            continue
        key = (event["source"], event["properties"]["order_id"])
        stated = _given(event)["revenue"] if event["event"] == "Order Refunded" else None
        if key in left:
            amounts[event["message_id"]] = left[key] if stated is None else min(stated, left[key])
            left[key] -= amounts[event["message_id"]]
        else:
            amounts[event["message_id"]] = stated or 0
    return amounts


def is_abandoned(
    session: Session, events: Iterable[Event], order_times: Iterable[datetime], as_of: datetime
) -> bool:
    """``events`` and ``order_times`` are the customer's."""
    end = session.ended_at
    times = [time for time in order_times if time <= as_of]
    if any(time > end for time in times) or end >= as_of - timedelta(minutes=30):
        return False
    since = max(times, default=datetime.fromisoformat("0001-01-01"))
    cart: dict[str, float] = defaultdict(float)
    for event in events:
        if (
            event["event"] in ("Product Added", "Product Removed")
            and since < event["timestamp"] <= end
        ):
            sign = 1 if event["event"] == "Product Added" else -1
            cart[event["properties"]["product_id"]] += sign * event["properties"]["quantity"]
    return any(pieces > 0 for pieces in cart.values())
