"""HTTP/2 frames by hand, for what no library would send."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GO_AWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
SECONDS = 20.0
HEARD_SECONDS = 2.0
"""Who has not hung up by then leaves the connection open."""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(path: str, *added: tuple[str, str]) -> bytes:
    """Those of a gRPC call, each written out."""
    more = (("content-type", "application/grpc"), ("te", "trailers"), *added)
    said = b"".join(b"\x00" + _text(name) + _text(value) for name, value in more)
    return b"\x83\x86" + _literal(4, path) + _literal(1, "localhost") + said


def greeting() -> bytes:
    return PREFACE + frame(SETTINGS, 0, 0)


def sent(address: str, *pieces: bytes) -> str:
    """Send all of it, and read until the other side hangs up: `closed`, `open` when it does not, and whether it said
    goodbye."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), SECONDS) as connection:
        connection.settimeout(SECONDS)
        with suppress(OSError):  # hung up on in the middle of it
            for piece in pieces:
                connection.sendall(piece)
        connection.settimeout(HEARD_SECONDS)
        heard = bytearray()
        try:
            while got := connection.recv(64 << 10):
                heard += got
        except TimeoutError:
            return "open"
        except OSError:
            pass
    return "goodbye" if any(kind == GO_AWAY for kind, _, _ in _frames(bytes(heard))) else "closed"


def endings(address: str, streams: int, *pieces: bytes) -> list[str]:
    """How so many streams end of which nobody reads: each `ended` by the other side; `open`: some did not."""
    host, _, port = address.rpartition(":")
    heard, found = bytearray(), set[int]()
    with socket.create_connection((host, int(port)), SECONDS) as connection:
        connection.settimeout(SECONDS)
        for piece in pieces:
            connection.sendall(piece)
        while len(found) < streams:
            try:
                heard += connection.recv(64 << 10)
            except TimeoutError:
                return ["ended"] * len(found) + ["open"]
            found = {stream for kind, flags, stream in _frames(bytes(heard)) if _ends(kind, flags)}
    return ["ended"] * len(found)


def _ends(kind: int, flags: int) -> bool:
    return kind == RESET or (kind == HEADERS and bool(flags & END_STREAM))


def _frames(heard: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, flags and stream of those that came whole."""
    at = 0
    while at + 9 <= len(heard):
        length, kind, flags = int.from_bytes(heard[at : at + 3], "big"), heard[at + 3], heard[at + 4]
        stream = int.from_bytes(heard[at + 5 : at + 9], "big")
        at += 9 + length
        if at <= len(heard):
            yield kind, flags, stream


def _literal(index: int, value: str) -> bytes:
    return bytes([index]) + _text(value)


def _text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()
