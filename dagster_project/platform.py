"""What every step of the lineage works with: settings, the warehouse, its keys and its clock."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from dagster_project import keys
from dagster_project.settings import Settings
from dagster_project.warehouse import Warehouse
from edge.privacy import suppression
from edge.privacy.suppression import Suppression
from edge.sources import Sources
from edge.sources import load as load_sources
from edge.tracking import TrackingPlan
from edge.tracking import load as load_tracking_plan

RESUMED_TAG = "tessera/resumed"  # the run began after erasures under way were gone on with
AS_OF_TAG = "tessera/as_of"  # the moment that a run asks for
PROGRESS = "· "  # marks the lines of a run's log that ``tessera run`` shows


@dataclass(frozen=True, slots=True)
class Platform:
    """The one resource of every asset."""

    settings: Settings

    @property
    def warehouse(self) -> Warehouse:
        """The guarded warehouse file."""
        return Warehouse(self.settings)

    @property
    def keys(self) -> keys.Keys:
        """The keys behind pseudonyms."""
        return keys.load(self.settings)

    @property
    def sources(self) -> Sources:
        """What each landing folder holds, from ``config/sources.yml``."""
        return load_sources(self.settings.config / "sources.yml")

    @property
    def tracking_plan(self) -> TrackingPlan:
        """Which properties of events are kept, from ``config/tracking_plan.yml``."""
        return load_tracking_plan(self.settings.config / "tracking_plan.yml")

    @property
    def suppression(self) -> Suppression:
        """Whose late events are refused, from the ledger."""
        return suppression.load(self.settings.landing, self.keys.salt)

    def now(self) -> datetime:
        """Return the present moment (UTC, without a zone, as the warehouse keeps time)."""
        return datetime.now(UTC).replace(tzinfo=None)

    def requested_moment(self, as_of: str | None) -> datetime | None:
        """Return the moment to evaluate, or None for the newest behaviour event.

        A run's own ``as_of`` wins over ``TESSERA_AS_OF``, which may be ``now``.
        """
        text = as_of or self.settings.as_of
        if text is None:
            return None
        if text == "now":
            return self.now()
        return parse_moment(text)


class Logs(Protocol):
    """A context of Dagster, as far as telling goes."""

    @property
    def log(self) -> logging.Logger:
        """The log of a run's step."""


def telling(context: Logs) -> Callable[[str], None]:
    """Return how a step tells people what it is doing: in the run's log, marked as progress."""

    def tell(line: str) -> None:
        context.log.info(PROGRESS + line)

    return tell


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment as UTC without a zone; a date alone means its first instant."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"a moment is ISO 8601, such as 2026-03-01 or 2026-03-01T12:00:00Z, got {text!r}"
        ) from None  # a failed run tells the root cause, and this line is it
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
