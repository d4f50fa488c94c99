"""A target that is an exchange of RabbitMQ: one persistent, confirmed message per row."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pika
from pika import exceptions
from pika.adapters.blocking_connection import BlockingChannel
from pydantic import Field, model_validator

from edge.activation.discretion import hush
from edge.activation.mapping import Identified, Variable
from edge.activation.rows import Answer, Disabled, Row, TargetError, Unavailable
from edge.activation.traits import encoded, member, sorted_out
from edge.activation.variables import variable

SECONDS = 20.0
TYPE = "segment.membership"
SEGMENT = "{segment}"
ACCESS = (
    exceptions.AuthenticationError,
    exceptions.ProbableAuthenticationError,
    exceptions.ProbableAccessDeniedError,
)


class RabbitmqTarget(Identified):
    """Messages to ``exchange``; ``{segment}`` in ``routing_key`` stands for the segment.

    Without an exchange the routing key is the name of a queue. Neither is declared here: they
    belong to whoever reads them.
    """

    kind: Literal["rabbitmq"]
    url_env: Variable
    exchange: str = ""
    routing_key: str
    batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 500

    @model_validator(mode="after")
    def _names_are_short(self) -> "RabbitmqTarget":
        if any(len(name.encode()) > 255 for name in (self.exchange, self.routing_key)):
            raise ValueError("a name in RabbitMQ has at most 255 bytes")
        return self


@dataclass(slots=True)
class Rabbitmq:
    """Waits for the broker's word on each message; a receiver knows repeats by their id."""

    config: RabbitmqTarget
    batch_rows: int
    parameters: pika.URLParameters = field(repr=False)
    _connection: pika.BlockingConnection | None = field(default=None, repr=False)
    _channel: BlockingChannel | None = field(default=None, repr=False)

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Publish the rows in their order."""
        bodies, answers = sorted_out(rows, self._body)
        channel = self._open()
        sent = 0
        try:
            for place, body in bodies.items():
                self._publish(channel, rows[place], body)
                sent += 1
        except exceptions.AMQPError as error:
            raise meaning(error, sent) from None
        return list(answers.values())

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None and self._connection.is_open:
            with suppress(exceptions.AMQPError):  # it broke meanwhile; all was confirmed
                self._connection.close()
        self._connection = self._channel = None

    def _body(self, row: Row) -> bytes:
        return encoded(member(row, self.config))

    def _publish(self, channel: BlockingChannel, row: Row, body: bytes) -> None:
        channel.basic_publish(
            self.config.exchange,
            self.config.routing_key.replace(SEGMENT, row.segment),
            body,
            pika.BasicProperties(
                content_type="application/json",
                delivery_mode=pika.DeliveryMode.Persistent,
                message_id=row.key,
                type=TYPE,
                headers={"operation": row.operation, "segment": row.segment},
            ),
            mandatory=True,  # a message that no queue takes comes back
        )

    def _open(self) -> BlockingChannel:
        if self._channel is not None and self._channel.is_open:
            return self._channel
        try:
            if self._connection is None or self._connection.is_closed:
                self._connection = pika.BlockingConnection(self.parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        except ACCESS as error:
            raise Disabled(f"access is refused ({type(error).__name__})") from None
        except (exceptions.AMQPError, OSError) as error:
            self._connection = self._channel = None
            raise Unavailable(f"no connection ({type(error).__name__})") from None
        return self._channel


def meaning(error: Any, sent: int) -> TargetError:  # noqa: ANN401 - errors of many shapes
    """Return what an error says about a batch of which ``sent`` messages were confirmed."""
    if isinstance(error, exceptions.UnroutableError):
        return Disabled("no queue takes the messages", is_certain=sent == 0)
    if isinstance(error, exceptions.NackError):
        return Unavailable("the broker did not take a message", is_certain=sent == 0)
    if isinstance(error, exceptions.ChannelClosedByBroker):
        return Disabled(f"refused with {error.reply_code}", is_certain=False)
    return Unavailable(f"no word ({type(error).__name__})", is_certain=False)


def rabbitmq(config: RabbitmqTarget, environment: Mapping[str, str]) -> Rabbitmq:
    """Prepare the way to an exchange; it is opened by the first batch."""
    address = variable(environment, config.url_env)
    if not address.startswith(("amqp://", "amqps://")):
        raise Disabled("the address is no URL of AMQP")
    try:
        parameters = pika.URLParameters(address)
    except ValueError:
        raise Disabled("the address is no URL of AMQP") from None
    hush("pika")
    parameters.socket_timeout = SECONDS
    parameters.stack_timeout = SECONDS
    parameters.blocked_connection_timeout = SECONDS
    parameters.heartbeat = int(SECONDS)
    return Rabbitmq(config, config.batch_rows, parameters)
