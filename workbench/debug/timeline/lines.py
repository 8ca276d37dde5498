"""The lines of a bundle's turns: files are inflated when they are needed, and those that were used last are kept.

A session in which all actors were at work has each actor's turns in every file, so many small files stay inflated.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from workbench.api.errors import Invalid
from workbench.api.turns import Turn
from workbench.debug.bundle import layout
from workbench.debug.bundle.index import read_turn
from workbench.debug.bundle.reader import Bundle

KEPT_BYTES = 96 << 20
OBJECT_BYTES = 41
"""What a line takes besides its text."""


class Lines:
    """Thread-safe."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        named = (entry.name for entry in bundle.entries())
        self._names = [name for name in named if name.startswith(layout.TURNS) and layout.is_known(name)]
        self._kept: OrderedDict[int, Sequence[bytes]] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def files(self) -> int:
        """How many there are, with those that cannot be read."""
        return len(self._names)

    def name(self, file: int) -> str:
        """The entry of the bundle."""
        return self._names[file]

    def line(self, file: int, number: int) -> bytes:
        """One line, both from 0. Invalid: it is not there."""
        lines = self.of(file)
        if number >= len(lines):
            raise Invalid("it is not there")
        return lines[number]

    def turn(self, file: int, number: int) -> Turn:
        """The turn in a line. Invalid: it cannot be read."""
        try:
            return read_turn(self.line(file, number))
        except Invalid as error:
            problem = f"{self.name(file)} line {number + 1}: {error.message}"
            self._bundle.refuse(problem)
            raise Invalid(problem) from None

    def of(self, file: int) -> Sequence[bytes]:
        """All lines of a file; none when it is damaged."""
        with self._lock:
            if (known := self._kept.get(file)) is not None:
                self._kept.move_to_end(file)
                return known
        lines = self._bundle.lines_of(self._names[file])
        with self._lock:
            if file not in self._kept:
                size = self._sizes[file] = sum(map(len, lines)) + OBJECT_BYTES * len(lines)
                self._kept[file] = lines
                self._bytes += size
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                old, _ = self._kept.popitem(last=False)
                self._bytes -= self._sizes.pop(old)
        return lines
