"""Telling people that a run failed: a line in a file, and a webhook if one is configured."""

import json
from datetime import datetime

import httpx2

from dagster_project.settings import Settings

WEBHOOK_SECONDS = 15.0


def raise_alert(settings: Settings, *, job: str, run_id: str, reason: str, at: datetime) -> None:
    """Append the alert to ``alerts.jsonl`` in the home, then post it where a webhook is set.

    A webhook that refuses raises, so that the sensor's tick fails visibly and is tried again.
    """
    alert = {
        "type": "run.failed",
        "timestamp": at.isoformat() + "Z",
        "data": {"job": job, "run_id": run_id, "reason": reason},
    }
    path = settings.home / "alerts.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or run_id not in path.read_text(encoding="utf-8"):
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(alert) + "\n")
    if settings.alert_webhook is not None:
        response = httpx2.post(
            settings.alert_webhook, json=alert, timeout=WEBHOOK_SECONDS, follow_redirects=False
        )
        response.raise_for_status()
