"""TCP connections, made by the host. Each host needs the grant `network/host[:port]`."""

from __future__ import annotations

from types import TracebackType

from . import bindings
from .arguments import U32, data_of, natural, text


class Connection:
    """An open connection; it can be used in a `with` block, which closes it."""

    def __init__(self, number: int) -> None:
        self._number = number

    def send(self, data: bytes) -> None:
        """Send all of the bytes. Raises Unavailable when the other side has gone, NotFound when it was closed."""
        bindings.call("socket", "send", self._number, data_of("data", data))

    def receive(self, max_bytes: int = 65_536, *, timeout_ms: int = 5_000) -> bytes:
        """The next bytes, at most `max_bytes`; `b""` when the other side has finished. Raises Timeout, Unavailable."""
        size, patience = natural("max_bytes", max_bytes, U32), natural("timeout_ms", timeout_ms)
        received: bytes = bindings.call("socket", "receive", self._number, size, patience)
        return received

    def close(self) -> None:
        """Close the connection; closing twice is no error."""
        bindings.call("socket", "close", self._number)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(host: str, port: int, *, timeout_ms: int = 5_000) -> Connection:
    """Connect to a host. Raises Denied, Timeout, Unavailable (nobody there)."""
    address = text("host", host), natural("port", port, 65_535)
    return Connection(bindings.call("socket", "connect", *address, natural("timeout_ms", timeout_ms)))
