"""A target that is an exchange of RabbitMQ: one persistent, confirmed message per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pika
from pika import exceptions
from pika.channel import Channel
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
    batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 2000

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

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Publish the rows in their order over a connection of the batch's own."""
        bodies, answers = sorted_out(rows, self._body)
        if bodies:
            messages = [(rows[place], body) for place, body in bodies.items()]
            Publishing(self.config, messages).run(self.parameters)
        return list(answers.values())

    def close(self) -> None:
        """Keep nothing open between batches."""

    def _body(self, row: Row) -> bytes:
        return encoded(member(row, self.config))


@dataclass(slots=True)
class Publishing:
    """One batch: all messages are sent before the first confirmation is waited for."""

    config: RabbitmqTarget
    messages: Sequence[tuple[Row, bytes]] = field(repr=False)
    waiting: set[int] = field(default_factory=set)  # delivery tags without a word
    refused: int = 0
    returned: int = 0
    error: TargetError | None = None

    def run(self, parameters: pika.URLParameters) -> None:
        """Publish; raise TargetError unless every message is in a queue."""
        connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda opened: opened.channel(on_open_callback=self._prepare),
            on_open_error_callback=self._not_opened,
            on_close_callback=self._closed,
        )
        self.waiting = set(range(1, len(self.messages) + 1))
        connection.ioloop.call_later(SECONDS, lambda: self._give_up(connection))
        try:
            connection.ioloop.start()
        except exceptions.AMQPError as error:
            self.error = Unavailable(f"no word ({type(error).__name__})", is_certain=False)
        connection.ioloop.close()
        if self.error is not None:
            raise self.error from None
        if self.returned:
            is_certain = self.returned == len(self.messages)
            raise Disabled("no queue takes the messages", is_certain=is_certain)
        if self.refused:
            is_certain = self.refused == len(self.messages)
            raise Unavailable("the broker did not take a message", is_certain=is_certain)

    def _prepare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(self._came_back)
        channel.confirm_delivery(
            lambda frame: self._confirmed(channel, frame),
            callback=lambda _: self._publish(channel),
        )

    def _publish(self, channel: Channel) -> None:
        for row, body in self.messages:
            if channel.is_open:
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

    def _confirmed(self, channel: Channel, frame: Any) -> None:  # noqa: ANN401 - pika's frames
        tag = frame.method.delivery_tag
        told = {each for each in self.waiting if each <= tag} if frame.method.multiple else {tag}
        self.waiting -= told
        if isinstance(frame.method, pika.spec.Basic.Nack):
            self.refused += len(told)
        if not self.waiting:
            channel.connection.close()

    def _came_back(self, *_: object) -> None:
        self.returned += 1

    def _channel_closed(self, channel: Channel, reason: Exception) -> None:
        if self.waiting and isinstance(reason, exceptions.ChannelClosedByBroker):
            self.error = Disabled(f"refused with {reason.reply_code}", is_certain=False)
        if channel.connection.is_open:
            channel.connection.close()

    def _closed(self, connection: pika.SelectConnection, reason: BaseException) -> None:
        if self.waiting and self.error is None:
            self.error = Unavailable(f"no word ({type(reason).__name__})", is_certain=False)
        connection.ioloop.stop()

    def _not_opened(self, connection: pika.SelectConnection, reason: BaseException) -> None:
        if is_of(reason, *ACCESS):
            self.error = Disabled("access is refused")
        else:
            self.error = Unavailable(f"no connection ({type(reason).__name__})")
        connection.ioloop.stop()

    def _give_up(self, connection: pika.SelectConnection) -> None:
        self.error = Unavailable("no word in time", is_certain=False)
        connection.ioloop.stop()


def is_of(reason: object, *kinds: type[Exception]) -> bool:
    """Whether an error is one of some kinds, or was made from one."""
    if isinstance(reason, kinds):
        return True
    inner = (
        (*reason.args, getattr(reason, "exception", None)) if isinstance(reason, Exception) else ()
    )
    return any(is_of(each, *kinds) for each in inner if isinstance(each, Exception))


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
