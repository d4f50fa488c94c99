"""The rules of triggers, as a published generation carries them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.consent.purposes import Purposes
from edge.published import Generation

FILE = "triggers.json"
TICK = timedelta(minutes=5)
EPOCH = datetime.fromisoformat("1970-01-01")  # without a zone, as the warehouse keeps time

Hour = Annotated[int, Field(ge=0, le=23)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cap(_Strict):
    """At most so many firings for one customer in so many days."""

    times: Annotated[int, Field(ge=1)]
    days: Annotated[int, Field(ge=1, le=90)]


class QuietHours(_Strict):
    """Hours of the customer's day in which nothing fires: it waits for their end, or is dropped."""

    from_hour: Hour
    to_hour: Hour
    then: Literal["delay", "suppress"]


class Trigger(_Strict):
    """One trigger: a segment's compiled SELECT and its settings; see macros/trigger.sql."""

    name: str
    purpose: str
    sql: str
    entered_at: str
    events: str
    delay_minutes: Annotated[int, Field(ge=0)]
    cap: Cap
    quiet_hours: QuietHours | None
    priority: int
    expires_minutes: Annotated[int, Field(ge=5)]
    channel_purpose: str
    holdout_share: Annotated[float, Field(ge=0, le=1)]

    @property
    def reach(self) -> timedelta:
        """How long after an entry its firing may still be decided."""
        return timedelta(minutes=self.delay_minutes + self.expires_minutes)


class Model(_Strict):
    """A dbt model that reads recent events alone, compiled."""

    schema_name: str
    table: str
    sql: str


class Rules(_Strict):
    """Every trigger, the models they read in order, and tables carried over from the build.

    ``consents`` is the SQL of what holds of a customer's answers, for moments that are past.
    """

    recent_days: Annotated[int, Field(ge=1, le=90)]
    staging: str
    consents: str = ""
    models: tuple[Model, ...]
    carried: tuple[tuple[str, str], ...]
    triggers: tuple[Trigger, ...]

    @property
    def reach(self) -> timedelta:
        """How far back an evaluation may still decide something."""
        return max((trigger.reach for trigger in self.triggers), default=timedelta())


def load(generation: Generation, purposes: Purposes) -> Rules:
    """Read the rules that were published with a generation; none were where it has no file."""
    path = generation.path / FILE
    if not path.exists():
        return Rules(recent_days=1, staging="", models=(), carried=(), triggers=())
    try:
        rules = Rules.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{path}: {where}: {first['msg']}: publish again") from error
    for trigger in rules.triggers:
        for purpose in (trigger.purpose, trigger.channel_purpose):
            if purpose not in purposes.purposes:
                raise ValueError(f"trigger {trigger.name}: no purpose {purpose} in purposes.yml")
    return rules


def floor(moment: datetime) -> datetime:
    """Return the last tick at or before a moment."""
    return moment - (moment - EPOCH) % TICK


def ceiling(moment: datetime) -> datetime:
    """Return the first tick at or after a moment."""
    tick = floor(moment)
    return tick if tick == moment else tick + TICK


def ticks(first: datetime, last: datetime) -> list[datetime]:
    """Return every tick from one to another, both included."""
    return [first + TICK * number for number in range((last - first) // TICK + 1)]


def path_of(folder: Path) -> Path:
    """Return where a generation's folder keeps its rules."""
    return folder / FILE
