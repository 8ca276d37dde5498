"""The network as actors get it: requests to web servers and TCP connections, to granted hosts alone.

Nothing of the machine's surroundings takes part: no proxy of its environment, no `.netrc`, no cookies, no cache.
Certificates are verified. Each redirect is a new request, and its host is checked like the first one.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from socket import socket
from typing import Any
from urllib.parse import urljoin

import httpcore

from workbench.api import hosts
from workbench.api.errors import Exhausted, Invalid, Timeout, Unavailable
from workbench.api.hosts import Url, parse_url
from workbench.api.messages import Payload
from workbench.services.pinned import Permits, Resolver, Watch, connect, system_resolver
from workbench.services.transport import Backend

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
REQUEST_BYTES = 8 << 20
BINARY_BYTES = 1 << 20
"""A body that is no text is a list of bytes for the guest, and as large as a binary payload may be."""
HEADERS, HEADER_BYTES = 100, 16_384
REDIRECTS = 5
REDIRECTED = (301, 302, 303, 307, 308)
SOCKET_BYTES = 1 << 20
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"})
"""Headers that say how a request travels: the host writes them."""
SECRETS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers that do not go along to another host."""
Check = Callable[[str], None]
"""Raises Denied unless a grant covers `host:port`."""
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: Payload


