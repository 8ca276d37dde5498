"""Room for calls that take long: so many of a kind at a node, and of one caller half as many, so that nobody takes it
all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from workbench.api import Exhausted

STREAMS = 32
LONG_CALLS = 48
UPLOADS = 16
"""Calls whose requests are a stream: how long they take is their callers' affair."""


class Slots:
    """Thread-safe."""

    def __init__(self, limit: int, kind: str) -> None:
        self.limit, self.share, self.kind = limit, limit // 2, kind
        self._held: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def taken(self, caller: str) -> Iterator[None]:
        """One of them, for a caller by its key. Exhausted: all are taken, or those that one caller may have."""
        self._take(caller)
        try:
            yield
        finally:
            with self._lock:
                self._held[caller] -= 1
                self._held += Counter()  # whoever holds nothing is forgotten

    def _take(self, caller: str) -> None:
        with self._lock:
            if self._held[caller] >= self.share:
                raise Exhausted(
                    f"{self.share} {self.kind} of this caller are open at this node already, which is the share of one "
                    f"caller; try again when one has ended",
                    limit=self.kind, value=self.share, used=self.share + 1,
                )  # fmt: skip
            if self._held.total() >= self.limit:
                raise Exhausted(
                    f"{self.limit} {self.kind} are open at this node already; try again when one has ended",
                    limit=self.kind, value=self.limit, used=self.limit + 1,
                )  # fmt: skip
            self._held[caller] += 1
