"""Full garbage collections, at a time of our own: each holds every thread for as long as the heap is large.

With ten thousand actors one takes half a second, and Python starts them whenever the heap has grown by a quarter. Here
the old generation is collected every few seconds while that is cheap; when much has come to it since, which is when
actors were spawned, it is taken as there to stay and never looked at again.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

YOUNG = 2_000
MIDDLE = 10
NEVER = 1 << 30
EVERY_MS = 5_000
CHEAP = 60_000
"""As many objects are read in some 15 ms."""


class Tidying(QObject):
    """Takes the old generation over from Python for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.tidy)
        self._timer.start()

    def tidy(self) -> bool:
        """Whether everything was collected; else all that is there now stays."""
        cheap = len(gc.get_objects(generation=2)) <= CHEAP
        if cheap:
            gc.collect()
        else:
            gc.freeze()
        return cheap

    def close(self) -> None:
        """Give it back."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()
