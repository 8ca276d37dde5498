"""What pyqtgraph needs, made ready before it is imported: its import holds the Qt thread, so it should find all there.

It looks at every name of three of Qt's modules, and PySide makes most of their types when they are first looked at.
That is done here in slices of the Qt thread's idle time; modules that know nothing of Qt are imported beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

QT = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
BESIDE = (
    "ui.series", "numpy.lib.recfunctions", "concurrent.futures.process", "multiprocessing.shared_memory",
    "importlib.resources", "logging.config", "xml.etree.ElementTree", "pydoc", "colorama", "bottleneck", "cProfile",
)  # fmt: skip
SLICE_SECONDS = 0.005
PAUSE_MS = 5


class Warming(QObject):
    """Starts once; `done` when there is nothing left to look at."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.done = False
        self._names = _names()
        self._slice = QTimer(self, interval=PAUSE_MS)
        self._slice.timeout.connect(self._look_on)

    def start(self) -> None:
        if not self.done:
            self._slice.start()

    def _look_on(self) -> None:
        end = perf_counter() + SLICE_SECONDS
        while perf_counter() < end:
            found = next(self._names, None)
            if found is None:
                self.done = True
                self._slice.stop()
                return
            with suppress(AttributeError):  # a name that this platform does not have
                getattr(import_module(found[0]), found[1])


def _names() -> Iterator[tuple[str, str]]:
    return ((module, name) for module in QT for name in dir(import_module(module)))


def import_beside() -> None:
    """Off the Qt thread. What is not installed is not needed either."""
    for name in BESIDE:
        with suppress(ImportError):
            import_module(name)
