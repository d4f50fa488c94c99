"""Random events that meet every rule: shared devices, servers' orders, aliases, equal moments."""

from typing import Any

import numpy as np

from tests.warehouse.conftest import at

PEOPLE = 7
PRODUCTS = [f"p{number}" for number in range(4)]
KINDS = {
    "page": 30,
    "Product Viewed": 12,
    "Product Added": 14,
    "Product Removed": 5,
    "Products Searched": 3,
    "Promotion Viewed": 3,
    "Promotion Clicked": 2,
    "Checkout Started": 3,
    "Page Engaged": 5,
    "identify": 6,
    "alias": 1,
    "Order Completed": 9,
    "Order Updated": 2,
    "Order Refunded": 4,
    "Order Cancelled": 1,
}


def events(generator: np.random.Generator, count: int) -> list[dict[str, Any]]:
    """Make so many events over four days, in no order."""
    weights = np.array(list(KINDS.values())) / sum(KINDS.values())
    # bursts, so that sessions have several events; a grid of five minutes, so that moments collide
    starts = generator.integers(0, 4 * 24 * 12, count // 4 + 1) * 5
    made = []
    for number in range(count):
        kind = str(generator.choice(list(KINDS), p=weights))
        minutes = int(starts[number % len(starts)] + generator.integers(0, 20) * 5)
        made.append(_event(generator, kind, minutes, number))
    return made


def _event(generator: np.random.Generator, kind: str, minutes: int, number: int) -> dict[str, Any]:
    person = int(generator.integers(PEOPLE))
    event: dict[str, Any] = {
        "source": "app" if generator.random() < 0.2 else "shop",
        "timestamp": at(minutes),
        "message_id": f"event-{number}",
        "type": kind if kind in ("page", "identify", "alias") else "track",
        "context": {"device": {"type": str(generator.choice(["mobile", "desktop"]))}},
        "properties": {},
    }
    if event["type"] == "track":
        event["event"] = kind
    device = f"device-{person}-{int(generator.integers(2))}"
    if generator.random() < 0.06:
        device = "kiosk"
    event["anonymous_id"] = device
    if generator.random() < 0.25:
        event["user_id"] = f"user-{person}"
    return {**event, **_about(generator, kind, person, event)}


def _about(
    generator: np.random.Generator, kind: str, person: int, event: dict[str, Any]
) -> dict[str, Any]:
    product = str(generator.choice(PRODUCTS))
    pieces = int(generator.integers(1, 3))
    if kind == "page":
        path = f"/{int(generator.integers(4))}"
        return {"context": {**event["context"], "page": {"path": path, "referrer": f"from{path}"}}}
    if kind == "Page Engaged":
        return {"properties": {"dwell_seconds": float(generator.integers(1, 50)) / 10}}
    if kind.startswith("Product ") or kind.startswith("Checkout"):
        price = float(generator.integers(1, 9))
        return {
            "properties": {
                "product_id": product,
                "name": f"Name {pieces}",
                "category": f"Category {PRODUCTS.index(product) % 2}",
                "brand": f"Brand {PRODUCTS.index(product) // 2}",
                "list_price": price + pieces,
                "margin_share": price / 10,
                "quantity": pieces,
                "price": price,
            }
        }
    if kind == "Products Searched":
        return {"properties": {"query": f"words {pieces}"}}
    if kind == "identify":
        traits = {
            "firstName": f"Name{pieces}",
            "email": f"Person{person}@Example.com"
            if generator.random() < 0.8
            else "all@example.com",
            "city": f"City {pieces}",
        }
        return {"user_id": f"user-{person}", "traits": traits}
    if kind == "alias":
        return {"user_id": f"user-{person}", "previous_id": f"old-{int(generator.integers(3))}"}
    if kind.startswith("Order "):
        return _order(generator, kind, person, product, pieces)
    return {}


def _order(
    generator: np.random.Generator, kind: str, person: int, product: str, pieces: int
) -> dict[str, Any]:
    properties: dict[str, Any] = {"order_id": f"order-{person}-{int(generator.integers(6))}"}
    lines = [{"product_id": product, "price": 2.5, "quantity": pieces}]
    if kind in ("Order Completed", "Order Updated"):
        if generator.random() < 0.7:
            properties["revenue"] = float(generator.integers(1, 40))
        if generator.random() < 0.7:
            properties["products"] = lines
    elif kind == "Order Refunded" and generator.random() < 0.6:
        named = generator.random()
        properties |= {"revenue": 3.0} if named < 0.4 else {"products": lines}
    about: dict[str, Any] = {"properties": properties, "user_id": f"user-{person}"}
    if generator.random() < 0.6:
        about["anonymous_id"] = None
    return about
