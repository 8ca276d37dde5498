"""SIGINT and SIGTERM reach Qt: a byte in a socket wakes its loop, and the window closes in order."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier


class Signals(QObject):
    """Calls `closing` once when the process is asked to end. Make it on the main thread, keep it alive."""

    def __init__(self, closing: Callable[[], None]) -> None:
        super().__init__()
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda: self._arrived(closing))

    def _arrived(self, closing: Callable[[], None]) -> None:
        self._read.recv(64)
        closing()

    def close(self) -> None:
        self._notifier.setEnabled(False)
        with suppress(ValueError):  # not on the main thread any more: the process is ending
            signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()
