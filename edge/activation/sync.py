"""Syncing: the difference between whom a target should hold and whom it acknowledged, sent once."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import duckdb

from edge.activation import guard, plan
from edge.activation import state as states
from edge.activation.files import Files
from edge.activation.outgoing import Progress, Rows, Target
from edge.activation.pace import Pace
from edge.activation.rows import Sender, TargetError
from edge.activation.sending import Line
from edge.activation.targets import CONTACTS, FilesTarget, TargetConfig, Targets
from edge.activation.wanted import compare, describe_contents, gather_outgoing
from edge.consent.purposes import Purposes
from edge.published import Generation, attach, held, telling_of_a_move
from edge.statements import statement

PACKAGE = "edge.activation"

Status = Literal[
    "synced",
    "incomplete",
    "unchanged",
    "not activated",
    "recovered",
    "refused",
    "planned",
    "halted",
]
MOMENT = "%Y-%m-%d %H:%M:%S UTC"
OpenSender = Callable[[str, TargetConfig], Sender]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What happened to one segment at one target.

    ``held_back`` counts members without consent. ``incomplete`` had failed rows; ``not activated``
    says in ``reason`` why, and that whoever the target held was removed; ``recovered`` is an
    earlier sync that was killed; ``refused`` waits for a person; nothing was sent where ``halted``.
    ``failed`` rows are tried again, ``rejected`` ones are not.
    """

    target: str
    segment: str
    status: Status
    members: int
    added: int = 0
    updated: int = 0
    removed: int = 0
    held_back: int = 0
    failed: int = 0
    rejected: int = 0
    sync_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person may ask of a sync beyond the differences.

    ``is_full`` sends everything wanted again; ``is_confirmed`` passes the guard; ``is_enabling``
    tries a target again that disabled itself; ``is_dry`` plans and sends nothing.
    """

    is_dry: bool = False
    is_full: bool = False
    is_confirmed: bool = False
    is_retrying_rejected: bool = False
    is_enabling: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one target: segment by segment, and why it stopped where it did."""

    target: str
    results: tuple[SyncResult, ...]
    wanted: int = 0  # rows the target should hold
    held: int = 0  # rows it acknowledged
    stopped: str | None = None  # it takes nothing any more, or was not to be had
    refused: str | None = None  # the guard waits for a person
    requests: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> int:
        """Rows that the next sync will try again."""
        return sum(result.failed for result in self.results)

    @property
    def succeeded(self) -> bool:
        """Whether everything that should be sent was answered for good."""
        return self.stopped is None and self.refused is None and self.failed == 0


def _quiet(_done: int, _total: int) -> None:
    pass


def _unseen(_plan: plan.Plan) -> None:
    pass


