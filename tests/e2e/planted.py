"""A person whose data stands where one expects it, and where one does not."""

import json
from pathlib import Path

NAME, STREET = "Zebedee Quimblethorpe", "Wombleton Crescent 77"
EMAIL, PHONE, ADDRESS = "zebedee.quimble@planted.example", "+447700900123", "203.0.113.77"
TEXT = "please ring my neighbour Gwendolyn"
# what may stand nowhere but with contacts, in staging, in raw and in landing files
WORDS = (
    "quimble",
    "zebedee",
    "wombleton",
    "planted.example",
    "7700900123",
    ADDRESS,
    "gwendolyn",
)


def write(folder: Path) -> Path:
    """Write the events and one malformed line."""
    folder.mkdir(parents=True)
    at = "2026-03-20T10:00:00Z"
    base = {"anonymousId": "planted-device", "timestamp": at, "receivedAt": at}
    context = {
        "ip": ADDRESS,
        "page": {
            "path": f"/account/{EMAIL}",
            "url": f"https://shop.example/account?email={EMAIL}&phone={PHONE}",
            "title": f"Account of {NAME}",
            "referrer": f"https://mail.example/read?to={EMAIL}#{NAME}",
        },
        "campaign": {"source": "newsletter", "name": f"to {EMAIL}"},
        "userAgent": f"App/1.0 ({EMAIL})",
        "traits": {"email": EMAIL, "phone": PHONE, "name": NAME},
    }
    free = {"note": TEXT, "comment": f"{NAME}, {STREET}", "gift_for": EMAIL, EMAIL: 1}
    events = [
        {
            "type": "identify",
            "userId": EMAIL,
            "traits": {
                "email": EMAIL,
                "phone": PHONE,
                "firstName": NAME.split()[0],
                "lastName": NAME.split()[1],
                "address": {"street": STREET, "city": "Leeds", "country": "GB"},
                "bio": TEXT,
            },
        },
        {"type": "page", "name": f"Account of {NAME}", "properties": {"path": f"/u?q={NAME}"}},
        {
            "type": "track",
            "event": "Products Searched",
            "properties": {"query": f"gift for {NAME} {EMAIL} {PHONE}", **free},
        },
        {
            "type": "track",
            "event": "Product Viewed",
            "properties": {"product_id": "p0001", "name": "Lamp", "price": 10, **free},
        },
        {
            "type": "track",
            "event": "Form Submitted",
            "properties": {"form_id": f"contact {EMAIL}", "name": NAME, "message": TEXT},
        },
        {"type": "track", "event": f"Called back {EMAIL}", "properties": {"name": NAME, **free}},
        {
            "type": "track",
            "event": "Order Completed",
            "properties": {
                "order_id": "planted-1",
                "revenue": 10,
                "coupon": f"FOR-{EMAIL}",
                "products": [{"product_id": "p0001", "quantity": 1, "price": 10}],
                "delivery_note": f"{NAME}, {STREET}: {TEXT}",
            },
        },
    ]
    lines = [
        json.dumps({**base, "context": context, "messageId": f"planted-{i}", **event})
        for i, event in enumerate(events)
    ]
    lines += [
        f'{{"type": "track", "userId": "{EMAIL}", "event": "Broken", "note": "{TEXT}',
        json.dumps({**base, "type": f"unknown {EMAIL}", "traits": {"email": EMAIL}}),
        json.dumps({**base, "type": "track", "event": "Late", "timestamp": f"at {EMAIL}"}),
    ]
    path = folder / "planted.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path
