"""Syncs as this platform runs them: with its settings, its clock, its chance and its secrets."""

import time
from collections.abc import Callable, Mapping

import numpy as np

from dagster_project import settings as environment
from dagster_project.platform import Platform
from edge import published
from edge.activation.limits import Limits
from edge.activation.opening import open_sender
from edge.activation.outgoing import Progress
from edge.activation.pace import Pace
from edge.activation.plan import Plan
from edge.activation.sync import Asked, Syncing
from edge.activation.targets import Targets
from edge.activation.targets import load as load_targets
from edge.consent.purposes import Purposes
from edge.consent.purposes import load as load_purposes


def configured(settings: environment.Settings) -> tuple[Targets, Purposes]:
    """Return what ``config/`` says of targets and purposes."""
    purposes = load_purposes(settings.config / "purposes.yml")
    return load_targets(settings.config / "targets.yml", purposes), purposes


def left_out(limits: Limits, variables: Mapping[str, str]) -> str | None:
    """Say why a target is left out in this environment, if it is."""
    name = limits.enabled_by
    return f"left out: {name} is not set" if name and not variables.get(name) else None


def not_synced(name: str, targets: Targets, settings: environment.Settings) -> str | None:
    """Say why no sync reaches a target that may hold people, if so."""
    config = targets.targets.get(name)
    if config is not None:
        return left_out(config, environment.variables())
    state = settings.activation / f"{name}.duckdb"
    return f"not in targets.yml: put it back, or delete {state} if the target is gone for good"


def prepared(
    platform: Platform,
    purposes: Purposes,
    *,
    run_id: str,
    asked: Asked,
    tell: Callable[[str], None],
    progress: Progress | None = None,
    show_plan: Callable[[Plan], None] | None = None,
) -> Syncing:
    """Return a sync of the newest generation, ready for any target."""
    settings, variables = platform.settings, environment.variables()
    jitter = np.random.default_rng()  # nothing that is kept depends on it
    return Syncing(
        generation=published.newest(settings.published),
        purposes=purposes,
        state=settings.activation,
        exports=settings.exports,
        landing=settings.landing,
        run_id=run_id,
        now=platform.now(),
        key=platform.keys.contact,
        open_sender=lambda name, config: open_sender(name, config, variables),
        pace=Pace(sleep=time.sleep, clock=time.monotonic, chance=jitter.random),
        asked=asked,
        tell=tell,
        progress=progress or _quiet,
        show_plan=show_plan or _unseen,
    )


def _quiet(_done: int, _total: int) -> None:
    pass


def _unseen(_plan: Plan) -> None:
    pass
