"""A value that somebody waits for."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Answer(Generic[T]):
    """Set once, by whoever is first; read by one thread that waits with a timeout."""

    __slots__ = ("_event", "_lock", "done", "error", "value")

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def set(self, value: T) -> None:
        self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        self._settle(None, error)

    def _settle(self, value: T | None, error: BaseException | None) -> None:
        with self._lock:
            if self.done:
                return
            self.value, self.error, self.done = value, error, True
        self._event.set()

    def wait(self, timeout: float) -> bool:
        """Whether it was set in time."""
        return self.done or self._event.wait(timeout)

    def take(self) -> T:
        """The value, or the error raised. Only when done."""
        assert self.done
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # T may itself be None
