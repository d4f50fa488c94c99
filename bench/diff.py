"""How long it takes to find what changed for a target of many members, and with how much memory."""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.measure import measure
from dagster_project import settings
from edge.activation import state as states
from edge.activation.kinds.webhook import WebhookTarget
from edge.activation.pace import Pace
from edge.activation.rows import Sender
from edge.activation.sync import Asked, Report, Syncing
from edge.activation.targets import TargetConfig
from edge.activation.wanted import compare
from edge.consent.purposes import Purposes
from edge.consent.purposes import load as load_purposes
from edge.published import Generation, attach
from edge.statements import fill

NOW = datetime(2026, 3, 2, tzinfo=UTC)
KEY = b"key of the benchmark"
NAME = "bench"
TARGET = WebhookTarget(
    kind="webhook",
    purpose="marketing_email",
    url_env="NOT_SENT",
    secret_env=["NOT_SENT"],
    columns={
        "email": "contacts.email",
        "country": "customers.country",
        "items": "features.open_cart_items",
    },
)


def main() -> None:
    """Make a generation and the state of a target that held an earlier one; time the difference."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--members", type=int, default=1_000_000)
    arguments.add_argument("--work", type=Path, help="work in this folder and leave it there")
    arguments.add_argument("--measured", action="store_true", help="only the part that is timed")
    given = arguments.parse_args()
    work = given.work or Path(tempfile.mkdtemp(prefix="tessera-bench-"))
    if given.measured:
        _show(_diff(work))
        return
    try:
        if not (work / "g1").exists():
            _prepare(work, given.members)
        command = [sys.executable, "-m", "bench.diff", "--measured", "--work", str(work)]
        before = _processor_seconds()
        cost = measure(command, settings.load({}).subprocess_environment())
        print(
            f"{given.members:,} members: {cost.seconds:.1f} s in a process of its own "
            f"({_processor_seconds() - before:.1f} s of processor), "
            f"at most {cost.peak_bytes / 1e9:.2f} GB"
        )
    finally:
        if given.work is None:
            shutil.rmtree(work)


def _prepare(work: Path, members: int) -> None:
    generation = Generation(work / "g1")
    generation.path.mkdir(parents=True)
    (generation.path / "manifest.json").write_text("{}")
    _run(generation.warehouse, "diff.sql", members)
    _run(generation.contacts, "diff_contacts.sql", members)
    with states.opened(work / "activation", NAME, work / "landing") as connection:
        attach(connection, generation.warehouse, "warehouse")
        attach(connection, generation.contacts, "contacts")
        compare(
            connection,
            NAME,
            TARGET,
            _purposes(),
            key=KEY,
            landing=work / "landing",
            sync_number=1,
            is_full=False,
            is_retrying_rejected=False,
            now=NOW.replace(tzinfo=None),
        )
        connection.execute((Path(__file__).parent / "diff_hold.sql").read_text())
    _run(generation.warehouse, "diff_change.sql", members)


def _run(database: Path, name: str, members: int) -> None:
    text = (Path(__file__).parent / name).read_text()
    with duckdb.connect(str(database), config={"preserve_insertion_order": False}) as connection:
        connection.execute(fill(text, {"members": str(members)}))


def _diff(work: Path) -> Report:
    def unsent(_name: str, _config: TargetConfig) -> Sender:
        return _Nowhere()

    return Syncing(
        generation=Generation(work / "g1"),
        purposes=_purposes(),
        state=work / "activation",
        exports=work / "exports",
        landing=work / "landing",
        run_id="bench",
        now=NOW,
        key=KEY,
        open_sender=unsent,
        pace=Pace(sleep=time.sleep, clock=time.monotonic, chance=lambda: 0.0),
        asked=Asked(is_dry=True),
    ).target(NAME, TARGET)


class _Nowhere:
    """A dry run sends nothing."""

    batch_rows = 1

    def send(self, rows: object) -> list[object]:
        raise RuntimeError("a dry run sends nothing")

    def close(self) -> None:
        pass


def _processor_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _purposes() -> Purposes:
    return load_purposes(settings.load({}).config / "purposes.yml")


def _show(report: Report) -> None:
    """Say what was found, where nobody collects it."""
    counts = {
        name: sum(getattr(x, name) for x in report.results)
        for name in ("added", "updated", "removed")
    }
    text = f"{report.seconds:.1f} s to find {counts}, of {report.wanted:,} rows wanted"
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
