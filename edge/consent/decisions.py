"""What a person told us about their consent, written down in the ledger with the proof."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from edge import ledger

KIND = "consent"


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer: of whom, for what, how and to which text it was given, and who wrote it down.

    ``visitor_ids`` are the visitors that the customer was known to be; for a customer without
    any, the customer_id. They keep the answer theirs when customers merge.
    """

    customer_id: str
    visitor_ids: tuple[str, ...]
    purpose: str
    is_granted: bool
    method: str
    recorded_by: str
    decided_at: str
    text_version: str | None = None

    @property
    def decision_id(self) -> str:
        """The same for the same decision."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def record(landing: Path, decision: Decision, recorded_at: datetime) -> str:
    """Write a decision to the ledger and return its id; the same one twice is recorded once."""
    entry = {**asdict(decision), "decision_id": decision.decision_id}
    ledger.append(landing, KIND, [entry], recorded_at, key=decision.decision_id)
    return decision.decision_id


def recorded(landing: Path) -> Iterator[Decision]:
    """Read every decision that the ledger holds, in the order they were recorded."""
    for path in ledger.files(landing):
        if path.name.split("-", 1)[1].startswith((f"{KIND}-", f"{KIND}.")):
            yield from _decisions(path)


def _decisions(path: Path) -> Iterator[Decision]:
    for payload in ledger.payloads(path):
        payload.pop("decision_id")
        yield Decision(**{**payload, "visitor_ids": tuple(payload["visitor_ids"])})
