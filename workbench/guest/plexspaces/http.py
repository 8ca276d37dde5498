"""Requests to web servers, done by the host. Each host needs the grant `network/host[:port]`."""

from __future__ import annotations

import json as json_
from collections.abc import Mapping
from dataclasses import dataclass

from . import bindings
from .arguments import natural, pairs, payload_of, text
from .payload import Payload


@dataclass(frozen=True, slots=True)
class Response:
    """The answer of a server. `headers` are names and values in the order in which they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: Payload

    @property
    def ok(self) -> bool:
        """Whether the status says success (200 to 299)."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body if isinstance(self.body, str) else self.body.decode(errors="replace")

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body

    def json(self) -> object:
        """The body as JSON. Raises ValueError."""
        return json_.loads(self.body)

    def header(self, name: str) -> str | None:
        """The value of the first header of this name, whatever its case; None when there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Payload = "",
    timeout_ms: int = 10_000,
) -> Response:
    """Send a request and wait for the whole answer. An answer of any status is an answer, not an error.

    Raises Denied, Invalid, Timeout, Exhausted (the answer is too large), Unavailable (the server cannot be reached).
    """
    names = text("method", method), text("url", url)
    wit = payload_of("body", body)
    extras = pairs("headers", headers or {})
    found = bindings.call("http", "request", *names, extras, wit, natural("timeout_ms", timeout_ms))
    return Response(status=found.status, headers=tuple(found.headers), body=found.body.value)


def get(url: str, *, headers: Mapping[str, str] | None = None, timeout_ms: int = 10_000) -> Response:
    """Fetch a URL; see `request`."""
    return request("GET", url, headers=headers, timeout_ms=timeout_ms)


def post(
    url: str, body: Payload = "", *, headers: Mapping[str, str] | None = None, timeout_ms: int = 10_000
) -> Response:
    """Post a body to a URL; see `request`."""
    return request("POST", url, headers=headers, body=body, timeout_ms=timeout_ms)
