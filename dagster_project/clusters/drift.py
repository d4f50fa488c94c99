"""Whether the newest published customers still are as the clusters learnt them."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dagster_project import homes
from dagster_project.clusters import card
from dagster_project.models import training
from dagster_project.statements import statement
from edge import published
from edge.statements import fill

if TYPE_CHECKING:
    from dagster_project.models.registry import Version
    from dagster_project.settings import Settings
    from ml.clusters.drift import Drift
    from ml.clusters.model import ClusterModel

PACKAGE = "dagster_project.clusters"
NAME = "clusters"
MOST_CUSTOMERS = 20_000  # a sample says as much, and a tick stays short


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tick found: new alarms, or the reason why there are none, and the next cursor."""

    alarms: tuple[str, ...]
    reason: str
    cursor: str | None

    @property
    def request_key(self) -> str:
        """The same alarms ask for one run, however often a tick is repeated."""
        return hashlib.sha256(f"{self.cursor}".encode()).hexdigest()


def since(settings: Settings, cursor: str | None) -> Seen:
    """Compare the newest generation with the data of the champion, once for each pair of them.

    A training that was asked for and kept the champion is not asked for again until another moment
    is published: the cursor holds the pair looked at last.
    """
    registry = homes.registry(settings)
    version = registry.champion_version(NAME)
    if version is None:
        return Seen((), "there is no champion whose customers could have moved", cursor)
    try:
        with published.open_newest(settings.published) as (_, connection):
            row = connection.execute(statement(PACKAGE, "features_moment")).fetchone()
    except published.NothingPublishedError:
        return Seen((), "nothing is published", cursor)
    moment = row[0].isoformat() if row and row[0] else ""
    looked_at = json.dumps({"version": version.number, "as_of": moment})
    if looked_at == cursor:
        return Seen((), "these customers were looked at already", cursor)
    if not moment:
        return Seen((), "there is no customer", cursor)
    if moment == version.tags["as_of"]:
        return Seen((), "these are the customers the clusters learnt from", cursor)
    found = drift_of(settings, version)
    if found is None:
        return Seen((), f"version {version.number} left nothing to compare with", cursor)
    return Seen(found.alarms, "customers are as the clusters learnt them", looked_at)


def drift_of(settings: Settings, version: Version) -> Drift | None:
    """Measure how far the newest published customers are from those a version learnt from."""
    from ml.clusters import drift

    registry = homes.registry(settings)
    with tempfile.TemporaryDirectory() as folder:
        path = registry.files(version, Path(folder)).get(card.BASELINE)
        if path is None:
            return None
        before = card.read_baseline(path.read_text(encoding="utf-8"))
    model = cast("ClusterModel", registry.load(version))
    prepared = model.preparation
    columns = training.typed(prepared.numbers, prepared.categories)
    text = fill(statement(PACKAGE, "sampled_features"), {"columns": columns})
    with published.open_newest(settings.published) as (_, connection):
        frame = connection.execute(text, {"most": MOST_CUSTOMERS}).df()
    now = drift.baseline(model, frame, seed=settings.seed)
    return drift.compare(model, before, now)
