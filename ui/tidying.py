"""Full garbage collections, at a time of our own: each holds every thread for as long as the heap is large.

With ten thousand actors one takes half a second, and Python starts them whenever the heap has grown by a quarter. Here
the old generation is collected every few seconds while that is cheap; when much has come to it since, which is when
actors were spawned, it is taken as there to stay. Everything is looked at again when nobody is there to wait for it,
and when the process has grown a lot, in a pause of the user's hands: so a long session keeps no garbage for ever.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

YOUNG = 2_000
MIDDLE = 10
NEVER = 1 << 30
EVERY_MS = 5_000
CHEAP = 60_000
"""As many objects are read in some 15 ms."""
AWAY_SECONDS = 180.0
PAUSE_SECONDS = 4.0
GROWN_BYTES = 512 << 20
INPUT = frozenset({
    QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.FocusIn,
})  # fmt: skip


def resident_bytes() -> int:
    """The process's memory."""
    import psutil

    return int(psutil.Process().memory_info().rss)


class Tidying(QObject):
    """Takes the old generation over from Python for as long as it lives. `parent` is the window that gets the input."""

    def __init__(
        self, parent: QObject, *, now: Callable[[], float] = monotonic, resident: Callable[[], int] = resident_bytes
    ) -> None:
        super().__init__(parent)
        self._now, self._resident = now, resident
        self._before = gc.get_threshold()
        self._watched = False
        self._kept = False
        """Whether there is anything that is not looked at."""
        self.touched = now()
        """When the user did something last."""
        gc.collect()
        gc.freeze()
        self._size = resident()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.tidy)
        self._timer.start()

    def tidy(self) -> bool:
        """Whether what was there was looked at; else all of it stays, until the next time that everything is."""
        self._watch()
        if self._is_time():
            self._collect_all()
            return True
        cheap = len(gc.get_objects(generation=2)) <= CHEAP
        if cheap:
            gc.collect()
        else:
            gc.freeze()
            self._kept = True
        return cheap

    def _is_time(self) -> bool:
        quiet = self._now() - self.touched
        if quiet < PAUSE_SECONDS:
            return False
        return (self._kept and quiet >= AWAY_SECONDS) or self._resident() - self._size >= GROWN_BYTES

    def _collect_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._kept = False
        self._size = self._resident()

    def _watch(self) -> None:
        """The system's window is there once ours was shown."""
        parent = self.parent()
        handle = parent.windowHandle() if isinstance(parent, QWidget) else None
        if handle is not None and not self._watched:
            self._watched = True
            handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in INPUT:
            self.touched = self._now()
        return False

    def close(self) -> None:
        """Give it back."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()