class Network:
    """Thread-safe. `resolve` finds the addresses of a name; tests bring their own."""

    def __init__(self, *, resolve: Resolver = system_resolver, tls: ssl.SSLContext | None = None) -> None:
        self._resolve, self._tls = resolve, tls
        self._lock = threading.Lock()

    def watch(self, seconds: float) -> Watch:
        """A deadline for one call; `stop` of it ends the call from another thread."""
        return Watch(seconds)

    def request(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: Payload,
        *,
        check: Check,
        permits: Permits,
        watch: Watch,
        text_bytes: int = REQUEST_BYTES,
        binary_bytes: int = BINARY_BYTES,
    ) -> Response:
        """One request and its whole answer, redirects followed inside of what is granted.

        Invalid, Denied, Timeout, Exhausted (a body is too large), Unavailable (no connection, or no HTTP in it).
        """
        if method.upper() not in METHODS:
            raise Invalid(f"{method[:20]!r} is no method for a request; there are {', '.join(METHODS)}")
        content = body.encode() if isinstance(body, str) else body
        if len(content) > REQUEST_BYTES:
            raise _too_large("the body of the request", len(content), REQUEST_BYTES)
        asked = _Asked(method.upper(), parse_url(url), _sendable(headers), content)
        for _ in range(REDIRECTS + 1):
            answer, location = self._send(asked, permits, watch, text_bytes, binary_bytes)
            if answer.status not in REDIRECTED or location is None:
                return answer
            asked = asked.redirected(answer.status, location)
            check(asked.url.target)
        raise Unavailable(f"{parse_url(url).target} answered with more than {REDIRECTS} redirects")

    def _send(
        self, asked: _Asked, permits: Permits, watch: Watch, text_bytes: int, binary_bytes: int
    ) -> tuple[Response, str | None]:
        url, what = asked.url, f"the request to {asked.url.target}"
        backend = Backend(lambda: connect(url.host, url.port, permits=permits, resolve=self._resolve, watch=watch),
                           watch, what)  # fmt: skip
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._verified() if url.scheme == "https" else None,
                    max_connections=1,
                    http2=False,
                    network_backend=backend,
                ) as pool,
                pool.stream(
                    asked.method,
                    httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.path),
                    headers=asked.wire(),
                    content=asked.content or None,
                ) as answer,
            ):
                received = [(name.decode("latin-1"), content.decode("latin-1")) for name, content in answer.headers]
                data = _collected(answer.iter_stream(), text_bytes, what)
                location = next((text for name, text in received if name.lower() == "location"), None)
                return Response(answer.status, tuple(received), _payload(data, binary_bytes, what)), location
        except httpcore.TimeoutException:
            raise Timeout(f"{what} took longer than {watch.seconds:g} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ssl.SSLError) as error:
            watch.left(what)
            raise Unavailable(f"{what} failed: {str(error)[:300] or type(error).__name__}") from None

    def _verified(self) -> ssl.SSLContext:
        """Made once: reading the certificates of the system takes a while."""
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls

    def connect(self, host: str, port: int, *, permits: Permits, watch: Watch) -> Connection:
        """A TCP connection. Denied, Timeout, Unavailable."""
        if not 1 <= port <= hosts.PORTS:
            raise Invalid(f"{port} is no port: it is a number from 1 to {hosts.PORTS:,}")
        name = hosts.canonical(host)
        made = connect(name, port, permits=permits, resolve=self._resolve, watch=watch)
        return Connection(hosts.target(name, port), made)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, before it goes out."""

    method: str
    url: Url
    headers: Headers
    content: bytes

    def wire(self) -> list[tuple[bytes, bytes]]:
        """The headers as they are sent."""
        sent = [("Host", self.url.authority), ("Connection", "close"), *self.headers]
        if self.content or self.method in ("POST", "PUT", "PATCH"):
            sent.append(("Content-Length", str(len(self.content))))
        return [(name.encode("ascii"), text.encode("latin-1")) for name, text in sent]

    def redirected(self, status: int, location: str) -> _Asked:
        """The request that a redirect asks for: a POST becomes a GET as in browsers, secrets stay with their host."""
        old = self.url
        url = parse_url(urljoin(f"{old.scheme}://{old.authority}{old.path}", location))
        if old.scheme == "https" and url.scheme == "http":
            raise Unavailable(
                f"{old.target} redirects to {url.target} without encryption; the request was not repeated"
            )
        same = (url.scheme, url.target) == (old.scheme, old.target)
        kept = [(name, text) for name, text in self.headers if same or name.lower() not in SECRETS]
        if status == 303 or (status in (301, 302) and self.method == "POST"):
            kept = [(name, text) for name, text in kept if not name.lower().startswith("content-")]
            return _Asked("HEAD" if self.method == "HEAD" else "GET", url, kept, b"")
        return _Asked(self.method, url, kept, self.content)


class Connection:
    """One TCP connection of an actor's instance, used by one thread at a time. `target` is what its grant covers."""

    def __init__(self, target: str, connection: socket) -> None:
        self.target, self._socket = target, connection

    def send(self, data: bytes, watch: Watch) -> None:
        """All of the bytes. Unavailable: the other side has gone. Timeout: it does not take them."""
        if len(data) > SOCKET_BYTES:
            raise _too_large("what is sent at once", len(data), SOCKET_BYTES)
        what, view = f"sending to {self.target}", memoryview(data)
        while view:
            view = view[self._wait(what, watch, self._socket.send, view) :]

    def receive(self, size: int, watch: Watch) -> bytes:
        """The next bytes, at most `size`; none when the other side has finished."""
        received: bytes = self._wait(f"receiving from {self.target}", watch, self._socket.recv, min(size, SOCKET_BYTES))
        return received

    def _wait(self, what: str, watch: Watch, run: Callable[[Any], Any], argument: Any) -> Any:
        watch.watch(self._socket)
        try:
            self._socket.settimeout(watch.left(what))
            return run(argument)
        except TimeoutError:
            raise Timeout(f"{what} took longer than {watch.seconds:g} s") from None
        except OSError as error:
            watch.left(what)
            raise Unavailable(f"{what} failed: {(error.strerror or str(error)).lower()}") from None
        finally:
            watch.watch(None)

    def close(self) -> None:
        """Idempotent."""
        with suppress(OSError):
            self._socket.close()


def _sendable(headers: Headers) -> Headers:
    """The guest's headers. Invalid: too many, or one that would be more than a header."""
    if len(headers) > HEADERS or sum(len(name) + len(text) for name, text in headers) > HEADER_BYTES:
        raise Invalid(f"a request has up to {HEADERS} headers with {HEADER_BYTES:,} characters in all")
    for name, text in headers:
        if not name or not all(
            letter.isascii() and (letter.isalnum() or letter in "!#$%&'*+-.^_`|~") for letter in name
        ):
            raise Invalid(f"{name[:60]!r} is no name of a header")
        if name.lower() in OURS:
            raise Invalid(f"the header {name} is written by the host, for it says how the request travels")
        if any((ord(letter) < 32 and letter != "\t") or ord(letter) == 127 or ord(letter) > 255 for letter in text):
            raise Invalid(f"the header {name} has a character that no header can carry")
    return tuple((name, text.strip()) for name, text in headers)


def _collected(parts: Iterable[bytes], limit: int, what: str) -> bytes:
    data = bytearray()
    for part in parts:
        data += part
        if len(data) > limit:
            raise _too_large(f"the answer to {what}", len(data), limit)
    return bytes(data)


def _payload(data: bytes, limit: int, what: str) -> Payload:
    try:
        return data.decode()
    except UnicodeDecodeError:
        if len(data) > limit:
            raise _too_large(f"the answer to {what}, which is no text,", len(data), limit) from None
        return data


def _too_large(what: str, size: int, limit: int) -> Exhausted:
    return Exhausted(f"size: {what} has {size:,} bytes or more, up to {limit:,} are taken", limit="size", value=limit,
                     used=size)  # fmt: skip
