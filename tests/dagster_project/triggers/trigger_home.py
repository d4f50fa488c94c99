"""A home in which triggers are evaluated: real ingestion, models and publication, small history."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_project.identity.resolution import create_tables, resolve_identities
from dagster_project.ingest import ingestion
from dagster_project.platform import Platform
from dagster_project.publish import generations, trigger_rules
from dagster_project.triggers import evaluation
from edge import landing, ledger
from edge.triggers.evaluation import Evaluated
from tests.conftest import settings_of
from tests.warehouse.conftest import BEFORE_IDENTITY, Home

DAY = datetime.fromisoformat("2026-03-10")
TRIGGERS = [
    *("seg_cart_recovery", "seg_category_interest_now", "seg_inactivity_reminder"),
    *("seg_discount_offer", "seg_product_page_offer"),
]
MODELS = [
    *(f"+{name}" for name in TRIGGERS),
    "+dim_customers",
    "+dim_consent_status",
    "+fct_events",
]
LAMP = {"category": "lamps", "brand": "Lumen"}
Event = dict[str, Any]


@dataclass(frozen=True)
class TriggerHome:
    """Events land by ``land``, ``evaluate`` decides up to a moment."""

    path: Path

    @property
    def platform(self) -> Platform:
        return Platform(settings_of(self.path))

    def land(self, *events: Event, name: str = "events") -> None:
        content = "".join(f"{json.dumps(event)}\n" for event in events).encode()
        landed = self.path / "landing"
        landing.put(content, name=f"{name}.jsonl", source="shop", landing=landed)

    def evaluate(self, as_of: datetime) -> Evaluated | None:
        return evaluation.evaluate(self.platform, as_of.isoformat())

    def replay(self, first: datetime, last: datetime) -> Evaluated:
        return evaluation.replay(self.platform, first, last)

    def recorded(self) -> list[Mapping[str, Any]]:
        """Return every line of the ledger about a firing, in order."""
        lines = [
            json.loads(line)
            for path in ledger.files(self.path / "landing")
            for line in path.read_text().splitlines()
        ]
        return [line["payload"] for line in lines if line["kind"] == "trigger_firing"]

    def outcomes(self) -> dict[tuple[str, str], list[str]]:
        """Return by trigger and person what became of each entry that does not wait."""
        found: dict[tuple[str, str], list[str]] = {}
        for payload in self.recorded():
            if payload["status"] != "waiting":
                person = payload["message_ids"][0].split("-")[0]
                outcome = payload["suppressed_by"] or payload["fired_at"][11:16]
                found.setdefault((payload["trigger"], person), []).append(outcome)
        return found

    def copied(self, path: Path) -> "TriggerHome":
        shutil.copytree(self.path, path)
        for folder in (path / "published").iterdir():
            manifest = folder / "manifest.json"
            if manifest.exists():
                told = json.loads(manifest.read_text())
                manifest.write_text(json.dumps({**told, "folder": str(folder)}))
        return TriggerHome(path)


def event(person: str, minute: float, name: str, *, user: bool = True, **fields: Any) -> Event:
    """Return an event of a person so many minutes into the day, received two seconds later."""
    happened = DAY + timedelta(minutes=minute)
    received = fields.pop("received", happened + timedelta(seconds=2))
    context = fields.pop("context", {})
    return {
        "type": "track",
        "event": name,
        "messageId": f"{person}-{name.replace(' ', '')}-{minute}",
        "anonymousId": f"device of {person}",
        **({"userId": person} if user else {}),
        "timestamp": f"{happened.isoformat()}Z",
        "receivedAt": f"{received.isoformat()}Z",
        "context": context,
        "properties": fields,
    }


def cart(person: str, minute: float, **more: Any) -> Event:
    """Return the event of putting a lamp into the cart."""
    return event(person, minute, "Product Added", product_id="p1", quantity=1, **more)


def view(person: str, minute: float, product: str = "p1", **more: Any) -> Event:
    """Return the event of looking at a lamp."""
    return event(person, minute, "Product Viewed", product_id=product, **LAMP, **more)


def bought(person: str, minute: float, order: str, product: str) -> Event:
    """Return the event of ordering a lamp."""
    line = {"product_id": product, **LAMP, "price": 20, "quantity": 1}
    return event(person, minute, "Order Completed", order_id=order, revenue=20, products=[line])


def granted(person: str) -> Event:
    """Return a person's consent to e-mail, days ago."""
    return event(person, -8 * 1440, "Consent Granted", purpose="marketing_email")


HISTORY = [
    *(granted(person) for person in ("ann", "dan", "fay", "gil", "ida")),
    event("bob", -3000, "Product Viewed", product_id="p2", category="chairs"),
    # hal left a cart while mail was welcome, and withdrew a day later
    granted("hal"),
    cart("hal", -2 * 1440 + 600),
    event("hal", -1440 + 600, "Consent Withdrawn", purpose="marketing_email"),
    # dan was active on three days and fell silent at 11:00 two days before
    *(view("dan", minute) for minute in (-5 * 1440, -4 * 1440, -2 * 1440 + 660)),
    # gil bought a lamp and comes back to another one of its brand; ida comes back to the very lamp
    bought("gil", -7 * 1440, "o1", "p9"),
    *(view("gil", -600 - minute, "p5") for minute in (1, 2, 3)),
    bought("ida", -7 * 1440, "o2", "p5"),
    *(view("ida", -600 - minute, "p5") for minute in (1, 2, 3)),
]
TODAY = [
    *(cart("ann", 602), view("ann", 601)),
    cart("bob", 602),
    *(view("cid", 660 + minute, "p3", user=False) for minute in (0, 4, 9)),
    view("gil", 610, "p5"),
    view("ida", 610, "p5"),
]


def build(path: Path, manifest: Any) -> TriggerHome:
    """Take nine days of history through the lineage as far as triggers need it."""
    home = TriggerHome(path)
    home.land(*HISTORY, name="history")
    platform = home.platform
    ingested = {"landing": path / "landing", "sources": platform.sources, "loaded_at": DAY}
    built = Home(path, manifest)
    (path / "tmp").mkdir()
    with platform.warehouse.connect("tests") as connection:
        ingestion.ingest(connection, **ingested)
        create_tables(connection)
        connection.execute("insert into ops.moments values (null, ?)", [DAY])
    built.dbt("run", "--select", *BEFORE_IDENTITY)
    with platform.warehouse.connect("tests") as connection:
        resolve_identities(connection, salt=platform.keys.salt, contact_key=platform.keys.contact)
    built.dbt("run", "--select", *MODELS, "--exclude", *BEFORE_IDENTITY)
    rules = trigger_rules.compiled(path / "target" / "manifest.json", path / "target")
    with platform.warehouse.connect("tests") as connection:
        generations.publish(
            connection,
            published=path / "published",
            build_id="history",
            now=DAY,
            triggers=rules,
        )
    return home
