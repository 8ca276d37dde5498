"""A proxy on this machine that counts the bytes that pass, and cuts what passes when it is told to."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

PIECE = 64 << 10


class Proxy:
    """Between its callers and `target` (HOST:PORT). `up` are bytes to the target, `down` those from it.

    With `every_seconds` it cuts all connections so often; with `cut_after` once, after so many bytes to the target.
    """

    def __init__(self, target: str, *, every_seconds: float = 0.0, cut_after: int = 0) -> None:
        self._target = target.rpartition(":")
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closed, self.was_cut = threading.Event(), threading.Event()
        self._every, self._cut_after = every_seconds, cut_after
        self.up = self.down = self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        if every_seconds:
            threading.Thread(target=self._cut_often, daemon=True).start()

    def cut(self) -> None:
        """Hang up on everybody, in both directions."""
        with self._lock:
            cut, self._open = self._open, set()
            self.cuts += bool(cut)
        self.was_cut.set()
        for end in cut:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _cut_often(self) -> None:
        while not self._closed.wait(self._every):
            self.cut()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            try:
                target = socket.create_connection((self._target[0], int(self._target[2])), 5.0)
            except OSError:
                caller.close()
                continue
            target.settimeout(None)
            with self._lock:
                self._open |= {caller, target}
            for one, other, is_up in ((caller, target, True), (target, caller, False)):
                threading.Thread(target=self._pass, args=(one, other, is_up), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, is_up: bool) -> None:
        with suppress(OSError):
            while piece := one.recv(PIECE):
                with self._lock:
                    if is_up:
                        self.up += len(piece)
                    else:
                        self.down += len(piece)
                    due = is_up and 0 < self._cut_after <= self.up
                if due:
                    self._cut_after = 0
                    self.cut()
                    return
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
