"""Evaluating triggers in a home: the newest generation, newer landing files, the ledger."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.platform import Platform
from dagster_project.triggers import arrivals as landed
from edge import published
from edge.consent import purposes as consented
from edge.consent.purposes import Purposes
from edge.published import Generation
from edge.triggers import evaluation, rules, state
from edge.triggers.evaluation import Evaluated
from edge.triggers.moments import Arrivals
from edge.triggers.rules import Rules


@dataclass(frozen=True, slots=True)
class Known:
    """What can be known of the present without the warehouse."""

    generation: Generation
    rules: Rules
    purposes: Purposes
    arrivals: Arrivals


def evaluate(platform: Platform, as_of: str | None) -> Evaluated | None:
    """Evaluate every trigger up to a moment, by default the newest event, and record firings.

    Raises ValueError for a moment that has not come: once it is recorded, nothing fires before it.
    """
    settings = platform.settings
    with state.opened(settings.activation, settings.landing) as before, _known(platform) as known:
        moment = platform.requested_moment(as_of) or newest(known)
        last = max([platform.now(), *_event_moments(known)])
        if moment > last:
            raise ValueError(
                f"{moment:%Y-%m-%d %H:%M} has not come yet, the present is {last:%Y-%m-%d %H:%M}: "
                "nothing would fire until then"
            )
        return evaluation.evaluate(
            known.generation,
            known.arrivals,
            known.rules,
            known.purposes,
            before,
            as_of=moment,
            recorded_at=platform.now(),
            landing=settings.landing,
        )


def replay(platform: Platform, first: datetime, last: datetime) -> Evaluated:
    """Return what triggers would have done in a span; nothing is recorded."""
    if first > last:
        raise ValueError(f"from must not be after to, got {first} and {last}")
    settings = platform.settings
    with _known(platform) as known:
        with state.opened(settings.activation, settings.landing) as before:
            earlier = before.earlier(rules.ceiling(first))
        return evaluation.replay(
            known.generation,
            known.arrivals,
            known.rules,
            known.purposes,
            earlier,
            first=first,
            last=last,
            landing=settings.landing,
        )


def newest(known: Known) -> datetime:
    """Return the moment of the newest event, published or landed since."""
    found = _event_moments(known)
    if not found:
        raise LookupError("there is no event yet, so no moment to evaluate: tessera load")
    return max(found)


def _event_moments(known: Known) -> list[datetime]:
    told = known.generation.manifest()["as_of"]
    moments = [known.arrivals.newest_at, None if told is None else datetime.fromisoformat(told)]
    return [moment for moment in moments if moment is not None]


@contextmanager
def _known(platform: Platform) -> Iterator[Known]:
    settings = platform.settings
    purposes = consented.load(settings.config / "purposes.yml")
    generation = published.newest(settings.published)
    with published.held(generation), tempfile.TemporaryDirectory(prefix="tessera-") as scratch:
        found = rules.load(generation, purposes)
        if not found.triggers:
            raise LookupError(
                "no trigger is published yet: tessera run refresh_segments publishes them"
            )
        arrivals = landed.read(platform, generation, found, Path(scratch) / "arrivals")
        yield Known(generation, found, purposes, arrivals)
