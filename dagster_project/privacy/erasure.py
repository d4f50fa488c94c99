"""Erasing a person: step by step, each of which may be killed and is then taken up again."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dagster_project import runs, syncing
from dagster_project.ingest import ingestion
from dagster_project.ingest.batches import transaction
from dagster_project.platform import Platform
from dagster_project.privacy import landing, recording, remains, removal, rows, subjects
from dagster_project.privacy.progress import (
    FOLDER,
    Progress,
    alone,
    read_receipt,
    under_way,
    write_receipt,
)
from dagster_project.settings import Settings
from dagster_project.warehouse import connect
from edge.privacy import content, lines, requests, suppression
from edge.privacy.content import Searched
from edge.privacy.lines import Search
from edge.privacy.requests import CCPA, Request, month_after
from edge.privacy.subjects import Name, normalised_email

Tell = Callable[[str], None]
HOLDER = "erasure"
WAITED_FOR = "waited_for"  # the targets that were pending when all else was done


def erase(
    settings: Settings,
    tell: Tell,
    *,
    customer: str | None = None,
    email: str | None = None,
    requested_at: datetime | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """Erase one person everywhere and return the receipt; what was killed before is ended first.

    Raises LookupError where nobody, or nobody alone, is known by that name.
    """
    with alone(settings.home):
        platform = Platform(settings)
        receipt = None
        for progress in under_way(settings.home):
            ended = _carry_out(platform, progress, tell)
            if _is_named(progress, customer, email):
                receipt = ended
        return receipt or _erase_anew(
            platform, tell, customer, email, requested_at or platform.now(), request_id
        )


def resume(settings: Settings, tell: Tell, *, waits: bool = True) -> list[dict[str, Any]]:
    """End the erasures that were killed or wait for a target; return their receipts.

    Where another process is at it, wait for it, or leave them to it.
    """
    platform = Platform(settings)
    receipts = []
    with alone(settings.home, waits=waits) as is_ours:
        for progress in under_way(settings.home) if is_ours else ():
            tell(f"going on with the erasure {progress.request_id}")
            receipts.append(_carry_out(platform, progress, tell))
    return receipts


def resume_beside(settings: Settings, tell: Tell) -> None:
    """Do so before a run that has work of its own: where it fails, tell of it and leave it."""
    try:
        resume(settings, tell, waits=False)
    except RuntimeError as error:
        tell(f"an erasure waits: {error}")


def _is_named(progress: Progress, customer: str | None, email: str | None) -> bool:
    named = Name("", "email", normalised_email(email) or "")
    return customer in progress.subject.customer_ids or named in progress.subject.names


def _erase_anew(
    platform: Platform,
    tell: Tell,
    customer: str | None,
    email: str | None,
    requested_at: datetime,
    request_id: str | None,
) -> dict[str, Any]:
    settings = platform.settings
    _refresh_if_needed(platform, tell)
    with platform.warehouse.connect(HOLDER, tell) as connection:
        person = subjects.find(connection, customer=customer, email=email, salt=platform.keys.salt)
    identity = request_id or secrets.token_hex(8)
    progress = Progress(
        folder=settings.home / FOLDER / "requests" / identity,
        request_id=identity,
        requested_at=requested_at,
        subject=person.subject,
        guards=person.guards,
    )
    progress.save()
    return _carry_out(platform, progress, tell)


def _carry_out(platform: Platform, progress: Progress, tell: Tell) -> dict[str, Any]:
    settings = platform.settings
    search = lines.search_for(progress.subject)
    steps: dict[str, Callable[[], None]] = {
        "suppressed": lambda: _suppress(platform, progress),
        "landing": lambda: _erase_lines(platform, progress, search, tell),
        "refreshed": lambda: _run(settings, "refresh_segments", tell),
    }
    for name, step in steps.items():
        if name not in progress.done:
            tell(f"  {name} …")
            step()
            progress.finish(name)
    tell("  targets …")
    pending = remove_from_targets(settings, progress, tell)
    if pending and pending == progress.found.get(WAITED_FOR):
        return read_receipt(settings.home, progress.request_id)  # a run every hour is no reason
    tell("  remains …")
    _erase_remains(platform, progress, search, tell)
    state: requests.State = "waiting" if pending else "completed"
    _record(platform, progress, state, tell)
    tell("  search …")
    searched = _search(platform, progress, search, tell)
    awaited = {settings.activation / f"{name}.duckdb" for name in pending}
    if any(trace.path not in awaited for trace in searched.traces):
        state = "incomplete"
        _record(platform, progress, state, tell)
    receipt = _receipt(platform, progress, state, pending, searched)
    if state == "completed":
        progress.forget()
    elif state == "waiting":
        progress.found[WAITED_FOR] = pending
        progress.save()
    return receipt


def _refresh_if_needed(platform: Platform, tell: Tell) -> None:
    """Make sure that every identifier that landed is known."""
    settings = platform.settings
    with platform.warehouse.connect(HOLDER, tell) as connection:
        has_news = ingestion.has_news(connection, settings.landing, platform.sources)
    if has_news:
        tell("files have landed that no refresh has seen: refreshing first")
        _run(settings, "refresh_segments", tell)


def _run(settings: Settings, job: str, tell: Tell) -> None:
    report = runs.run(settings, job, as_of=None, tell=tell, resumes=False)
    if not report.succeeded:
        reasons = "; ".join(f"{failure.step}: {failure.reason}" for failure in report.failures)
        raise RuntimeError(
            f"{job} failed, the erasure goes on with: tessera erase --resume: {reasons}"
        )


def _suppress(platform: Platform, progress: Progress) -> None:
    folder = platform.settings.landing
    _tell_ledger(platform, progress, "received", None)
    suppression.record(
        folder,
        progress.request_id,
        progress.subject,
        progress.guards,
        key=platform.keys.salt,
        recorded_at=platform.now(),
    )


def _erase_lines(platform: Platform, progress: Progress, search: Search, tell: Tell) -> None:
    """Take the person's lines from landing, raw and every table that is known by lines or ids."""
    settings = platform.settings
    folder = progress.folder / "landing"
    with platform.warehouse.connect(HOLDER, tell) as connection:
        changes, counts = removal.remove(platform, connection, folder, progress.subject, search)
        progress.found.setdefault("tables", {}).update(counts)
        progress.found.setdefault("landing", landing.counts(changes))
        progress.save()
        landing.put(folder, settings.landing, changes)
    copies = remains.replace_copies(settings.home, settings.landing, changes)
    progress.found["copies_of_landing_files"] = (
        progress.found.get("copies_of_landing_files", 0) + copies
    )
    landing.discard(folder)


