"""Whether a version of a model is in use, and why: what every report on models says alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.models.aliases import CHAMPION, NOT_PROMOTED, PROMOTED

if TYPE_CHECKING:
    from dagster_project.models.registry import Registry, Version


@dataclass(frozen=True, slots=True)
class Standing:
    """A version, what was decided about it, and the number of the version in use, if any."""

    number: int
    passed: bool
    reason: str
    in_use: int | None


def of(registry: Registry, version: Version) -> Standing:
    """Read what was decided; a version that passed may still have been replaced by hand."""
    roles = {alias: number for number, alias in registry.aliases_of(version.name).items()}
    passed = version.tags.get(PROMOTED)
    return Standing(
        number=version.number,
        passed=passed is not None,
        reason=passed or version.tags.get(NOT_PROMOTED, "its training never came to a decision"),
        in_use=roles.get(CHAMPION),
    )
