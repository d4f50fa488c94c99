"""A target that is a Redis: a hash per customer and a set per segment."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Annotated, Literal

import redis
from pydantic import Field
from redis.backoff import NoBackoff
from redis.retry import Retry

from edge.activation.mapping import Typed, Variable
from edge.activation.rows import Answer, Disabled, Row, TargetError, Unavailable
from edge.activation.traits import encoded, sorted_out, text_of, traits
from edge.activation.variables import variable

PACKAGE = "edge.activation.kinds"
SECONDS = 15.0
LATER = re.compile(r"(?:^|-)(OOM|READONLY|LOADING|BUSY|MASTERDOWN|NOREPLICAS|MISCONF)\b")


class RedisTarget(Typed):
    """Keys ``<prefix>:customer:<id>`` and ``<prefix>:segment:<name>``.

    A hash holds the mapped columns as text, and ``in:<segment>`` for each segment. What is not
    written again for ``ttl_seconds`` is forgotten by Redis.
    """

    kind: Literal["redis"]
    url_env: Variable
    prefix: Annotated[str, Field(pattern="^[A-Za-z0-9_:.-]+$")] = "tessera"
    ttl_seconds: Annotated[int, Field(ge=60)] | None = None
    batch_rows: Annotated[int, Field(ge=1, le=5000)] = 500


@dataclass(slots=True)
class RedisHashes:
    """Applies each batch by one script: all of it at once, or nothing."""

    config: RedisTarget
    batch_rows: int
    client: redis.Redis = field(repr=False)

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Apply the rows at once."""
        changes, answers = sorted_out(rows, self._change)
        try:
            self.client.ping()
        except redis.RedisError as error:
            raise meaning(error, is_certain=True) from None
        try:
            self.client.eval(
                script(),
                0,
                self.config.prefix,
                str(self.config.ttl_seconds or 0),
                encoded(list(changes.values())),
            )
        except redis.RedisError as error:
            raise meaning(error, is_certain=False) from None
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    def _change(self, row: Row) -> Mapping[str, object]:
        fields: list[str] = []
        if row.operation != "remove":
            for name, value in traits(row, self.config).items():
                fields += [] if value is None else [name, text_of(value)]
        return {
            "operation": row.operation,
            "segment": row.segment,
            "customer_id": row.customer_id,
            "fields": fields,
        }


def script() -> str:
    """Return the script that applies a batch."""
    return (files(PACKAGE) / "redis_apply.lua").read_text(encoding="utf-8")


def meaning(error: redis.RedisError, *, is_certain: bool) -> TargetError:
    """Return what an error says about the batch, without the values that its text may quote."""
    name = type(error).__name__
    if isinstance(error, redis.AuthenticationError | redis.exceptions.NoPermissionError):
        return Disabled(f"access is refused ({name})")
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return Unavailable(f"no answer ({name})", is_certain=is_certain)
    if isinstance(error, redis.OutOfMemoryError | redis.ReadOnlyError):
        return Unavailable(f"not now ({name})", is_certain=is_certain)
    later = LATER.search(str(error))  # the rest of the text may quote a value
    if later is not None:
        return Unavailable(f"not now ({later[1]})", is_certain=is_certain)
    return Disabled(f"refused ({name})", is_certain=is_certain)


def redis_hashes(config: RedisTarget, environment: Mapping[str, str]) -> RedisHashes:
    """Prepare the way to a Redis; it is opened by the first batch."""
    try:
        client = redis.Redis.from_url(
            variable(environment, config.url_env),
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 0),  # the engine tries again, and counts
        )
    except ValueError:
        raise Disabled("the address is no URL of Redis") from None
    return RedisHashes(config, config.batch_rows, client)