def remove_from_targets(settings: Settings, progress: Progress, tell: Tell) -> list[str]:
    """Have the targets that hold the person remove them; return those that have not yet."""
    ids = progress.subject.customer_ids
    holding = remains.pending_targets(settings.activation, ids)
    progress.found["targets"] = sorted({*progress.found.get("targets", []), *holding})
    progress.save()
    targets, _ = syncing.configured(settings)
    waiting = {name: syncing.not_synced(name, targets, settings) for name in holding}
    asked = [name for name, reason in waiting.items() if reason is None]
    if asked:
        report = runs.run(
            settings,
            "activate_segments",
            as_of=None,
            tell=tell,
            resumes=False,
            only=[f"targets/{name}" for name in asked],
        )
        for failure in report.failures:
            tell(f"  {failure.step}: {failure.reason}")
    pending = remains.pending_targets(settings.activation, ids)
    for name in pending:
        tell(f"  {name} still holds the person: {waiting.get(name) or 'the sync failed'}")
    return pending


def _erase_remains(platform: Platform, progress: Progress, search: Search, tell: Tell) -> None:
    """Take the person from the ledger, and from whatever else the home holds."""
    settings = platform.settings
    folder = progress.folder / "ledger"
    with platform.warehouse.connect(HOLDER, tell) as connection:
        subjects.choose(connection, progress.subject)
        changes = landing.plan(
            folder, settings.landing, platform.sources, search, {}, kinds=("ledger",)
        )
        landing.choose(connection, changes)
        with transaction(connection):
            rows.delete(connection)
            landing.apply(connection, folder, platform.sources, changes)
        landing.put(folder, settings.landing, changes)
    landing.discard(folder)
    found = progress.found
    found["ledger_lines"] = found.get("ledger_lines", 0) + landing.counts(changes)["rows_removed"]
    remains.forget_firings(settings.activation, progress.subject.customer_ids)
    others = content.search_files(_other_files(settings, progress), search)
    scrubbed = remains.scrub(settings, others.traces, search)
    found["files"] = {**found.get("files", {}), **scrubbed}
    remains.compact_states(settings.activation)
    progress.save()


