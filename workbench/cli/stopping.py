"""The signals that stop a node: the first lets it end in order, a second ends the process at once.

They are heard by a thread of its own, through the descriptor that Python writes to inside of the signal itself: a
handler would have to wait until the main thread, which may be writing to a disk that hangs, comes back to Python.
Source: https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

SIGNALS = tuple(
    number for name in ("SIGTERM", "SIGINT", "SIGBREAK") if (number := getattr(signal, name, None)) is not None
)
"""What stops a node: SIGTERM, Ctrl+C, and Ctrl+Break on Windows."""


class Signals:
    """Use it in a `with`. Until `arm` signals do what they did before, which ends a command at once and in order."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._before: dict[int, Any] = {}
        self._told, self._heard = socket.socketpair()
        self._told.setblocking(False)
        self._descriptor = -1

    def arm(self) -> None:
        self._descriptor = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
        threading.Thread(target=self._hear, name="signals", daemon=True).start()

    def wait(self) -> None:
        """Until the first one."""
        self._stop.wait()

    def _hear(self) -> None:
        while data := self._heard.recv(1):
            if data[0] not in SIGNALS:
                continue
            if self._stop.is_set():
                _end(data[0])
            self._stop.set()

    def __enter__(self) -> Signals:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before:
            for number, handler in self._before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._descriptor)
        self._told.close()


def _end(number: int) -> None:
    """As `kill -9` would: what services and durable actors acknowledged is on disk; all else is not
    waited for."""
    name = signal.Signals(number).name
    with suppress(OSError, ValueError):  # nobody may listen
        os.write(sys.stderr.fileno(), f"a second signal ({name}): ended at once, and not in order\n".encode())
    os._exit(128 + number)
