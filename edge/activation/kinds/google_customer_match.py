"""A target that is a Customer Match list of Google Ads, by the Data Manager API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import httpx2
from pydantic import Field

from edge.activation import egress
from edge.activation.audiences import (
    ADDRESS,
    AudienceTarget,
    identifiers,
    parts,
)
from edge.activation.exchange import Clock, exchange, part
from edge.activation.rows import Answer, Row
from edge.activation.traits import encoded, sorted_out
from edge.activation.variables import variable

URL = "https://datamanager.googleapis.com"
GRANTED = "CONSENT_GRANTED"  # nobody gets here without consent to the target's purpose
Account = Annotated[str, Field(pattern="^[0-9]{10}$")]


class GoogleCustomerMatchTarget(AudienceTarget):
    """Lists of the Google Ads account ``account_id``.

    ``login_account_id`` is the manager account of the credentials, where that is another.
    ``accepts_customer_match_terms`` is said to Google with each addition.
    """

    platform: ClassVar = "google"
    kind: Literal["google_customer_match"]
    account_id: Account
    login_account_id: Account | None = None
    accepts_customer_match_terms: Literal[True]


@dataclass(slots=True)
class GoogleCustomerMatch:
    """Adds and removes hashed members; what it cannot hash it does not send."""

    config: GoogleCustomerMatchTarget
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
            body = self._body(audience, [members[place] for place in places], is_removal)
            with part(number):
                exchange(
                    self.client,
                    "POST",
                    f"{self.url}/v1/audienceMembers:{'remove' if is_removal else 'ingest'}",
                    content=encoded(body),
                    headers={"authorization": f"Bearer {self.token}"},
                    clock=self.clock,
                )
        return list(answers.values())

    def close(self) -> None:
        """Let go of connections."""
        self.client.close()

    def _member(self, row: Row) -> Mapping[str, object]:
        found = identifiers(self.config.platform, row.fields, self.config.phone_region)
        said: list[Mapping[str, object]] = []
        if "email" in found:
            said.append({"emailAddress": found["email"]})
        if "phone" in found:
            said.append({"phoneNumber": found["phone"]})
        if found.keys() >= ADDRESS:
            address = {
                "givenName": found["first_name"],
                "familyName": found["last_name"],
                "regionCode": found["country"],
                "postalCode": found["postal_code"],
            }
            said.append({"address": address})
        return {"userData": {"userIdentifiers": said}}

    def _body(
        self, audience: str, members: Sequence[Mapping[str, object]], is_removal: bool
    ) -> Mapping[str, object]:
        login = self.config.login_account_id
        destination = {
            "operatingAccount": _account(self.config.account_id),
            **({} if login is None else {"loginAccount": _account(login)}),
            "productDestinationId": audience,
        }
        body: dict[str, object] = {
            "destinations": [destination],
            "audienceMembers": members,
            "encoding": "HEX",
        }
        if not is_removal:
            body["consent"] = {"adUserData": GRANTED, "adPersonalization": GRANTED}
            body["termsOfService"] = {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
        return body


def _account(number: str) -> Mapping[str, str]:
    return {"accountType": "GOOGLE_ADS", "accountId": number}


def google_customer_match(
    config: GoogleCustomerMatchTarget, environment: Mapping[str, str], clock: Clock
) -> GoogleCustomerMatch:
    """Open the way to the API."""
    return GoogleCustomerMatch(
        config,
        config.batch_rows,
        config.address(environment, URL),
        variable(environment, config.token_env),
        egress.client(allow_private_addresses=config.allow_private_addresses),
        clock,
    )
