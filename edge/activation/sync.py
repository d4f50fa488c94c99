"""Syncing: the difference between whom a target should hold and whom it acknowledged, sent once."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb

from edge.activation import state as states
from edge.activation.files import Files
from edge.activation.targets import (
    CONTACTS,
    SOURCES,
    FilesTarget,
    Target,
    TargetConfig,
    Targets,
)
from edge.consent import gate
from edge.consent.purposes import Purposes
from edge.published import Generation, attach, held
from edge.statements import fill, identifier, statement

PACKAGE = "edge.activation"

Status = Literal["synced", "unchanged", "not activated", "recovered"]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What happened to one segment at one target.

    ``held_back`` counts members without consent. ``not activated`` says in ``reason`` why, and
    that whoever the target held was removed; ``recovered`` is an earlier sync that was killed.
    """

    target: str
    segment: str
    status: Status
    members: int
    added: int = 0
    updated: int = 0
    removed: int = 0
    held_back: int = 0
    sync_id: str | None = None
    reason: str | None = None


def sync(
    *,
    generation: Generation,
    targets: Targets,
    purposes: Purposes,
    state: Path,
    exports: Path,
    landing: Path,
    run_id: str,
    now: datetime,
    key: bytes,
    only: str | None = None,
) -> list[SyncResult]:
    """Bring every target, or ``only`` one, to the newest segments; differences only.

    ``key`` makes the fingerprints of what was sent worthless to whoever reads the ledger. A sync
    that was killed anywhere is finished first, exactly as it began.
    """
    if only is not None and only not in targets.targets:
        raise ValueError(f"no target {only!r}; there are {', '.join(sorted(targets.targets))}")
    sent_at = now if now.tzinfo is None else now.astimezone(UTC).replace(tzinfo=None)
    results: list[SyncResult] = []
    for name, config in targets.targets.items():
        if only not in (None, name):
            continue
        if not isinstance(config, FilesTarget):
            raise ValueError(f"{name}: targets of kind {config.kind} take rows, not files")
        target = Files(config, exports / name)
        with held(generation), states.opened(state, name, landing) as connection:
            for unfinished in states.unfinished(connection):
                results += _recovered(connection, name, unfinished)
                _finish(connection, name, target, unfinished, landing)
            target.discard()
            attach(connection, generation.warehouse, "warehouse")
            if config.maps_contacts:
                attach(connection, generation.contacts, CONTACTS)
            gate.install(connection, purposes, landing=landing)
            _compare(connection, name, config, key)
            sync_id = _new_sync_id(connection, name)
            results += _outcome(connection, name, sync_id)
            if sync_id is not None:
                target.stage(connection, sync_id)
                facts = {"generation": generation.name, "run_id": run_id, "sent_at": sent_at}
                number = int(sync_id.split("-")[0])
                states.record(connection, sync_id, {**facts, "sync_number": number})
                _finish(connection, name, target, sync_id, landing)
    return results


def _compare(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    config: TargetConfig,
    key: bytes,
) -> None:
    """Make ``temp.wanted`` and ``temp.changes``."""
    connection.execute(statement(PACKAGE, "audiences"), {"target": target})
    mapped = {source.split(".")[0] for source in config.columns.values()}
    for name, relation in SOURCES.items():
        text = statement(PACKAGE, "mapped" if name in mapped else "unmapped")
        connection.execute(fill(text, {"name": name, "relation": relation}))
    values = {column: _quoted(source) for column, source in config.columns.items()}
    columns = "".join(f"{value} as {identifier(name)}, " for name, value in values.items())
    texts = ", ".join(f"{value}::varchar" for value in values.values())
    text = fill(statement(PACKAGE, "wanted"), {"columns": columns, "texts": texts})
    try:
        connection.execute(text, {"key": key.hex(), "purpose": config.purpose})
    except duckdb.BinderException as error:
        raise ValueError(
            f"targets.yml: {target}: a column that is mapped is not published: {error}"
        ) from error
    connection.execute(statement(PACKAGE, "changes"))


def _outcome(
    connection: duckdb.DuckDBPyConnection, target: str, sync_id: str | None
) -> list[SyncResult]:
    results = []
    for (
        segment,
        status,
        added,
        updated,
        removed,
        members,
        held_back,
        has_repeats,
    ) in connection.execute(statement(PACKAGE, "outcome")).fetchall():
        if has_repeats:
            raise RuntimeError(f"{segment} has a member twice, so nothing was sent to {target}")
        has_changed = added + updated + removed > 0
        word: Status = "synced" if has_changed else "unchanged"
        results.append(
            SyncResult(
                target,
                segment,
                word if status == "active" else "not activated",
                members,
                added,
                updated,
                removed,
                held_back,
                sync_id if has_changed else None,
                None if status == "active" else f"segment {status}",
            )
        )
    return results


def _recovered(
    connection: duckdb.DuckDBPyConnection, target: str, sync_id: str
) -> list[SyncResult]:
    counts = connection.execute(statement(PACKAGE, "sync_counts"), {"sync_id": sync_id}).fetchall()
    return [
        SyncResult(
            target,
            segment,
            "recovered",
            members=0,
            added=added,
            updated=updated,
            removed=removed,
            sync_id=sync_id,
            reason="a killed sync was finished",
        )
        for segment, added, updated, removed in counts
    ]


def _finish(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    target: Target,
    sync_id: str,
    landing: Path,
) -> None:
    target.deliver(connection, sync_id)
    states.acknowledge(connection, name, sync_id, landing)


def _new_sync_id(connection: duckdb.DuckDBPyConnection, target: str) -> str | None:
    """Return the next number with a hash of what the sync says; nothing if it says nothing."""
    content = connection.execute(statement(PACKAGE, "content")).fetchone()
    number = connection.execute(statement(PACKAGE, "next_number")).fetchone()
    assert content is not None
    assert number is not None
    if content[0] is None:
        return None
    digest = hashlib.sha256(f"{target} {number[0]} {content[0]}".encode()).hexdigest()
    return f"{number[0]:08d}-{digest[:12]}"


def _quoted(source: str) -> str:
    relation, column = source.split(".")
    return f"{relation}.{identifier(column)}"
