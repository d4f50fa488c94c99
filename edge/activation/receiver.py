"""A receiver of signed messages on this machine, for the demonstration: a file of what arrived."""

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from edge.activation.kinds.webhook import PREFIX, key_bytes, signature

TOLERANCE_SECONDS = 300  # between the sender's clock and ours, as Standard Webhooks asks
LONGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Receiving:
    """Where a receiver listens, and the secret it shares with the sender."""

    url: str
    secret: str
    received: Path


def new_secret() -> str:
    """Return a fresh secret of a webhook."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


@contextmanager
def receiving(received: Path, *, clock: Callable[[], float] = time.time) -> Iterator[Receiving]:
    """Listen on a free port of 127.0.0.1 and append each genuine new message to a file."""
    secret = new_secret()
    received.parent.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(received, key_bytes(secret), clock))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Receiving(f"http://127.0.0.1:{server.server_port}/", secret, received)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(
    received: Path, key: bytes, clock: Callable[[], float]
) -> type[BaseHTTPRequestHandler]:
    alone = threading.Lock()
    known = _ids(received)

    class Handler(BaseHTTPRequestHandler):
        """Takes messages that are signed, recent and new; says so of those it knows already."""

        def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
            size = int(self.headers.get("content-length") or 0)
            if not 0 < size <= LONGEST_BYTES:
                self._answer(413)
                return
            body = self.rfile.read(size)
            message_id = self.headers.get("webhook-id") or ""
            if not _is_genuine(self.headers, body, key, clock()):
                self._answer(401)
                return
            with alone:
                if message_id not in known:
                    with received.open("a", encoding="utf-8") as file:
                        line = {"id": message_id, **json.loads(body)}
                        file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    known.add(message_id)
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the demonstration."""

    return Handler


def _ids(received: Path) -> set[str]:
    if not received.exists():
        return set()
    lines = received.read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["id"] for line in lines}


def _is_genuine(headers: Message, body: bytes, key: bytes, now: float) -> bool:
    stamp = headers.get("webhook-timestamp") or ""
    if not (stamp.isdigit() and abs(now - int(stamp)) <= TOLERANCE_SECONDS):
        return False
    right = signature(key, headers.get("webhook-id") or "", int(stamp), body)
    given = (headers.get("webhook-signature") or "").split()
    return any(hmac.compare_digest(right, one) for one in given)
