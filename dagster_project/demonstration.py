"""The demo: a simulated shop through the whole lineage, and what came of it."""

import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from dagster_project import output, runs
from dagster_project import settings as environment
from dagster_project.privacy import erasure
from dagster_project.privacy.progress import read_receipt, receipts
from dagster_project.settings import Settings
from dagster_project.statements import statement
from dagster_project.status import summary
from edge import landing, published
from edge.activation import receiver
from edge.simulator.shop import simulate
from edge.sources import load as load_sources

START = date(2026, 1, 1)
REQUEST = "demo"  # the request of the one customer whom the demo erases
SOURCES = ("shop", "customers")  # events of the web site and the server; the CRM's export


def show(
    settings: Settings, *, customers: int, days: int, seed: int, tell: Callable[[str], None]
) -> bool:
    """Simulate, load, run ``refresh_everything`` and print a summary; say whether it succeeded.

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
        summary.show(summary.read(settings))
        # while the receiver runs: it may hold the person too
        has_erased = report.succeeded and _erase_one(settings, tell)
    print(f"{time.monotonic() - started:.0f} seconds in all. Where to look next:")
    print("  make ui                                         the lineage, checks and pictures")
    print('  .venv/bin/tessera sql "from segments.dim_segments"   any published table')
    print("  .venv/bin/tessera explain CUSTOMER SEGMENT      why someone is in a segment, or not")
    print(f"  {settings.exports}    what the file targets received, and the local webhook")
    print(f"  {settings.reports}    reports in HTML")
    return has_erased


def _erase_one(settings: Settings, tell: Callable[[str], None]) -> bool:
    """Erase a customer whom a target holds, once; print the receipt, say whether all is gone."""
    path = receipts(settings.home) / f"{REQUEST}.json"
    if path.exists():
        receipt = read_receipt(settings.home, REQUEST)
    else:
        with published.open_newest(settings.published) as (_, connection):
            text = statement("dagster_project", "demonstrated_customer")
            found = connection.execute(text).fetchall()
        if not found:
            tell("nobody was sent anywhere, so nobody is erased")
            return True
        tell("one customer asks to be erased")
        receipt = erasure.erase(settings, tell, customer=found[0][0], request_id=REQUEST)
    print("the receipt of an erasure:")
    output.print_json(receipt)
    return bool(receipt["state"] == "completed")


def _simulate_once(shop: Path, *, customers: int, days: int, seed: int) -> None:
    if shop.exists():
        return
    partial = shop.with_name(f".{shop.name}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    simulate(customers=customers, days=days, seed=seed, start=START, out=partial)
    partial.rename(shop)
