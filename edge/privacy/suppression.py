"""Who was erased, as keyed hashes in the ledger: late events of theirs are refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge import ledger
from edge.privacy.subjects import Name, Subject, contacts, keyed

KIND = "suppression"
GUARD = "guard"  # what stays shared although the person it was shared with is gone
# What stands in a landing file where a refused line stood; ingestion knows it.
MARKER = b'{"tessera":"suppressed"}'
# Identifiers in a line that cannot be parsed: what stands in quotes, and what looks like a contact.
QUOTED = re.compile(r'"([^"\\]{1,200})"')
ADDRESS = re.compile(r"[^\s\"'<>,;:=(){}\[\]]+@[^\s\"'<>,;:=(){}\[\]]+")
NUMBER = re.compile(r"(?:\+|00)[0-9 ().-]{7,24}")


@dataclass(frozen=True, slots=True)
class Suppression:
    """The hashes of suppressed identifiers; it cannot be read back to whom they belong."""

    hashes: frozenset[str]
    key: bytes

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def holds(self, name: Name) -> bool:
        """Say whether an identifier is a suppressed person's."""
        return keyed(self.key, KIND, name) in self.hashes

    def is_in(self, text: str, namespace: str) -> bool:
        """Say whether a line that cannot be parsed names a suppressed person."""
        names = [
            Name(namespace, type_, quoted)
            for quoted in QUOTED.findall(text)
            for type_ in ("user_id", "anonymous_id")
        ]
        for found in (*QUOTED.findall(text), *ADDRESS.findall(text), *NUMBER.findall(text)):
            names += contacts(found, found)
        return any(self.holds(name) for name in names)


def load(landing: Path, key: bytes) -> Suppression:
    """Read the ledger's suppression entries."""
    return Suppression(frozenset(_hashes(landing, KIND)), key)


def record(
    landing: Path,
    request_id: str,
    subject: Subject,
    guarded: Iterable[tuple[str, str]],
    *,
    key: bytes,
    recorded_at: datetime,
) -> None:
    """Suppress a person's identifiers.

    ``guarded`` are type and hash of what they shared with others: it must tie none of these
    together, though fewer share it now.
    """
    suppressed = [(name.type, keyed(key, KIND, name)) for name in sorted(subject.names)]
    for kind, entries in ((KIND, suppressed), (GUARD, sorted(guarded))):
        payloads = [
            {"request_id": request_id, "identifier_type": type_, "hash": hash_}
            for type_, hash_ in entries
        ]
        ledger.append(landing, kind, payloads, recorded_at, key=request_id)


def record_guards(
    landing: Path, guarded: Iterable[tuple[str, str]], *, recorded_at: datetime
) -> None:
    """Have what people shared, who are gone for another reason, tie nobody together."""
    payloads = [{"identifier_type": type_, "hash": hash_} for type_, hash_ in sorted(guarded)]
    ledger.append(landing, GUARD, payloads, recorded_at)


def _hashes(landing: Path, kind: str) -> Iterable[str]:
    for path in ledger.files(landing):
        if f"-{kind}-" in path.name:
            for payload in ledger.payloads(path):
                yield payload["hash"]
