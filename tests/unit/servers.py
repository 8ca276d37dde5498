"""Servers on loopback for tests of the network: each does one thing, in its own thread, and ends with its block."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Speak = Callable[[socket.socket, bytes], None]
"""What a server says over a connection after it has read the head of a request."""


class Server:
    """Where it listens, and the heads of the requests that came."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.heads: list[bytes] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def serving(speak: Speak, *, host: str = "127.0.0.1", raw: bool = False) -> Iterator[Server]:
    """A server; with `raw` it speaks at once, without waiting for a request."""
    listener = socket.create_server((host, 0))
    found = Server(host, listener.getsockname()[1])

    def accept() -> None:
        while not found.ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b"" if raw else _head(connection)
            found.heads.append(head)
            speak(connection, head)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _head(connection: socket.socket) -> bytes:
    """The head of a request, and its body when the head says how long it is."""
    data, wanted = b"", -1
    while len(data) < wanted or wanted < 0:
        part = connection.recv(65_536)
        if not part:
            break
        data += part
        head, end, _ = data.partition(b"\r\n\r\n")
        if end:
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            wanted = len(head) + len(end) + (int(length[1]) if length else 0)
    return data


def answer(body: bytes = b"fine", status: str = "200 OK", *headers: str) -> Speak:
    """One whole answer."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")).encode()
    return lambda connection, _head: connection.sendall(head + body)


def redirect(location: str, status: str = "302 Found") -> Speak:
    return answer(b"", status, f"Location: {location}")


def endless(connection: socket.socket, _head: bytes) -> None:
    """A body that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def drip(ended: threading.Event) -> Speak:
    """A byte of the body every now and then."""

    def speak(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not ended.wait(0.02):
            connection.sendall(b"x")

    return speak


def huge_header(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Large: ")
    while True:
        connection.sendall(b"x" * 65_536)
