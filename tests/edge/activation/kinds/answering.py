"""A web server on a port of its own that answers as a test says and remembers what it was asked."""

import base64
import json
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def content(self):
        """Return the body's JSON."""
        return json.loads(self.body)

    @property
    def basic(self):
        """Return the user and password of basic authentication."""
        scheme, value = self.headers["authorization"].split()
        assert scheme == "Basic"
        return tuple(base64.b64decode(value).decode().split(":", 1))


@dataclass
class Place:
    """What a server was asked, and what it will answer: ``(status, headers, body)`` in turn."""

    url: str = ""
    asked: list = field(default_factory=list)
    answers: deque = field(default_factory=deque)

    def answer(self, status, body=b"{}", **headers):
        """Answer one request like this, after those that were said before."""
        self.answers.append((status, headers, body))


@contextmanager
def answering(tls=None):
    """Serve on the loopback address until the block ends, encrypted with a context."""
    place = Place()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def take(self):
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            place.asked.append(Asked(self.command, self.path, headers, self.rfile.read(length)))
            status, said, body = place.answers.popleft() if place.answers else (200, {}, b"{}")
            if status is None:  # hang up without a word
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in said.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET = take  # noqa: N815 - names of the library

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        place.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield place
        server.shutdown()
        thread.join()
