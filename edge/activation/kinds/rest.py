"""A target that is any HTTP API that takes JSON: addresses, methods and bodies are configured."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Annotated, Any, Literal
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from edge.activation import egress
from edge.activation.exchange import Clock, exchange, part
from edge.activation.kinds.webhook import message_id_of
from edge.activation.mapping import Identified, Variable
from edge.activation.rows import Answer, BatchRefused, Row
from edge.activation.traits import encoded, member, sorted_out, text_of, traits
from edge.activation.variables import variable

GAP = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
ROWS = "{rows}"
MEMBER = frozenset({"id", "operation", "segment", "customer_id", "user_id", "is_member"})
HEADER = "^[A-Za-z0-9-]+$"


class Call(BaseModel):
    """One request: ``{rows}`` in ``body`` stands for the list of what ``row`` makes of each.

    In ``row``, and in ``body`` where a request takes one row, ``{customer_id}`` and the like
    stand for what a row says, ``{traits.<column>}`` for a column. A text that is nothing but a
    gap takes the value with its type. ``{segment}`` may stand in ``path`` too, and
    ``{customer_id}`` where a request takes one row.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: Annotated[str, Field(pattern=r"^/[\x21-\x7e]*$")]
    row: JsonValue = None
    body: JsonValue = ROWS


class RestTarget(Identified):
    """Requests to ``url_env``: ``upsert`` for who is in a segment, ``remove`` for who is not.

    ``headers_env`` names the variables that hold the values of headers.
    """

    kind: Literal["rest"]
    url_env: Variable
    headers_env: Mapping[Annotated[str, Field(pattern=HEADER)], Variable] = Field(
        default_factory=dict
    )
    upsert: Call
    remove: Call
    batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 1
    errors_at: str | None = None
    error_index: str = "index"
    allow_private_addresses: bool = False

    @model_validator(mode="after")
    def _gaps_can_be_filled(self) -> "RestTarget":
        known = MEMBER | {f"traits.{column}" for column in self.columns}
        is_single = self.batch_rows == 1
        for name, call in (("upsert", self.upsert), ("remove", self.remove)):
            in_path = {"segment", "customer_id"} if is_single else {"segment"}
            in_body = known | {"rows"} if is_single else {"rows", "segment"}
            for place, text, allowed in (
                ("path", call.path, in_path),
                ("row", call.row, known),
                ("body", call.body, in_body),
            ):
                unknown = sorted(set(gaps(text)) - allowed)
                if unknown:
                    raise ValueError(f"{name}.{place}: nothing stands for {', '.join(unknown)}")
        return self


def gaps(template: JsonValue) -> list[str]:
    """Return the names of the gaps in a template."""
    if isinstance(template, str):
        return GAP.findall(template)
    if isinstance(template, list):
        return [name for item in template for name in gaps(item)]
    if isinstance(template, dict):
        return [name for key, item in template.items() for name in (*gaps(key), *gaps(item))]
    return []


def filled(template: JsonValue, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return the template with its gaps filled; a gap alone keeps the value's type."""
    if isinstance(template, str):
        alone = GAP.fullmatch(template)
        if alone is not None:
            return values[alone[1]]
        return _text(template, values)
    if isinstance(template, list):
        return [filled(item, values) for item in template]
    if isinstance(template, dict):
        return {_text(name, values): filled(item, values) for name, item in template.items()}
    return template


@dataclass(slots=True)
class Rest:
    """Sends the rows of a batch in their order, those of one kind together."""

    config: RestTarget
    batch_rows: int
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    client: httpx2.Client
    clock: Clock

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Send the rows; one that the answer names among its errors is rejected."""
        values, answers = sorted_out(rows, self._values)
        calls = groupby(
            values, key=lambda place: (rows[place].operation == "remove", rows[place].segment)
        )
        for number, ((is_removal, _), group) in enumerate(calls):
            places = list(group)
            call = self.config.remove if is_removal else self.config.upsert
            with part(number):
                refused = self._call(call, [rows[p] for p in places], [values[p] for p in places])
            for index in refused:
                answers[places[index]] = Answer("rejected", "named in the answer's errors")
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    def _values(self, row: Row) -> Mapping[str, Any]:
        said = member(row, self.config)
        del said["traits"]
        empty = dict.fromkeys(self.config.columns)  # a removal may know less than an addition
        known = {**empty, **traits(row, self.config)}
        shown = {f"traits.{name}": value for name, value in known.items()}
        return {**said, "is_member": row.operation != "remove", **shown}

    def _call(
        self, call: Call, rows: Sequence[Row], values: Sequence[Mapping[str, Any]]
    ) -> Sequence[int]:
        """Make one request; return the places of the rows that its answer refuses."""
        template = self._whole_member() if call.row is None else call.row
        items = [filled(template, each) for each in values]
        body = filled(call.body, {**values[0], "rows": items})
        said = exchange(
            self.client,
            call.method,
            self.url.rstrip("/") + GAP.sub(lambda gap: _in_path(values[0][gap[1]]), call.path),
            content=encoded(body),
            headers={"idempotency-key": message_id_of(rows), **self.headers},
            clock=self.clock,
        )
        if self.config.errors_at is None:
            return []
        return refused_places(said.body, self.config.errors_at, self.config.error_index, len(rows))

    def _whole_member(self) -> JsonValue:
        said: dict[str, JsonValue] = {name: f"{{{name}}}" for name in sorted(MEMBER)}
        traits: dict[str, JsonValue] = {
            column: f"{{traits.{column}}}" for column in self.config.columns
        }
        return {**said, "traits": traits}


def refused_places(body: bytes, errors_at: str, index: str, row_count: int) -> Sequence[int]:
    """Return which rows an answer names as refused: ``index`` in each entry of a list."""
    try:
        found = json.loads(body or b"{}")
        for name in errors_at.split("."):
            found = found.get(name)
            if found is None:
                return []
        places = {int(entry[index]) for entry in found}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BatchRefused(
            "the answer names errors, but not of which rows", is_certain=False
        ) from None
    if not places <= set(range(row_count)):
        raise BatchRefused("the answer names errors of rows that were not sent", is_certain=False)
    return sorted(places)


def _text(template: str, values: Mapping[str, Any]) -> str:
    return GAP.sub(lambda gap: _inside(values[gap[1]]), template)


def _inside(value: object) -> str:
    return "" if value is None else text_of(value)


def _in_path(value: object) -> str:
    return quote(text_of(value), safe="")


def rest(config: RestTarget, environment: Mapping[str, str], clock: Clock) -> Rest:
    """Open the way to an API."""
    return Rest(
        config,
        config.batch_rows,
        variable(environment, config.url_env),
        {name: variable(environment, held) for name, held in config.headers_env.items()},
        egress.client(allow_private_addresses=config.allow_private_addresses),
        clock,
    )
