"""What is kept of properties, context and traits, read from ``config/tracking_plan.yml``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge.configuration import read

EVERY, CONTEXT, TRAITS = "*", "(context)", "(traits)"  # what stands where an event's name would
ALWAYS = ("consent", "gpc")  # of a context: what a person refused is heard whatever the plan says
Event = Annotated[str, Field(min_length=1)]
Property = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]*$")]


class TrackingPlan(BaseModel):
    """The allow-list. An unknown key is an error, so a typo is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    every_event: list[Property]
    context: list[Property]
    traits: list[Property]
    events: Mapping[Event, list[Property]] = Field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield every event with each property kept of it; ``*`` is any event not named."""
        for what, names in (
            (EVERY, self.every_event),
            (CONTEXT, sorted({*self.context, *ALWAYS})),
            (TRAITS, self.traits),
        ):
            yield what, ""  # so that an empty list is one
            yield from ((what, name) for name in names)
        for event, own in self.events.items():
            yield from ((event, name) for name in sorted({*self.every_event, *own}))


def load(path: Path) -> TrackingPlan:
    """Read the configuration; raise ValueError with one line where it is wrong."""
    return read(path, TrackingPlan)
