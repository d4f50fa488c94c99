"""The way out over HTTP: only to public addresses, and to the very address that was checked."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx2

from edge.activation.discretion import hush
from edge.activation.rows import Disabled, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

SECONDS = 20.0  # what Standard Webhooks calls reasonable is 15 to 30
NOT_PUBLIC = (
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's own services, on every machine there
    ipaddress.ip_network("192.0.0.0/24"),  # for protocols; Oracle Cloud's metadata
)
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that was ever given out
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_DOCUMENTED = "set allow_private_addresses to send there"


def resolve(host: str, port: int) -> Sequence[str]:
    """Return every address of a host, in the order of the system's preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large, also when wrapped in IPv6."""
    number = ipaddress.ip_address(address.split("%")[0])
    inner = _inner(number)
    if inner is not None:
        return is_public(str(inner))
    if number.version == 6 and number not in GLOBAL_UNICAST:
        return False
    is_listed = any(number in network for network in NOT_PUBLIC)
    return number.is_global and not number.is_multicast and not is_listed


def _inner(number: Address) -> Address | None:
    """Return the IPv4 address that an IPv6 address stands for."""
    if isinstance(number, ipaddress.IPv4Address):
        return None
    if number.ipv4_mapped is not None:
        return number.ipv4_mapped
    if number.sixtofour is not None:
        return number.sixtofour
    if number.teredo is not None:
        return number.teredo[1]
    if number in _NAT64:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return None


@dataclass(frozen=True, slots=True)
class Guarded(httpx2.BaseTransport):
    """Resolves a host once, refuses it if any address is private, and connects to what it saw.

    So a name that answers otherwise the second time it is asked leads nowhere else. The
    certificate is still checked against the name.
    """

    inner: httpx2.BaseTransport
    allow_private_addresses: bool
    resolve: Resolve = resolve

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request to a checked address."""
        host = request.url.host
        if request.url.scheme not in ("http", "https") or not host:
            raise Disabled("the address is no URL of HTTP")
        if request.url.scheme != "https" and not self.allow_private_addresses:
            raise Disabled(f"the address must begin with https://, or {_DOCUMENTED}")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError):  # the latter: a name that no name can be
            raise Unavailable("the host's name cannot be resolved") from None
        if not self.allow_private_addresses and not all(map(is_public, addresses)):
            raise Disabled(f"the host has a private address: {_DOCUMENTED}")
        for address in addresses[:-1]:
            try:
                return self._send(request, host, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return self._send(request, host, addresses[-1])

    def close(self) -> None:
        """Let go of connections."""
        self.inner.close()

    def _send(self, request: httpx2.Request, host: str, address: str) -> httpx2.Response:
        return self.inner.handle_request(
            httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # Host is the name already
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
        )


def client(*, allow_private_addresses: bool, resolve: Resolve = resolve) -> httpx2.Client:
    """Return a client that follows no redirect, asks no proxy and reaches public addresses."""
    hush("httpx2", "httpcore2")
    transport = Guarded(httpx2.HTTPTransport(trust_env=False), allow_private_addresses, resolve)
    return httpx2.Client(
        transport=transport, timeout=SECONDS, follow_redirects=False, trust_env=False
    )
