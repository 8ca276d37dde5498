"""A value that somebody waits for."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from threading import TIMEOUT_MAX
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Gate(Protocol):
    def release(self) -> object: ...


class _Call:
    """A gate behind which nobody waits: it is called."""

    def __init__(self, release: Callable[[], object]) -> None:
        self.release = release


class Answer(Generic[T]):
    """Set once, by whoever is first; read by one thread that waits with a timeout.

    The lock to wait on is made by the one who waits: a `threading.Event` for every message costs more than a turn.
    """

    __slots__ = ("_gate", "_once", "done", "error", "value")

    def __init__(self) -> None:
        self._once = allocate_lock()
        self._gate: Gate | None = None
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None

    def set(self, value: T) -> None:
        self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        self._settle(None, error)

    def _settle(self, value: T | None, error: BaseException | None) -> None:
        if self._once.acquire(blocking=False):
            self.value, self.error, self.done = value, error, True
            gate = self._gate  # read after `done` is set, as the one who waits looks at `done` after it left a gate
            if gate is not None:
                gate.release()

    def wait(self, timeout: float) -> bool:
        """Whether it was set in time."""
        gate = allocate_lock()
        gate.acquire()
        self._gate = gate
        if not self.done:
            gate.acquire(timeout=min(max(timeout, 0.0), TIMEOUT_MAX))
        return self.done

    def then(self, call: Callable[[], object]) -> None:
        """Instead of waiting: call it once the answer is there, on the thread that sets it, or here and now.

        When it is set at this very moment both may happen.
        """
        self._gate = _Call(call)
        if self.done:
            call()

    def take(self) -> T:
        """The value, or the error raised. Only when done."""
        assert self.done
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # T may itself be None


class Offer(Answer[T]):
    """An answer that can be promised before it is given: from then on nothing settles it but `keep` and `withdraw`.

    So that who gives something that must first be kept on disk knows whether the one who waits will get it.
    """

    __slots__ = ("_late",)

    def __init__(self) -> None:
        super().__init__()
        self._late: BaseException | None = None

    def promise(self) -> bool:
        """Whether it is now this caller's to keep or withdraw: nobody has settled or promised it."""
        return self._once.acquire(blocking=False)

    def keep(self, value: T) -> None:
        """Give what was promised."""
        self.value, self.done = value, True
        gate = self._gate
        if gate is not None:
            gate.release()

    def withdraw(self) -> None:
        """It is as if nothing was promised; what failed it meanwhile does so now."""
        self._once.release()
        if self._late is not None:
            super().fail(self._late)

    def fail(self, error: BaseException) -> None:
        self._late = error
        super().fail(error)
