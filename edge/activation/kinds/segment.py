"""A target that speaks the HTTP API of Segment: Segment itself, RudderStack, Jitsu."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import httpx2
from pydantic import Field

from edge.activation import egress
from edge.activation.exchange import Clock, exchange, part
from edge.activation.mapping import Identified, Variable
from edge.activation.rows import Answer, Row
from edge.activation.traits import Unsuitable, encoded, identifier, sorted_out, traits
from edge.activation.variables import variable

EVENT_BYTES = 32 * 1024
BATCH_BYTES = 500 * 1024
ID_CHARACTERS = 100
HEAD, COMMA, TAIL = b'{"batch":[', b",", b"]}"


class SegmentTarget(Identified):
    """Who is in a segment, as a trait that is true, and false after a removal.

    The trait is ``trait_prefix`` and the segment's name. ``url_env`` is the API's address without
    a path, as in ``https://api.segment.io``.
    """

    kind: Literal["segment"]
    url_env: Variable
    write_key_env: Variable
    trait_prefix: Annotated[str, Field(pattern="^[A-Za-z0-9_ -]*$")] = "segment_"
    batch_rows: Annotated[int, Field(ge=1, le=2500)] = 500
    allow_private_addresses: bool = False


@dataclass(slots=True)
class Segment:
    """Sends ``identify`` calls in as few requests as their size allows."""

    config: SegmentTarget
    batch_rows: int
    url: str = field(repr=False)
    write_key: str = field(repr=False)
    client: httpx2.Client
    clock: Clock

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Send the rows in their order."""
        events, answers = sorted_out(rows, self._event)
        user = base64.b64encode(f"{self.write_key}:".encode()).decode()
        for number, body in enumerate(batches(list(events.values()))):
            with part(number):
                exchange(
                    self.client,
                    "POST",
                    f"{self.url.rstrip('/')}/v1/batch",
                    content=body,
                    headers={"authorization": f"Basic {user}"},
                    clock=self.clock,
                )
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    def _event(self, row: Row) -> bytes:
        is_member = row.operation != "remove"
        shown: dict[str, Any] = traits(row, self.config) if is_member else {}
        event = encoded(
            {
                "type": "identify",
                "messageId": row.key,
                "userId": identifier(row, self.config),
                "traits": {**shown, f"{self.config.trait_prefix}{row.segment}": is_member},
            }
        )
        if len(row.key) > ID_CHARACTERS:
            raise Unsuitable(f"a messageId has at most {ID_CHARACTERS} characters")
        if len(event) > EVENT_BYTES:
            raise Unsuitable(f"an event has at most {EVENT_BYTES} bytes")
        return event


def batches(events: Sequence[bytes]) -> Iterator[bytes]:
    """Return the bodies of requests that hold the events in order, each within the limit."""
    waiting: list[bytes] = []
    size = len(HEAD) + len(TAIL)
    for event in events:
        if waiting and size + len(event) + len(COMMA) > BATCH_BYTES:
            yield HEAD + COMMA.join(waiting) + TAIL
            waiting, size = [], len(HEAD) + len(TAIL)
        waiting.append(event)
        size += len(event) + len(COMMA)
    if waiting:
        yield HEAD + COMMA.join(waiting) + TAIL


def segment(config: SegmentTarget, environment: Mapping[str, str], clock: Clock) -> Segment:
    """Open the way to the API."""
    return Segment(
        config,
        config.batch_rows,
        variable(environment, config.url_env),
        variable(environment, config.write_key_env),
        egress.client(allow_private_addresses=config.allow_private_addresses),
        clock,
    )
