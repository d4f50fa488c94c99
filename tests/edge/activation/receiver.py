"""A target of rows that goes wrong on demand, and the small generations it is synced from."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import duckdb

from edge.activation.limits import Limits
from edge.activation.pace import Pace
from edge.activation.rows import Answer, BatchRefused, Disabled, Unavailable
from edge.activation.state import SETTLE_SECONDS
from edge.activation.sync import Asked, Syncing
from edge.published import Generation
from tests.edge.activation.sending import PURPOSES

START = datetime(2026, 3, 1, 12, tzinfo=UTC).replace(tzinfo=None)
SEGMENTS = ("lapsed", "loyal")


class RowsTarget(Limits):
    """A target of rows that knows people by their e-mail address."""

    kind: Literal["fake"] = "fake"
    purpose: str = "marketing_email"
    columns: dict[str, str] = {"email": "contacts.email", "country": "customers.country"}
    maps_contacts: bool = True
    identifying_columns: frozenset[str] = frozenset()


@dataclass
class Receiver:
    """Holds members as it was told; each fault in ``faults`` spoils one request.

    Keys are remembered: what came before under the same key has no effect. Customers in
    ``poison`` are never taken.
    """

    clock: "Clock"
    batch_rows: int = 4
    members: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    poison: set = field(default_factory=set)
    batches: list = field(default_factory=list)
    effects: list = field(default_factory=list)
    contents: dict = field(default_factory=dict)
    delayed: list = field(default_factory=list)
    largest: int | None = None
    identifying_columns: frozenset = frozenset()
    codes: dict = field(default_factory=dict)  # per row: what each of its tries is answered

    def send(self, rows):
        """Take one batch, or go wrong."""
        self.batches.append(list(rows))
        assert len({row.customer_id for row in rows}) == len(rows)
        assert len(rows) <= self.batch_rows
        for row in rows:
            content = (row.segment, row.customer_id, row.operation, dict(row.fields))
            assert self.contents.setdefault(row.key, content) == content, "one key, two contents"
        self.land()
        fault = self.faults.pop(0) if self.faults else None
        if fault == "dropped":
            raise Unavailable("no answer", is_certain=False)
        if fault == "applied":
            self._apply(rows)
            raise Unavailable("no answer", is_certain=False)
        if isinstance(fault, tuple) and fault[0] == "delayed":
            # less than settles: time passes between what a sync sends and what it notes
            self.delayed += [(self.clock.now + fault[1], row) for row in rows]
            raise Unavailable("no answer", is_certain=False)
        if isinstance(fault, tuple) and fault[0] == 429:
            raise Unavailable("429", retry_after=fault[1])
        if fault == 500:
            raise Unavailable("500")
        if fault == 410:
            raise Disabled("410 gone")
        if self.largest is not None and len(rows) > self.largest:
            raise BatchRefused("413 too large")
        if self.poison & {row.customer_id for row in rows}:
            raise BatchRefused("400 bad row")
        if self.codes:
            return self._answered_by_code(rows)
        if fault == "rows":
            taken = rows[::2]
            self._apply(taken)
            return [Answer("delivered") if r in taken else Answer("failed", "busy") for r in rows]
        self._apply(rows)
        return [Answer("delivered")] * len(rows)

    def close(self):
        """Nothing to let go of."""

    def land(self):
        """Carry out what was delayed until now, the last one first."""
        due = [row for at, row in self.delayed if at <= self.clock.now]
        self.delayed = [(at, row) for at, row in self.delayed if at > self.clock.now]
        self._apply(due[::-1])

    def sent(self):
        """Return what was sent since the last look, as operation, segment and customer."""
        rows = [(r.operation, r.segment, r.customer_id) for batch in self.batches for r in batch]
        self.batches.clear()
        return rows

    def _answered_by_code(self, rows):
        """Answer each row by its script; alone in its batch, as a status of the whole batch."""
        told = []
        for row in rows:
            script = self.codes.get((row.segment, row.customer_id))
            told.append(script.pop(0) if script else 200)
        if len(rows) == 1:
            if told[0] == 429:
                raise Unavailable("429", retry_after=1.0)
            if told[0] == 500:
                raise Unavailable("500", is_certain=False)
            if told[0] == 400:
                raise BatchRefused("400")
        self._apply([row for row, code in zip(rows, told, strict=True) if code == 200])
        status = {200: "delivered", 400: "rejected", 429: "failed", 500: "failed"}
        return [Answer(status[code], None if code == 200 else str(code)) for code in told]

    def _apply(self, rows):
        done = {effect.key for effect in self.effects}
        for row in rows:
            if row.key in done:
                continue
            self.effects.append(row)
            done.add(row.key)
            if row.operation == "remove":
                self.members.pop(self._identity(row), None)
            else:
                self.members[self._identity(row)] = dict(row.fields)

    def _identity(self, row):
        known_by = (row.fields[column] for column in sorted(self.identifying_columns))
        return (row.segment, row.customer_id, *known_by)


@dataclass
class Clock:
    """Seconds that only the test and the sender's waits move."""

    now: float = 0.0
    waits: list = field(default_factory=list)

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class Shop:
    """A generation whose members, values and consents are set by the test, and its target."""

    path: Path
    customers: tuple
    config: RowsTarget = field(default_factory=RowsTarget)
    clock: Clock = field(default_factory=Clock)
    members: set = field(default_factory=set)
    refusals: set = field(default_factory=set)
    countries: dict = field(default_factory=dict)
    segments: tuple = SEGMENTS

    def __post_init__(self):
        self.receiver = Receiver(self.clock)
        self.generation = Generation(self.path / "g1")
        self.generation.path.mkdir(parents=True)
        (self.generation.path / "manifest.json").write_text("{}")
        with duckdb.connect(str(self.generation.contacts)) as contacts:
            contacts.execute("create schema marts")
            contacts.execute(
                "create table marts.dim_customer_contacts as select unnest($1) as customer_id, "
                "unnest($1) || '@private.example' as email",
                [list(self.customers)],
            )
        with duckdb.connect(str(self.generation.warehouse)) as warehouse:
            warehouse.execute((Path(__file__).with_name("receiver.sql")).read_text())
            warehouse.execute(
                "insert into segments.dim_segments "
                "select unnest($1), 'marketing_email', 'active', ['fake']",
                [list(self.segments)],
            )

    def publish(self):
        """Write what the test set into the generation."""
        tables = {
            "segments.fct_segment_members": [
                [customer for _, customer in sorted(self.members)],
                [segment for segment, _ in sorted(self.members)],
            ],
            "marts.dim_consent_status": [
                list(self.customers),
                ["marketing_email"] * len(self.customers),
                [customer not in self.refusals for customer in self.customers],
                [False] * len(self.customers),
                [START] * len(self.customers),
            ],
            "marts.dim_customers": [
                list(self.customers),
                [self.countries.get(customer, "DE") for customer in self.customers],
                [START] * len(self.customers),
            ],
        }
        with duckdb.connect(str(self.generation.warehouse)) as warehouse:
            for table, columns in tables.items():
                warehouse.execute(f"delete from {table}")
                values = ", ".join(f"unnest(${n})" for n in range(1, len(columns) + 1))
                warehouse.execute(f"insert into {table} select {values}", columns)

    def wanted(self):
        """Return what the target should hold."""
        return {
            (segment, customer): {
                "email": f"{customer}@private.example",
                "country": self.countries.get(customer, "DE"),
            }
            for segment, customer in self.members
            if customer not in self.refusals
        }

    def sync(self, *, patience_seconds=30.0, **asked):
        """Publish, and sync the one target; return its report."""
        self.publish()
        syncing = Syncing(
            generation=self.generation,
            purposes=PURPOSES,
            state=self.path / "activation",
            exports=self.path / "exports",
            landing=self.path / "landing",
            run_id="run",
            now=START + timedelta(seconds=self.clock.now),
            key=b"key of the tests",
            open_sender=lambda *_: self.receiver,
            pace=Pace(
                sleep=self.clock.sleep,
                clock=lambda: self.clock.now,
                chance=lambda: 0.5,
                patience_seconds=patience_seconds,
            ),
            asked=Asked(**asked),
        )
        return syncing.target("fake", self.config)

    def settle(self):
        """Let so much time pass that nothing sent before can still be carried out."""
        self.clock.now += SETTLE_SECONDS + 1
        self.receiver.land()

    def ledger(self):
        """Return every delivery of the ledger."""
        return [
            json.loads(line)["payload"]
            for path in sorted((self.path / "landing").rglob("*.jsonl"))
            for line in path.read_text().splitlines()
        ]

    def keys_per_content(self):
        """Return under how many keys each content was carried out."""
        return Counter(
            (x.segment, x.customer_id, x.operation, str(x.fields)) for x in self.receiver.effects
        )
