"""What httpcore sends and receives through: connections made by us, and one deadline for all waits of a call."""

# ruff: noqa: ARG002  (httpcore's timeouts are of single reads and writes, and its hosts are names)
from __future__ import annotations

import ssl
from collections.abc import Callable
from socket import socket
from typing import Any

import httpcore

from workbench.services.pinned import Watch

READ_BYTES = 65_536


class Backend(httpcore.NetworkBackend):
    """Connects httpcore to the addresses that were checked, whatever host it names."""

    def __init__(self, make: Callable[[], socket], watch: Watch, what: str) -> None:
        self._make, self._watch, self._what = make, watch, what

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        return _Stream(self._make(), self._watch, self._what)


class _Stream(httpcore.NetworkStream):
    """A socket whose waits share one deadline, so that a slow drip of bytes cannot outlive it."""

    def __init__(self, connection: socket, watch: Watch, what: str) -> None:
        self._socket, self._watch, self._what = connection, watch, what

    def _ready(self) -> socket:
        self._socket.settimeout(self._watch.left(self._what))
        return self._socket

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._ready().recv(min(max_bytes, READ_BYTES))
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            view = memoryview(buffer)
            while view:
                view = view[self._ready().send(view[:READ_BYTES]) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secured = ssl_context.wrap_socket(self._ready(), server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        self._watch.watch(secured)
        return _Stream(secured, self._watch, self._what)

    def close(self) -> None:
        self._watch.watch(None)
        self._socket.close()
