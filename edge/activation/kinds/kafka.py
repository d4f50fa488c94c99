"""A target that is a topic of Kafka: one message per row, in the order of each customer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from pydantic import Field, model_validator

from edge.activation.mapping import Identified, Variable
from edge.activation.rows import Answer, Disabled, Row, TargetError, Unavailable
from edge.activation.traits import encoded, member, sorted_out
from edge.activation.variables import variable

SECONDS = 30.0
CONNECT_SECONDS = 10.0
TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD})
NO_ACCESS = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError._AUTHENTICATION,
        KafkaError.TOPIC_EXCEPTION,
    }
)


class KafkaTarget(Identified):
    """Messages to a topic, keyed by customer, with the row's key in the header ``id``."""

    kind: Literal["kafka"]
    brokers_env: Variable
    topic: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,249}$")]
    security: Literal["plaintext", "ssl", "sasl_ssl"] = "ssl"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username_env: Variable | None = None
    password_env: Variable | None = None
    batch_rows: Annotated[int, Field(ge=1, le=50_000)] = 5000

    @model_validator(mode="after")
    def _names_who_it_is(self) -> "KafkaTarget":
        has_both = self.username_env is not None and self.password_env is not None
        has_one = self.username_env is not None or self.password_env is not None
        if has_both != (self.security == "sasl_ssl") or has_both != has_one:
            raise ValueError("username_env and password_env belong to security: sasl_ssl")
        return self


@dataclass(slots=True)
class Kafka:
    """Waits until every replica that must have a message has it."""

    config: KafkaTarget
    batch_rows: int
    settings: Mapping[str, str | int | bool] = field(repr=False)
    _producer: Producer | None = field(default=None, repr=False)

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Produce the rows in their order, and wait for the brokers."""
        values, answers = sorted_out(rows, self._value)
        producer = self._open()
        errors: dict[int, KafkaError | None] = {}
        for place, value in values.items():
            try:
                self._produce(producer, rows[place], value, _noted(errors, place))
            except KafkaException as error:
                errors[place] = error.args[0]
        is_late = producer.flush(SECONDS) > 0
        if is_late:
            self.close()  # what waits must not arrive after what is sent next
        failed = {place: error for place, error in errors.items() if error is not None}
        for place, failure in failed.items():
            if failure.code() not in TOO_LARGE:
                self.close()
                raise meaning(failure, is_certain=False)
            answers[place] = Answer("rejected", f"refused ({failure.name()})")
        if is_late or len(errors) < len(values):
            raise Unavailable("no word from the brokers in time", is_certain=False)
        return list(answers.values())

    def close(self) -> None:
        """Drop what was not sent and let go of connections."""
        if self._producer is not None:
            self._producer.purge()
            self._producer.flush(CONNECT_SECONDS)
            self._producer = None

    def _value(self, row: Row) -> bytes:
        return encoded(member(row, self.config))

    def _produce(
        self,
        producer: Producer,
        row: Row,
        value: bytes,
        noted: Callable[[KafkaError | None, Message], None],
    ) -> None:
        headers: list[tuple[str, str | bytes | None]] = [
            ("id", row.key.encode()),
            ("operation", row.operation.encode()),
            ("segment", row.segment.encode()),
        ]
        producer.produce(
            self.config.topic,
            key=row.customer_id.encode(),
            value=value,
            headers=headers,
            on_delivery=noted,
        )

    def _open(self) -> Producer:
        if self._producer is None:
            producer = Producer(dict(self.settings))
            try:
                topic = producer.list_topics(self.config.topic, timeout=CONNECT_SECONDS)
            except KafkaException as error:
                raise meaning(error.args[0], is_certain=True) from None
            found = topic.topics[self.config.topic].error
            if found is not None:
                raise meaning(found, is_certain=True)
            self._producer = producer
        return self._producer


def _noted(
    errors: dict[int, KafkaError | None], place: int
) -> Callable[[KafkaError | None, Message], None]:
    def note(error: KafkaError | None, _: Message) -> None:
        errors[place] = error

    return note


def meaning(error: KafkaError, *, is_certain: bool) -> TargetError:
    """Return what an error says about the batch."""
    if error.code() in NO_ACCESS:
        return Disabled(f"refused ({error.name()})", is_certain=is_certain)
    return Unavailable(f"not now ({error.name()})", is_certain=is_certain)


def kafka(config: KafkaTarget, environment: Mapping[str, str]) -> Kafka:
    """Prepare the way to a topic; it is opened by the first batch."""
    settings: dict[str, str | int | bool] = {
        "bootstrap.servers": variable(environment, config.brokers_env),
        "security.protocol": config.security,
        "enable.idempotence": True,
        "acks": "all",
        "message.timeout.ms": int(SECONDS * 1000),
        "client.id": "tessera",
        "log_level": 0,  # errors come back as answers
        "allow.auto.create.topics": False,
        "queue.buffering.max.messages": 100_000,
    }
    if config.username_env is not None and config.password_env is not None:
        settings |= {
            "sasl.mechanism": config.mechanism,
            "sasl.username": variable(environment, config.username_env),
            "sasl.password": variable(environment, config.password_env),
        }
    return Kafka(config, config.batch_rows, settings)
