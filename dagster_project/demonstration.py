"""The demo: a simulated shop through the whole lineage, and what came of it."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster_project import output, runs
from dagster_project import settings as environment
from dagster_project.privacy import erasure
from dagster_project.privacy.progress import in_short, read_receipt, receipts
from dagster_project.settings import Settings
from dagster_project.statements import statement
from dagster_project.status import summary
from dagster_project.status.summary import Status
from edge import landing, published
from edge.activation import receiver
from edge.simulator.shop import simulate
from edge.sources import load as load_sources

START = date(2026, 1, 1)
REQUEST = "demo"  # the request of the one customer whom the demo erases
SOURCES = ("shop", "customers")  # events of the web site and the server; the CRM's export


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a demo came to; no receipt if nobody was erased."""

    succeeded: bool
    seconds: float
    status: Status
    receipt: Mapping[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Return all of it under names, for JSON."""
        return {
            "succeeded": self.succeeded,
            "seconds": round(self.seconds, 1),
            "status": self.status.as_dict(),
            "receipt": self.receipt,
        }


def take(
    settings: Settings, *, customers: int, days: int, seed: int, tell: Callable[[str], None]
) -> Demonstration:
    """Simulate, load, run ``refresh_everything`` and erase one customer.

    A second call finds the same shop landed already and has nothing to do but look.
    """
    started = time.monotonic()
    shop = settings.home / "demo" / f"shop-{customers}-{days}-{seed}"
    tell(f"a shop of {customers} customers over {days} days, seed {seed}")
    _simulate_once(shop, customers=customers, days=days, seed=seed)
    sources = load_sources(settings.config / "sources.yml")
    landed_now = 0
    for source in SOURCES:
        landed = landing.land(
            [shop], source=source, landing=settings.landing, kind=sources.kind(source)
        )
        new = sum(file.status == "landed" for file in landed)
        landed_now += new
        tell(f"  {source}: {new} new files landed")
    has_erased_before = (receipts(settings.home) / f"{REQUEST}.json").exists()
    # an erasure alone is no reason to train: the schedules do, and leave the person out
    job = "refresh_segments" if has_erased_before and not landed_now else "refresh_everything"
    received = settings.exports / "demo_webhook" / "received.jsonl"
    with receiver.receiving(received) as receiving:
        environment.set_variables(
            TESSERA_DEMO_WEBHOOK_URL=receiving.url, TESSERA_DEMO_WEBHOOK_SECRET=receiving.secret
        )
        report = runs.run(settings, job, as_of=None, tell=tell)
        for failure in report.failures:
            tell(f"failed: {failure.step}: {failure.reason}")
        for warning in report.warnings:
            tell(f"warning: {warning.step}: {warning.reason}")
        # while the receiver runs: it may hold the person too
        receipt = _erase_one(settings, tell) if report.succeeded else None
    return Demonstration(
        succeeded=report.succeeded and (receipt is None or receipt["state"] == "completed"),
        seconds=time.monotonic() - started,
        status=summary.read(settings),
        receipt=receipt,
    )


def show(settings: Settings, shown: Demonstration) -> None:
    """Print a summary for a person, and where to look next."""
    summary.show(shown.status)
    if shown.receipt is not None:
        print("one customer was erased:")
        output.print_facts(in_short(settings.home, shown.receipt))
        print()
    print(f"{shown.seconds:.0f} seconds in all. Where to look next:")
    print("  make ui                                         the lineage, checks and pictures")
    print('  .venv/bin/tessera sql "from segments.dim_segments"   any published table')
    print("  .venv/bin/tessera explain CUSTOMER SEGMENT      why someone is in a segment, or not")
    print(f"  {settings.exports}    what the file targets received, and the local webhook")
    print(f"  {settings.reports}    reports in HTML")


def _erase_one(settings: Settings, tell: Callable[[str], None]) -> Mapping[str, Any] | None:
    """Erase a customer whom a target holds, once, and return the receipt."""
    if (receipts(settings.home) / f"{REQUEST}.json").exists():
        return read_receipt(settings.home, REQUEST)
    with published.open_newest(settings.published) as (_, connection):
        text = statement("dagster_project", "demonstrated_customer")
        found = connection.execute(text).fetchall()
    if not found:
        tell("nobody was sent anywhere, so nobody is erased")
        return None
    tell("one customer asks to be erased")
    return erasure.erase(settings, tell, customer=found[0][0], request_id=REQUEST)


def _simulate_once(shop: Path, *, customers: int, days: int, seed: int) -> None:
    if shop.exists():
        return
    partial = shop.with_name(f".{shop.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    simulate(customers=customers, days=days, seed=seed, start=START, out=partial)
    partial.rename(shop)