def _unheard(_line: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Syncing:
    """Everything a sync works with, whatever the target.

    ``key`` makes the fingerprints of what was sent worthless to whoever reads the ledger.
    ``now`` is when the sync begins; the pace's clock says how long ago that is.
    """

    generation: Generation
    purposes: Purposes
    state: Path
    exports: Path
    landing: Path
    run_id: str
    now: datetime
    key: bytes
    open_sender: OpenSender
    pace: Pace
    asked: Asked = field(default_factory=Asked)
    progress: Progress = _quiet
    show_plan: Callable[[plan.Plan], None] = _unseen
    tell: Callable[[str], None] = _unheard

    def target(self, name: str, config: TargetConfig) -> Report:
        """Bring one target to the newest segments; differences only, and wait for nobody else.

        A sync that was killed anywhere is brought to an end first.
        """
        started = self.pace.clock()
        begun = self.now if self.now.tzinfo is None else self.now.astimezone(UTC)
        begun = begun.replace(tzinfo=None)

        def moment() -> datetime:
            return begun + timedelta(seconds=self.pace.clock() - started)

        try:
            sender = None if isinstance(config, FilesTarget) else self.open_sender(name, config)
        except TargetError as error:  # a secret that is not set, say
            return Report(name, (), stopped=str(error))
        try:
            with (
                held(self.generation),
                states.opened(
                    self.state,
                    name,
                    self.landing,
                    tell_waiting=lambda: self.tell(f"{name}: waiting for another sync of it"),
                ) as connection,
            ):
                one = _One(self, name, config, connection, sender, moment)
                return one.sync(started)
        finally:
            if sender is not None:
                sender.close()


@dataclass(frozen=True, slots=True)
class _One:
    """One sync of one target, while its state is open."""

    syncing: Syncing
    name: str
    config: TargetConfig
    connection: duckdb.DuckDBPyConnection
    sender: Sender | None
    moment: Callable[[], datetime]

    def sync(self, started: float) -> Report:
        asked = self.syncing.asked
        line = None if self.sender is None else Line(self.sender, self.syncing.pace)
        target = self._way(line)
        results = [] if asked.is_dry else self._finish_earlier(target)
        self._compare()
        refusal = guard.refusal(self.connection, self.config)
        planned = plan.read(self.connection, self.name, self.config, refusal)
        self.syncing.show_plan(planned)
        stopped = None if asked.is_enabling else self._halted()
        if asked.is_dry:
            return self._report(started, [], planned, line, stopped=stopped, refused=refusal)
        self._execute("forget_settled", {"now": self.moment()})
        self._execute("forget_undone")
        if stopped is not None:
            results += _as_halted(self.name, planned, stopped)
            return self._report(started, results, planned, line, stopped=stopped)
        states.end_halts(self.connection)
        self._execute("keep_known")
        refused = None if asked.is_confirmed else refusal
        if refused is not None:
            guard.keep_withdrawals(self.connection, self.config)
        results += self._send(target, planned, refused)
        why = self._remember_stop(line)
        return self._report(started, results, planned, line, stopped=why, refused=refused)

    def _way(self, line: Line | None) -> Target:
        if isinstance(self.config, FilesTarget):
            return Files(self.config, self.syncing.exports / self.name)
        assert line is not None
        return Rows(line, line.sender.batch_rows, self.moment, self.syncing.progress)

    def _finish_earlier(self, target: Target) -> list[SyncResult]:
        results = []
        for sync_id in states.unfinished(self.connection):
            target.resume(self.connection, sync_id)
            results += [
                SyncResult(
                    self.name,
                    segment,
                    "recovered",
                    members=0,
                    added=added,
                    updated=updated,
                    removed=removed,
                    sync_id=sync_id,
                    reason="a killed sync was finished",
                )
                # what failed there is decided anew by this sync, and counted with it
                for segment, added, updated, removed, *_ in self._counts(sync_id)
            ]
            states.acknowledge(self.connection, self.name, sync_id, self.syncing.landing)
        target.discard()
        return results

    def _compare(self) -> None:
        syncing = self.syncing
        attach(self.connection, syncing.generation.warehouse, "warehouse")
        if self.config.maps_contacts:
            attach(self.connection, syncing.generation.contacts, CONTACTS)
        with telling_of_a_move(syncing.generation):
            compare(
                self.connection,
                self.name,
                self.config,
                syncing.purposes,
                key=syncing.key,
                landing=syncing.landing,
                sync_number=states.next_number(self.connection),
                is_full=syncing.asked.is_full,
                is_retrying_rejected=syncing.asked.is_retrying_rejected,
                now=self.moment(),
            )
        describe_contents(self.connection, self.config)

    def _send(self, target: Target, planned: plan.Plan, refusal: str | None) -> list[SyncResult]:
        """Record what remains in ``temp.changes``, send it, and say what came of each segment."""
        sync_id = _new_sync_id(self.connection, self.name)
        counts = {}
        if sync_id is not None:
            gather_outgoing(self.connection, self.config)
            target.stage(self.connection, sync_id)
            facts = {
                "generation": self.syncing.generation.name,
                "run_id": self.syncing.run_id,
                "sent_at": self.moment(),
                "sync_number": int(sync_id.split("-")[0]),
            }
            states.record(self.connection, self.name, sync_id, facts, key=self.syncing.key)
            target.deliver(self.connection, sync_id)
            counts = {segment: numbers for segment, *numbers in self._counts(sync_id)}
            states.acknowledge(self.connection, self.name, sync_id, self.syncing.landing)
        return [_as_sent(self.name, x, counts.get(x.segment), sync_id, refusal)
                for x in planned.segments]  # fmt: skip

    def _halted(self) -> str | None:
        halt = states.halted(self.connection, self.moment())
        if halt is None:
            return None
        until = f"tessera sync {self.name} --enable"
        if halt.ends_at is not None:
            until = f"{halt.ends_at:{MOMENT}}"
        return f"{halt.reason} (since {halt.halted_at:{MOMENT}}, until {until})"

    def _remember_stop(self, line: Line | None) -> str | None:
        if line is None or line.stop is None:
            return None
        stop, now = line.stop, self.moment()
        if stop.kind == "disabled":
            states.halt(self.connection, states.Halt(stop.reason, now, None))
        elif stop.retry_after is not None:
            ends_at = now + timedelta(seconds=stop.retry_after)
            states.halt(self.connection, states.Halt(stop.reason, now, ends_at))
        return stop.reason

    def _report(
        self,
        started: float,
        results: Iterable[SyncResult],
        planned: plan.Plan,
        line: Line | None,
        *,
        stopped: str | None,
        refused: str | None = None,
    ) -> Report:
        row = self.connection.execute(statement(PACKAGE, "held_counts")).fetchone()
        assert row is not None
        return Report(
            self.name,
            tuple(results) or tuple(_as_planned(self.name, planned)),
            wanted=row[1],
            held=row[0],
            stopped=stopped,
            refused=refused,
            requests=0 if line is None else line.requests,
            seconds=self.syncing.pace.clock() - started,
        )

    def _counts(self, sync_id: str) -> list[tuple[str, int, int, int, int, int]]:
        given = {"sync_id": sync_id}
        return self.connection.execute(statement(PACKAGE, "sync_counts"), given).fetchall()

    def _execute(self, name: str, given: dict[str, object] | None = None) -> None:
        self.connection.execute(statement(PACKAGE, name), given)


def sync(syncing: Syncing, targets: Targets, *, only: str | None = None) -> list[Report]:
    """Bring every target, or ``only`` one, to the newest segments."""
    if only is not None and only not in targets.targets:
        raise ValueError(f"no target {only!r}; there are {', '.join(sorted(targets.targets))}")
    return [
        syncing.target(name, config)
        for name, config in targets.targets.items()
        if only in (None, name)
    ]


def _as_sent(
    target: str,
    planned: plan.Planned,
    counts: list[int] | None,
    sync_id: str | None,
    refusal: str | None,
) -> SyncResult:
    added, updated, removed, failed, rejected = counts or (0, 0, 0, 0, 0)
    waiting = planned.added + planned.updated + planned.removed - sum(counts or ())
    has_changed = counts is not None
    status: Status = "unchanged"
    if has_changed:
        status = "incomplete" if failed else "synced"
    reason = None
    if planned.status != "active":
        status, reason = "not activated", f"segment {planned.status}"
    elif refusal is not None and waiting > 0:
        status, reason = "refused", refusal
    return SyncResult(
        target,
        planned.segment,
        status,
        planned.members,
        added,
        updated,
        removed,
        planned.held_back,
        failed,
        rejected,
        sync_id if has_changed else None,
        reason,
    )


def _as_planned(target: str, planned: plan.Plan) -> list[SyncResult]:
    return [
        SyncResult(
            target, x.segment, "planned", x.members, x.added, x.updated, x.removed, x.held_back
        )
        for x in planned.segments
    ]


def _as_halted(target: str, planned: plan.Plan, why: str) -> list[SyncResult]:
    return [
        SyncResult(target, x.segment, "halted", x.members, held_back=x.held_back, reason=why)
        for x in planned.segments
    ]


def _new_sync_id(connection: duckdb.DuckDBPyConnection, target: str) -> str | None:
    """Return the next number with a hash of what the sync says; nothing if it says nothing."""
    content = connection.execute(statement(PACKAGE, "content")).fetchone()
    assert content is not None
    if content[0] == 0:
        return None
    number = states.next_number(connection)
    digest = hashlib.sha256(f"{target} {number} {content[1]}".encode()).hexdigest()
    return f"{number:08d}-{digest[:12]}"
