"""Opening the way to a target that takes rows, whichever kind it is."""

import time
from collections.abc import Mapping

from edge.activation.exchange import Clock
from edge.activation.kinds.files import FilesTarget
from edge.activation.kinds.google_customer_match import (
    GoogleCustomerMatchTarget,
    google_customer_match,
)
from edge.activation.kinds.kafka import KafkaTarget, kafka
from edge.activation.kinds.meta_custom_audience import (
    MetaCustomAudienceTarget,
    meta_custom_audience,
)
from edge.activation.kinds.postgres import PostgresTarget, postgres
from edge.activation.kinds.rabbitmq import RabbitmqTarget, rabbitmq
from edge.activation.kinds.redis_hashes import RedisTarget, redis_hashes
from edge.activation.kinds.rest import RestTarget, rest
from edge.activation.kinds.segment import SegmentTarget, segment
from edge.activation.kinds.webhook import WebhookTarget, webhook
from edge.activation.rows import Sender
from edge.activation.targets import TargetConfig


def open_sender(
    name: str,
    config: TargetConfig,
    environment: Mapping[str, str],
    clock: Clock = time.time,
) -> Sender:
    """Return the way to one target; raise Disabled where the environment lacks what it names.

    Connections are made by the first batch. Files are no rows: see ``edge/activation/files.py``.
    """
    match config:
        case WebhookTarget():
            return webhook(config, environment, clock)
        case PostgresTarget():
            return postgres(config, environment)
        case RedisTarget():
            return redis_hashes(config, environment)
        case RabbitmqTarget():
            return rabbitmq(config, environment)
        case KafkaTarget():
            return kafka(config, environment)
        case SegmentTarget():
            return segment(config, environment, clock)
        case RestTarget():
            return rest(config, environment, clock)
        case GoogleCustomerMatchTarget():
            return google_customer_match(config, environment, clock)
        case MetaCustomAudienceTarget():
            return meta_custom_audience(config, environment, clock)
        case FilesTarget():
            raise ValueError(f"{name}: a target of files takes whole syncs, not rows")
