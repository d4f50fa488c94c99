"""Which limits of segments were crossed that a sensor has not asked about yet."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from dagster_project.statements import statement
from edge import published


@dataclass(frozen=True, slots=True)
class Crossed:
    """What a tick found: new crossings as ``segment: limit``, and the cursor that knows them."""

    crossings: tuple[str, ...]
    cursor: str | None

    @property
    def request_key(self) -> str:
        """The same crossings ask for one run, however often a tick is repeated."""
        return hashlib.sha256(f"{self.cursor}".encode()).hexdigest()


def since(folder: Path, cursor: str | None) -> Crossed:
    """Compare the newest generation with what the last successful tick saw.

    The cursor holds the newest moment with crossings and which those were; a moment evaluated
    before it is of the past and asks for nothing. The first tick looks at the newest moment only.
    """
    seen = {"as_of": None, "crossings": []} if cursor is None else json.loads(cursor)
    try:
        with published.open_newest(folder) as (_, connection):
            rows = connection.execute(
                statement("dagster_project", "crossings"), {"since": seen["as_of"]}
            ).fetchall()
    except published.NothingPublishedError:
        return Crossed((), cursor)
    found = [
        (moment.isoformat(), f"{segment}: {limit}")
        for segment, moment, limits in rows
        for limit in limits.split(", ")
    ]
    new = [
        (moment, crossing)
        for moment, crossing in found
        if moment != seen["as_of"] or crossing not in seen["crossings"]
    ]
    if not new:
        return Crossed((), cursor)
    newest = max(moment for moment, _ in found)
    known = sorted({crossing for moment, crossing in found if moment == newest})
    if newest == seen["as_of"]:
        known = sorted({*known, *seen["crossings"]})
    return Crossed(
        tuple(dict.fromkeys(crossing for _, crossing in new)),
        json.dumps({"as_of": newest, "crossings": known}),
    )
