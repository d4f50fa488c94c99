"""A wire between a client and a server that a test can cut."""

import contextlib
import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class Relay:
    """Where to connect instead of the server."""

    port: int
    limit: int | None = None  # cut once a client has sent so many bytes over one connection
    ends: list = field(default_factory=list)

    def cut(self):
        """Break every connection there is; new ones may be made."""
        while self.ends:
            end = self.ends.pop()
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def relayed(port):
    """Pass everything on to a port of the loopback address until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(listener.getsockname()[1])

        def accept():
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                far = socket.create_connection(("127.0.0.1", port))
                relay.ends += [near, far]
                for source, sink, limited in ((near, far, relay), (far, near, None)):
                    Thread(target=_pass_on, args=(source, sink, limited), daemon=True).start()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield relay
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        relay.cut()


def _pass_on(source, sink, relay):
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            passed += len(data)
            if relay is not None and relay.limit is not None and passed > relay.limit:
                relay.cut()
                return
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
