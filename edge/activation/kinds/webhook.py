"""A target that is told by signed messages, after Standard Webhooks 1.0."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

import httpx2
from pydantic import Field

from edge.activation import egress
from edge.activation.exchange import Clock, exchange
from edge.activation.mapping import Identified, Variable
from edge.activation.rows import Answer, BatchRefused, Disabled, Row
from edge.activation.traits import encoded, member, sorted_out
from edge.activation.variables import variable

PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
MESSAGE_BYTES = 20_000
TYPE = "segment.membership"


class WebhookTarget(Identified):
    """An address that takes signed messages of one or more members each.

    ``secret_env`` holds one secret, or two while it is being changed: then each message carries
    a signature of both.
    """

    kind: Literal["webhook"]
    url_env: Variable
    secret_env: Annotated[Sequence[Variable], Field(min_length=1, max_length=2)]
    batch_rows: Annotated[int, Field(ge=1, le=100)] = 1
    allow_private_addresses: bool = False


def key_bytes(secret: str) -> bytes:
    """Return the key behind a secret like ``whsec_…``; never quote the secret in an error."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Disabled("a secret of a webhook is base64 after whsec_") from None
    if len(key) not in SECRET_BYTES:
        raise Disabled("a secret of a webhook has 24 to 64 bytes")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of one message, ``v1,`` and base64."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@dataclass(slots=True)
class Webhook:
    """Sends one message a batch; the receiver knows a repeated one by its ``webhook-id``."""

    config: WebhookTarget
    batch_rows: int
    url: str = field(repr=False)
    keys: Sequence[bytes] = field(repr=False)
    client: httpx2.Client
    clock: Clock
    opened_at: float  # so that a message is the same on every try of one sync

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Send the rows as one message and return its acknowledgement for each of them."""
        members, answers = sorted_out(rows, self._member)
        if members:
            self._post([rows[place] for place in members], list(members.values()))
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    def _member(self, row: Row) -> Mapping[str, object]:
        return member(row, self.config)

    def _post(self, rows: Sequence[Row], data: Sequence[Mapping[str, object]]) -> None:
        now = int(self.clock())
        at = datetime.fromtimestamp(int(self.opened_at), UTC).isoformat().replace("+00:00", "Z")
        content = data[0] if self.config.batch_rows == 1 else data
        body = encoded({"type": TYPE, "timestamp": at, "data": content})
        if len(body) > MESSAGE_BYTES:
            raise BatchRefused(f"a message may have {MESSAGE_BYTES} bytes")
        message_id = message_id_of(rows)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": " ".join(
                signature(key, message_id, now, body) for key in self.keys
            ),
        }
        exchange(self.client, "POST", self.url, content=body, headers=headers, clock=self.clock)


def message_id_of(rows: Sequence[Row]) -> str:
    """Return the same id for the same rows, on every try."""
    if len(rows) == 1:
        return rows[0].key
    return hashlib.sha256("\n".join(row.key for row in rows).encode()).hexdigest()


def webhook(config: WebhookTarget, environment: Mapping[str, str], clock: Clock) -> Webhook:
    """Open the way to a webhook."""
    return Webhook(
        config,
        config.batch_rows,
        variable(environment, config.url_env),
        [key_bytes(variable(environment, name)) for name in config.secret_env],
        egress.client(allow_private_addresses=config.allow_private_addresses),
        clock,
        clock(),
    )
