"""Values on their way out: typed as the target declares them, and as JSON."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from edge.activation.mapping import Identified, TraitType, Typed
from edge.activation.rows import Answer, Row

Made = TypeVar("Made")

_WORDS = {"true": True, "false": False}


class Unsuitable(ValueError):
    """A row that this target cannot take as it is; the message names columns, never values."""


def typed(row: Row, config: Typed) -> dict[str, Any]:
    """Return the row's fields with the types the target declares.

    A removal's fields were taken once as they are, and must not keep it from being sent.
    """
    if row.operation == "remove":
        return dict(row.fields)
    return {
        name: _typed(name, value, config.types[name]) if name in config.types else value
        for name, value in row.fields.items()
    }


def traits(row: Row, config: Typed) -> dict[str, Any]:
    """Return the row's fields as JSON has them: text, numbers, booleans and nulls."""
    return {name: _json(name, value) for name, value in typed(row, config).items()}


def identifier(row: Row, config: Identified) -> str:
    """Return how the target knows this person; raise Unsuitable where nothing says so."""
    if config.identifier == "customer_id":
        return row.customer_id
    value = row.fields.get(config.identifier)
    if value is None or not text_of(value).strip():
        raise Unsuitable(f"no {config.identifier}, by which this target knows people")
    return text_of(_json(config.identifier, value))


def member(row: Row, config: Identified) -> dict[str, Any]:
    """Return what a message says of one row, the same on every try; no traits of who leaves."""
    return {
        "id": row.key,
        "operation": row.operation,
        "segment": row.segment,
        "customer_id": row.customer_id,
        "user_id": identifier(row, config),
        "traits": {} if row.operation == "remove" else traits(row, config),
    }


def sorted_out(
    rows: Sequence[Row], make: Callable[[Row], Made]
) -> tuple[dict[int, Made], dict[int, Answer]]:
    """Return what ``make`` makes of each row by its place, and answers to all the rows.

    A row that it cannot take is rejected; the others are delivered once they were sent.
    """
    made: dict[int, Made] = {}
    answers: dict[int, Answer] = {}
    for place, row in enumerate(rows):
        try:
            made[place] = make(row)
            answers[place] = Answer("delivered")
        except Unsuitable as error:
            answers[place] = Answer("rejected", str(error))
    return made, answers


def encoded(content: object) -> bytes:
    """Return JSON, the same bytes for the same content."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def text_of(value: object) -> str:
    """Return a value as text, written as JSON would write it."""
    if isinstance(value, str):
        return value
    plain = _plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _typed(name: str, value: Any, wanted: TraitType) -> Any:  # noqa: ANN401 - any column's value
    if value is None:
        return None
    try:
        return _CASTS[wanted](value)
    except (ValueError, TypeError, OverflowError, ArithmeticError):
        raise Unsuitable(f"{name} is no {wanted}") from None


def _json(name: str, value: object) -> object:
    try:
        plain = _plain(value)
        encoded(plain)
    except (ValueError, TypeError):
        raise Unsuitable(f"{name} has no form in JSON") from None
    return plain


def _plain(value: object) -> object:
    """Return what JSON has no type for as what it has one for."""
    if isinstance(value, datetime):
        return _timestamp(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _integer(value: Any) -> int:  # noqa: ANN401 - any column's value
    number = int(value)
    if not isinstance(value, str) and number != value:
        raise ValueError
    return number


def _number(value: Any) -> float:  # noqa: ANN401 - any column's value
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:  # noqa: ANN401 - any column's value
    if isinstance(value, bool):
        return value
    if value.__class__ is not str or value.lower() not in _WORDS:
        raise ValueError
    return _WORDS[value.lower()]


def _timestamp(value: Any) -> datetime:  # noqa: ANN401 - any column's value
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(value: Any) -> date:  # noqa: ANN401 - any column's value
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


_CASTS: Mapping[TraitType, Callable[[Any], Any]] = {
    "text": text_of,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
}
