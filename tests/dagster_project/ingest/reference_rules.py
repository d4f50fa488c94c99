"""The rules for a line of events once more, in plain Python, from the text of the design."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

TYPES = ("track", "page", "screen", "identify", "group", "alias")
TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ]([01]\d|2[0-3]):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
    r"(?:Z|([+-])(0\d|1[0-5])(?::?([0-5]\d))?)?)?",
    re.ASCII,
)
DAY = timedelta(hours=24)


class Refused(Exception):
    """Why a line is rejected."""


def judge(line: bytes, landed_at: datetime) -> dict | str | None:
    """Return the event's fields, the reason of its rejection, or None for a blank line."""
    line = line.strip(b" \t\r")
    if not line:
        return None
    try:
        return accept(line, landed_at)
    except Refused as refused:
        return str(refused)


def accept(line: bytes, landed_at: datetime) -> dict:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Refused("invalid UTF-8") from None
    event = parse(text)
    kind = event.get("type")
    if kind is None:
        raise Refused("type: missing")
    if not isinstance(kind, str):
        raise Refused("type: not a string")
    if kind not in TYPES:
        raise Refused("type: unknown")
    message_id = event.get("messageId")
    if message_id is not None and not isinstance(message_id, str):
        raise Refused("messageId: not a string")
    if message_id is not None and len(message_id) > 100:
        raise Refused("messageId: longer than 100 characters")
    for name in ("userId", "anonymousId", "previousId", "groupId"):
        if event.get(name) is not None and not isinstance(event[name], str):
            raise Refused(f"{name}: not a string")
        if event.get(name) == "":
            raise Refused(f"{name}: empty")
    if event.get("userId") is None and event.get("anonymousId") is None:
        raise Refused("userId and anonymousId: missing")
    for needing, name in (("alias", "userId"), ("alias", "previousId"), ("group", "groupId")):
        if kind == needing and event.get(name) is None:
            raise Refused(f"{name}: missing")
    if event.get("event") is not None and not isinstance(event["event"], str):
        raise Refused("event: not a string")
    if kind == "track" and not event.get("event"):
        raise Refused("event: missing")
    if event.get("name") is not None and not isinstance(event["name"], str):
        raise Refused("name: not a string")
    for name in ("properties", "traits", "context", "integrations"):
        if event.get(name) is not None and not isinstance(event[name], dict):
            raise Refused(f"{name}: not an object")
    times = {name: moment(event.get(name), name) for name in TIMES}
    return {
        "message_id": message_id or "gen-" + hashlib.sha256(line).hexdigest(),
        "type": kind,
        "event": event.get("event"),
        "name": event.get("name"),
        "user_id": event.get("userId"),
        "anonymous_id": event.get("anonymousId"),
        "previous_id": event.get("previousId"),
        "group_id": event.get("groupId"),
        "timestamp": happened_at(times, landed_at),
        "original_timestamp": times["originalTimestamp"],
        "sent_at": times["sentAt"],
        "received_at": times["receivedAt"],
        **{name: event.get(name) for name in ("context", "properties", "traits", "integrations")},
    }


def parse(text: str) -> dict:
    if not text.startswith("{"):
        raise Refused("not a JSON object")
    try:
        event = json.loads(text, parse_constant=fail, object_pairs_hook=first_of_each)
    except ValueError:
        raise Refused("malformed JSON") from None
    except RecursionError:
        raise Refused("nested more than 100 levels deep") from None
    if depth(event) > 100:
        raise Refused("nested more than 100 levels deep")
    return event


def fail(constant: str) -> None:
    raise ValueError(constant)


def first_of_each(pairs: list[tuple[str, object]]) -> dict:
    return dict(reversed(pairs))


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def moment(value: object, name: str) -> datetime | None:
    """Return UTC without a zone; finer than a microsecond is cut off."""
    if value is None:
        return None
    found = ISO.fullmatch(value) if isinstance(value, str) else None
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
        local = datetime(
            *map(int, (year, month, day, hour or 0, minute or 0, second or 0)),
            int((fraction or "0").ljust(6, "0")[:6]),
            tzinfo=UTC,
        )
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return (local + offset if sign == "-" else local - offset).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Refused(f"{name}: not an ISO 8601 time") from None


def happened_at(times: dict, landed_at: datetime) -> datetime:
    given, original, sent, received = (times[name] for name in TIMES)
    try:
        if given is not None:
            found = given
        elif None not in (original, sent, received):
            found = received - (sent - original)
        else:
            found = original or received
    except OverflowError:
        raise Refused("timestamp: out of range") from None
    if found is None:
        raise Refused("no time")
    if received is not None and found - received > DAY:
        raise Refused("timestamp: more than 24 hours after receivedAt")
    if received is None and found - landed_at > DAY:
        raise Refused("timestamp: more than 24 hours after the file landed")
    return found