def _record(platform: Platform, progress: Progress, state: requests.State, tell: Tell) -> None:
    """Have the ledger and a new generation say it; nothing older stays, no page of deleted rows."""
    now = platform.now() if state == "completed" else None
    _tell_ledger(platform, progress, state, now)
    recording.publish(platform, tell)
    with platform.warehouse.locked(HOLDER, tell):
        remains.compact(platform.settings.warehouse, lambda path: connect(path, platform.settings))
    progress.found["generations"] = progress.found.get("generations", 0) + recording.keep_newest(
        platform.settings.published
    )


def _tell_ledger(
    platform: Platform, progress: Progress, state: requests.State, completed_at: datetime | None
) -> None:
    folder = platform.settings.landing
    request = Request(
        request_id=progress.request_id,
        asked="erasure",
        state=state,
        requested_at=progress.requested_at,
        # until the first search there is none
        receipt=None if state == "received" else f"{FOLDER}/receipts/{progress.request_id}.json",
    )
    told = [x for x in requests.load(folder) if x.request_id == request.request_id]
    if not told or replace(told[0], completed_at=None) != request:
        requests.record(folder, replace(request, completed_at=completed_at), platform.now())


def _other_files(settings: Settings, progress: Progress) -> Iterator[Path]:
    """Yield the files that no step of their own has rewritten or will write anew."""
    own = (settings.landing, settings.published, settings.keys, progress.folder)
    for path in content.files_of(settings.home):
        is_own = any(path.is_relative_to(folder) for folder in own)
        if not is_own and path != settings.warehouse:
            yield path
    for path in content.files_of(settings.landing):  # what no ingestion reads
        if not landing.is_numbered(path):
            yield path


def _search(platform: Platform, progress: Progress, search: Search, tell: Tell) -> Searched:
    settings = platform.settings
    paths = (
        path
        for path in content.files_of(settings.home)
        if not path.is_relative_to(progress.folder) and not path.is_relative_to(settings.keys)
    )
    with platform.warehouse.locked(HOLDER, tell):
        return content.search_files(paths, search)


def _receipt(
    platform: Platform,
    progress: Progress,
    state: requests.State,
    pending: list[str],
    searched: Searched,
) -> dict[str, Any]:
    settings = platform.settings
    found = progress.found
    types = [name.type for name in progress.subject.names]
    receipt = {
        "request_id": progress.request_id,
        "kind": "erasure",
        "state": state,
        "requested_at": _text(progress.requested_at),
        "due_at": {
            "gdpr": _text(month_after(progress.requested_at)),
            "ccpa": _text(progress.requested_at + CCPA),
        },
        "recorded_at": _text(platform.now()),
        "identifiers": {type_: types.count(type_) for type_ in sorted(set(types))},
        "customer_ids": len(progress.subject.customer_ids),
        "shared_identifiers_left": len(progress.guards),
        "removed": {
            "landing": found["landing"],
            "copies_of_landing_files": found["copies_of_landing_files"],
            "ledger_lines": found["ledger_lines"],
            "tables": dict(sorted(found["tables"].items())),
            "files": found["files"],
            "generations": found["generations"],
        },
        "targets": {
            name: "pending" if name in pending else "acknowledged" for name in found["targets"]
        },
        "models": requests.MODELS,
        "suppression_entries": len(progress.subject.names),
        "search": {
            "files": searched.files,
            "bytes": searched.bytes,
            "traces": [
                f"{trace.path.relative_to(settings.home).parts[0]}: {trace.within}"
                for trace in searched.traces
            ],
        },
        "pending": pending,
    }
    write_receipt(settings.home, progress.request_id, receipt)
    return receipt


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
