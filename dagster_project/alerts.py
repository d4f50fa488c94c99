"""Telling people what needs them: a line in a file, and a webhook if one is configured."""

import json
from collections.abc import Mapping
from datetime import datetime

import httpx2

from dagster_project.settings import Settings
from edge.privacy.requests import Request

WEBHOOK_SECONDS = 15.0


def raise_alert(
    settings: Settings,
    *,
    job: str,
    run_id: str,
    reason: str,
    at: datetime,
    kind: str = "run.failed",
) -> None:
    """Tell of a failed run, or of what a run found."""
    data = {"job": job, "run_id": run_id, "reason": reason}
    _tell(settings, kind, data, key=run_id, at=at)


def raise_due(settings: Settings, request: Request, *, at: datetime) -> None:
    """Tell of a request about somebody's data that is not done and soon due."""
    data = {
        "request_id": request.request_id,
        "kind": request.asked,
        "state": request.state,
        "due_at": request.due_at.isoformat() + "Z",
    }
    _tell(settings, "privacy_request.due", data, key=request.request_id, at=at)


def _tell(
    settings: Settings, kind: str, data: Mapping[str, str], *, key: str, at: datetime
) -> None:
    """Append the alert to ``alerts.jsonl`` in the home, then post it where a webhook is set.

    A webhook that refuses raises, so that the sensor's tick fails visibly and is tried again.
    """
    alert = {"type": kind, "timestamp": at.isoformat() + "Z", "data": data}
    path = settings.home / "alerts.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or not _has(path.read_text(encoding="utf-8"), kind, key):
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert) + "\n")
    if settings.alert_webhook is not None:
        response = httpx2.post(
            settings.alert_webhook, json=alert, timeout=WEBHOOK_SECONDS, follow_redirects=False
        )
        response.raise_for_status()


def _has(text: str, kind: str, key: str) -> bool:
    return any(json.loads(line)["type"] == kind and key in line for line in text.splitlines())
