"""One request and its answer over HTTP, and what a refusal means for the rows in it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx2

from edge.activation.egress import SECONDS
from edge.activation.rows import BatchRefused, Disabled, TargetError, Unavailable

Clock = Callable[[], float]  # seconds since 1970, UTC

ANSWER_BYTES = 262_144  # more of an answer is not read
REFUSED = frozenset({400, 413, 422})
MOVED = frozenset({301, 308})
WAIT = frozenset({408, 409, 425, 429})  # 409: the same idempotency key is being worked on


@dataclass(frozen=True, slots=True)
class Said:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    client: httpx2.Client,
    method: str,
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    clock: Clock,
) -> Said:
    """Send a request and return its answer if that is a success; raise TargetError if not."""
    said = ask(client, method, url, content=content, headers=headers)
    if not 200 <= said.status < 300:
        raise refusal(said, clock)
    return said


def ask(
    client: httpx2.Client,
    method: str,
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
) -> Said:
    """Send a request and return the answer, whatever it is, within a time and a size."""
    deadline = time.monotonic() + SECONDS
    sent = {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": "tessera",
        **headers,
    }
    try:
        with client.stream(method, url, content=content, headers=sent) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
                    break
            return Said(response.status_code, dict(response.headers), body)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise Unavailable(f"no connection ({type(error).__name__})") from None
    except httpx2.InvalidURL:
        raise Disabled("the address is no URL of HTTP") from None
    except (httpx2.LocalProtocolError, UnicodeEncodeError):
        raise Disabled("a header cannot be sent: look at the variables that hold them") from None
    except httpx2.HTTPError as error:
        raise Unavailable(f"no answer ({type(error).__name__})", is_certain=False) from None


@contextmanager
def part(number: int) -> Iterator[None]:
    """Hold one of the requests of a batch: after the first, something of it was done."""
    try:
        yield
    except TargetError as error:
        error.is_certain = error.is_certain and number == 0
        raise


def refusal(said: Said, clock: Clock) -> TargetError:
    """Return what a status other than success means."""
    text = f"answered {said.status}"
    if said.status in REFUSED:
        return BatchRefused(text)
    if said.status in WAIT or said.status >= 500:
        # a gateway's 5xx, and a conflict with ourselves, may hide a request that was taken
        certain = said.status in (425, 429)
        after = retry_after(said.headers.get("retry-after"), clock)
        return Unavailable(text, is_certain=certain, retry_after=after)
    if 300 <= said.status < 400 and said.status not in MOVED:
        return Unavailable(f"{text}: redirects are not followed")
    return Disabled(text)


def retry_after(value: str | None, clock: Clock) -> float | None:
    """Return the seconds to wait that a server named, as a number or as a moment."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, moment.timestamp() - clock())
