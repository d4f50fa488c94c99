"""A target that is a Custom Audience of Meta, by the Marketing API."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import httpx2
from pydantic import Field

from edge.activation import egress
from edge.activation.audiences import (
    IDENTIFIERS,
    AudienceTarget,
    identifiers,
    parts,
)
from edge.activation.exchange import Clock, Said, ask, part, refusal, retry_after
from edge.activation.rows import Answer, BatchRefused, Disabled, Row, TargetError, Unavailable
from edge.activation.traits import encoded, sorted_out
from edge.activation.variables import variable

URL = "https://graph.facebook.com"
# Meta answers 400 to nearly everything; the code in the body says what it is.
LATER = frozenset({1, 2, 4, 17, 32, 341, 613, *range(80000, 80015)})  # busy, or too many calls
NO_ACCESS = frozenset({10, 102, 190, *range(200, 300)})  # the token, or its rights


class MetaCustomAudienceTarget(AudienceTarget):
    """Customer lists; with ``extern_id`` the members carry ``customer_id`` as well."""

    platform: ClassVar = "meta"
    kind: Literal["meta_custom_audience"]
    api_version: Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+$")] = "v25.0"
    extern_id: bool = False

    @property
    def tells_customer_id(self) -> bool:
        """Whether each row says our id of the person."""
        return self.extern_id


@dataclass(slots=True)
class MetaCustomAudience:
    """Adds and removes hashed members; what it cannot hash it does not send."""

    config: MetaCustomAudienceTarget
    batch_rows: int
    url: str = field(repr=False)
    token: str = field(repr=False)
    client: httpx2.Client
    clock: Clock

    def send(self, rows: Sequence[Row]) -> Sequence[Answer]:
        """Send the rows in their order, those of one segment together."""
        members, answers = sorted_out(rows, self._member)
        calls = parts(rows, list(members), answers, self.config.audiences)
        for number, (is_removal, audience, places) in enumerate(calls):
            with part(number):
                self._call(
                    "DELETE" if is_removal else "POST",
                    audience,
                    [rows[place].key for place in places],
                    [members[place] for place in places],
                )
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    @property
    def _columns(self) -> Sequence[str]:
        return [column for column in IDENTIFIERS["meta"] if column in self.config.columns]

    def _member(self, row: Row) -> Sequence[str]:
        found = identifiers(self.config.platform, row.fields, self.config.phone_region)
        extern = [row.customer_id] if self.config.extern_id else []
        return [*extern, *(found.get(column, "") for column in self._columns)]

    def _call(
        self, method: str, audience: str, keys: Sequence[str], members: Sequence[Sequence[str]]
    ) -> None:
        extern = ["EXTERN_ID"] if self.config.extern_id else []
        schema = [*extern, *(IDENTIFIERS["meta"][column].header for column in self._columns)]
        body = {
            "payload": {"schema": schema, "data": members},
            "session": {
                "session_id": session_id(keys),
                "batch_seq": 1,
                "last_batch_flag": True,
                "estimated_num_total": len(members),
            },
        }
        said = ask(
            self.client,
            method,
            f"{self.url}/{self.config.api_version}/{audience}/users",
            content=encoded(body),
            headers={"authorization": f"Bearer {self.token}"},
        )
        if not 200 <= said.status < 300:
            raise meaning(said, self.clock)
        if _content(said).get("num_invalid_entries"):
            raise BatchRefused("some entries are invalid", is_certain=False)


def session_id(keys: Sequence[str]) -> int:
    """Return a positive number of 63 bits, the same for the same rows."""
    digest = hashlib.sha256("\n".join(keys).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def meaning(said: Said, clock: Clock) -> TargetError:
    """Return what an answer other than success means, by Meta's own codes."""
    error = _content(said).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(error, dict) and isinstance(code, int):
        text = f"answered {said.status} with code {code}"
        if code in NO_ACCESS:
            return Disabled(text)
        if code in LATER or error.get("is_transient") is True:
            after = retry_after(said.headers.get("retry-after"), clock)
            return Unavailable(text, is_certain=said.status < 500, retry_after=after)
    return refusal(said, clock)


def _content(said: Said) -> Mapping[str, Any]:
    try:
        content = json.loads(said.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def meta_custom_audience(
    config: MetaCustomAudienceTarget, environment: Mapping[str, str], clock: Clock
) -> MetaCustomAudience:
    """Open the way to the API."""
    return MetaCustomAudience(
        config,
        config.batch_rows,
        config.address(environment, URL),
        variable(environment, config.token_env),
        egress.client(allow_private_addresses=config.allow_private_addresses),
        clock,
    )
