"""Requests of people about their data: what was asked and when, and by when it must be done."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from edge import ledger

KIND = "privacy_request"
# The rule for models, recorded with each erasure.
MODELS = (
    "kept: they hold figures of many people and no ids; the next training leaves the person out"
)
CCPA = timedelta(days=45)

Asked = Literal["access", "erasure"]
State = Literal["received", "waiting", "completed", "incomplete"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the ledger last told of it; it names nobody."""

    request_id: str
    asked: Asked
    state: State
    requested_at: datetime
    completed_at: datetime | None = None
    receipt: str | None = None

    @property
    def due_at(self) -> datetime:
        """The first of its due dates: one month under the GDPR, 45 days under the CCPA."""
        return min(month_after(self.requested_at), self.requested_at + CCPA)


def month_after(moment: datetime) -> datetime:
    """Return the same day of the next month, or the last one of a shorter month."""
    year, month = moment.year + moment.month // 12, moment.month % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def record(landing: Path, request: Request, recorded_at: datetime) -> None:
    """Write down what became of a request, once."""
    payload: dict[str, Any] = {
        "request_id": request.request_id,
        "kind": request.asked,
        "state": request.state,
        "requested_at": request.requested_at,
        "completed_at": request.completed_at,
        "receipt": request.receipt,
        "models": MODELS if request.asked == "erasure" else None,
    }
    if payload == _last(landing, request.request_id):
        return
    ledger.append(landing, KIND, [payload], recorded_at)


def load(landing: Path) -> list[Request]:
    """Return every request with its last state, the first asked first."""
    found: dict[str, Request] = {}
    for payload in _payloads(landing):
        completed = payload["completed_at"]
        found[payload["request_id"]] = Request(
            request_id=payload["request_id"],
            asked=payload["kind"],
            state=payload["state"],
            requested_at=_moment(payload["requested_at"]),
            completed_at=None if completed is None else _moment(completed),
            receipt=payload["receipt"],
        )
    return sorted(found.values(), key=lambda request: (request.requested_at, request.request_id))


def due(landing: Path, now: datetime, within: timedelta) -> list[Request]:
    """Return the requests that are not completed and due within a time, or past it."""
    return [
        request
        for request in load(landing)
        if request.state != "completed" and request.due_at <= now + within
    ]


def _last(landing: Path, request_id: str) -> dict[str, Any] | None:
    last = None
    for payload in _payloads(landing):
        if payload["request_id"] == request_id:
            moments = {
                name: None if payload[name] is None else _moment(payload[name])
                for name in ("requested_at", "completed_at")
            }
            last = {**payload, **moments}
    return last


def _payloads(landing: Path) -> list[dict[str, Any]]:
    return [
        payload
        for path in ledger.files(landing)
        if path.name.endswith(f"-{KIND}.jsonl")
        for payload in ledger.payloads(path)
    ]


def _moment(text: str) -> datetime:
    """Read a moment of the ledger as UTC without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None)
