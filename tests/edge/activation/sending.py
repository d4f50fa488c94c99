"""Syncing a home, and reading what its targets were told."""

import csv
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from edge import ledger
from edge.activation.pace import Pace
from edge.activation.sync import Asked, Syncing, sync
from edge.activation.targets import load as load_targets
from edge.consent.purposes import load as load_purposes
from edge.published import newest
from tests.conftest import PROJECT
from tests.dagster_project.publish import shop

PURPOSES = load_purposes(PROJECT / "config" / "purposes.yml")
TARGETS = load_targets(Path(__file__).with_name("targets.yml"), PURPOSES)


@dataclass
class Home:
    """A home whose segments change from build to build."""

    path: Path
    builds: int = 0

    def build(self, sql=None):
        """Change the warehouse and publish it."""
        self.builds += 1
        return shop.publish_home(self.path, f"b{self.builds}", sql)

    def syncing(
        self, *, now=None, key=b"key of the tests", open_sender=None, generation=None, **asked
    ):
        """Return a sync of the newest generation on a clock that stands still."""
        return Syncing(
            generation=generation or newest(self.path / "published"),
            purposes=PURPOSES,
            state=self.path / "activation",
            exports=self.path / "exports",
            landing=self.path / "landing",
            run_id=f"run{self.builds}",
            now=now or shop.NOW + timedelta(days=self.builds),
            key=key,
            open_sender=open_sender,
            pace=Pace(sleep=lambda _: None, clock=lambda: 0.0, chance=lambda: 0.0),
            asked=Asked(**asked),
        )

    def sync(self, *, targets=TARGETS, **given):
        """Sync the newest generation; return the results by target and segment."""
        reports = sync(self.syncing(**given), targets)
        return {
            (result.target, result.segment): result
            for report in reports
            for result in report.results
        }

    def files(self, target="crm_files", segment="cart_abandoners"):
        """Return the files of differences of one segment, oldest first."""
        folder = self.path / "exports" / target / segment
        return sorted(folder.glob("0*")) if folder.is_dir() else []

    def told(self, target="crm_files", segment="cart_abandoners"):
        """Return what each file of one segment says: operation and customer, in its order."""
        return [
            [(row["operation"], row["customer_id"]) for row in read(path)]
            for path in self.files(target, segment)
        ]

    def members(self, target="crm_files", segment="cart_abandoners"):
        """Return whom a receiver holds who applied every file in order; each step must fit."""
        held = set()
        for rows in self.told(target, segment):
            for operation, customer_id in rows:
                assert (customer_id in held) == (operation in ("remove", "update")), customer_id
                (held.discard if operation == "remove" else held.add)(customer_id)
        return held

    def deliveries(self):
        """Return every delivery of the ledger, in order."""
        lines = [
            json.loads(line)
            for path in ledger.files(self.path / "landing")
            for line in path.read_text().splitlines()
        ]
        return [line["payload"] for line in lines if line["kind"] == "delivery"]


def read(path):
    """Return the rows of an exported file."""
    if path.suffix == ".csv":
        with path.open(newline="") as stream:
            return list(csv.DictReader(stream))
    return [json.loads(line) for line in path.read_text().splitlines()]


def leaves(customer_id, segment="cart_abandoners"):
    """Return the SQL by which a customer leaves a segment."""
    return (
        "delete from segments.fct_segment_members "
        f"where customer_id = '{customer_id}' and segment = '{segment}';"
    )


def joins(customer_id, segment="cart_abandoners"):
    """Return the SQL by which a customer joins a segment."""
    return (
        "insert into segments.fct_segment_members "
        f"values ('{customer_id}', '{segment}', timestamp '2026-01-21');"
    )
