"""What targets are: the configuration of each kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from edge.activation.kinds.files import FilesTarget
from edge.activation.kinds.google_customer_match import GoogleCustomerMatchTarget
from edge.activation.kinds.kafka import KafkaTarget
from edge.activation.kinds.meta_custom_audience import MetaCustomAudienceTarget
from edge.activation.kinds.postgres import PostgresTarget
from edge.activation.kinds.rabbitmq import RabbitmqTarget
from edge.activation.kinds.redis_hashes import RedisTarget
from edge.activation.kinds.rest import RestTarget
from edge.activation.kinds.segment import SegmentTarget
from edge.activation.kinds.webhook import WebhookTarget
from edge.activation.mapping import CONTACTS, SOURCES
from edge.configuration import read
from edge.consent.purposes import Name, Purposes

__all__ = [  # the first four are made elsewhere, and read from here
    "CONTACTS",
    "SOURCES",
    "FilesTarget",
    "TargetConfig",
    "RowsTarget",
    "Targets",
    "load",
]

TAKEN = frozenset(
    {
        *("warehouse", "contacts", "temp", "system", "memory"),  # catalogs of a sync
        "triggers",  # whose state stands beside those of targets
        *("published", "recorded", "retention", "trigger_firings"),  # assets beside targets
    }
)

RowsTarget = (
    GoogleCustomerMatchTarget
    | KafkaTarget
    | MetaCustomAudienceTarget
    | PostgresTarget
    | RabbitmqTarget
    | RedisTarget
    | RestTarget
    | SegmentTarget
    | WebhookTarget
)
TargetConfig = Annotated[FilesTarget | RowsTarget, Field(discriminator="kind")]


class Targets(BaseModel):
    """Every target by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    targets: Mapping[Name, TargetConfig]

    @field_validator("targets")
    @classmethod
    def _names_are_free(cls, targets: Mapping[str, TargetConfig]) -> Mapping[str, TargetConfig]:
        taken = sorted(TAKEN.intersection(targets))
        if taken:
            raise ValueError(f"{', '.join(taken)} names something else here: choose another name")
        return targets


def load(path: Path, purposes: Purposes) -> Targets:
    """Read ``config/targets.yml``; raise ValueError with one line where it is wrong."""
    targets = read(path, Targets)
    for name, target in targets.targets.items():
        purpose = purposes.purposes.get(target.purpose)
        if purpose is None:
            known = ", ".join(sorted(purposes.purposes))
            raise ValueError(f"{path}: {name}: no purpose {target.purpose!r}; there are {known}")
        if target.maps_contacts and not purpose.contact_data:
            raise ValueError(
                f"{path}: {name}: the purpose {target.purpose} may not have contact data"
            )
        try:
            purposes.refuse_sensitive(target.columns, target.purpose)
        except ValueError as error:
            raise ValueError(f"{path}: {name}: {error}") from error
    return targets
