"""One living guest: a store with its limits, and calls that end in a value or in a cause of death.

What differs between components and core modules (how values travel, how memory is seen) is in `component` and `core`.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from ctypes import addressof, c_uint64, c_void_p
from time import perf_counter_ns, thread_time_ns
from typing import Any

from wasmtime import Engine

from workbench.api.errors import Cause, Figures, Location
from workbench.api.limits import LONG_TURN, MEMORIES
from workbench.api.messages import Payload
from workbench.wasm import ffi, traps
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context, current
from workbench.wasm.wasi import World

_keys = itertools.count(1)
_running: dict[int, Instance] = {}
"""By the number that the engine hands to `_tick`; an instance leaves when it is closed."""
LEAST_FUEL = 10_000
"""With less left after a turn, the probe of memory is given its own."""


class Died(Exception):
    """The instance is gone. `figures` are what the last call took, as far as it is known."""

    def __init__(self, cause: Cause, figures: Figures) -> None:
        super().__init__(str(cause))
        self.cause, self.figures = cause, figures


class Trapped(Exception):
    """The engine ended a call; the text is its own."""


class Instance(ABC):
    """A guest in a store of its own. Used by one thread at a time; it may move between threads.

    After a call, `figures` says what it took, and `memory_bytes` is its live linear memory (None: not to be seen).
    After `Died` the instance must be dropped.
    """

    def __init__(self, engine: Engine, declared_bytes: int, context: Context, engines: Engines) -> None:
        self.context, self.world, self._engines = context, World(context), engines
        self.figures = Figures(0, None, 0)
        self.memory_bytes: int | None = None
        self.end_cause: Cause | None = None
        self._key = next(_keys)
        self._started = self._budget_ns = 0
        self._cpu_started: int | None = None
        self._fuel_left = c_uint64()
        self._fuel_at = c_void_p(addressof(self._fuel_left))
        self._declared = declared_bytes
        self._store: int | None = ffi.store_new(engine.ptr(), None, None)
        self._context = c_void_p(ffi.store_context(self._store))  # an object: converting a number costs more each time
        self.take_limits()
        _running[self._key] = self
        ffi.set_epoch_callback(self._store, _on_epoch, self._key, None)
        # Once is enough: the callback moves the deadline on at every tick, and a store that slept meets it at once.
        ffi.set_deadline(self._context, 1)
        context.newborn = self  # whoever ends it from now on finds it, or has left the cause before
        self.end_cause = context.ending
        try:
            self._run(LONG_TURN, self._instantiate, ())
        except BaseException:
            self.close()
            raise

    def take_limits(self) -> None:
        """Let the store hold what the context's limits say, now and from now on. By the owner, between two turns."""
        limits = self.context.limits
        self.memory_limit = self._declared + limits.memory_bytes
        ffi.store_limits(self._store, self.memory_limit, limits.table_elements, -1, -1, MEMORIES)

    @abstractmethod
    def _instantiate(self, nothing: tuple[()]) -> None:
        """Make the guest in the store. Raises Trapped."""

    @abstractmethod
    def _invoke(self, asked: tuple[tuple[str, str], tuple[Any, ...]]) -> Any:
        """Call one export, given by its interface and name, with its arguments. Raises Trapped."""

    def _message(self, asked: tuple[tuple[str, str], tuple[str, str, Payload]]) -> Any:
        """The same for a handler: its three texts are sender, message type and payload. Raises Trapped."""
        return self._invoke(asked)

    @abstractmethod
    def _measure(self) -> int | None:
        """Bytes of live linear memory; None when there is none that can be seen."""

    def call(self, interface: str, function: str, *arguments: Any, long: bool = False) -> Any:
        """Call one export and give what it returned. Raises Died; the caller's values must fit the WIT type.

        `long` gives the call ten times the budget, as turns of the lifecycle have.
        """
        return self._run(LONG_TURN if long else 1, self._invoke, ((interface, function), arguments))

    def handle(self, handler: tuple[str, str], texts: tuple[str, str, Payload]) -> Any:
        """Like `call`, for one message: every microsecond here is one of every message's."""
        return self._run(1, self._message, (handler, texts))

    def _run(self, factor: int, run: Callable[[Any], Any], asked: Any) -> Any:
        """Enter the guest with fuel, time and thread-local set; in virtual time a turn may run in another one's wait.

        Calls with keywords or starred arguments cost half a microsecond each and are avoided from here on down.
        """
        limits, engines = self.context.limits, self._engines
        fuel = limits.fuel * factor
        if self.context.fuel_left is not None:
            fuel = max(1, min(fuel, self.context.fuel_left))
        self._budget_ns = limits.time_ms * 1_000_000 * factor
        ffi.set_fuel(self._context, fuel)
        result, trap = None, ""
        self._cpu_started = None
        outer, current.instance = current.instance, self
        self._started = engines.last_run_ns = started = perf_counter_ns()
        if engines.asleep:
            engines.wake()
        try:
            result = run(asked)
        except Trapped as trapped:
            trap = str(trapped) or "trap"
        finally:
            current.instance = outer
        wall = perf_counter_ns() - started
        if self.world.unfinished or self.world.native is not None:
            self.world.flush_lines()
        # The end may have been asked for when the turn was over before the next tick.
        if trap or self.end_cause is not None:
            self._died(trap, fuel, wall)
        ffi.get_fuel(self._context, self._fuel_at)
        left = self._fuel_left.value
        if left < LEAST_FUEL:
            ffi.set_fuel(self._context, LEAST_FUEL)
        self.memory_bytes = memory = self._measure()
        self.figures = Figures(fuel - left, memory, wall)
        return result

    def interrupt(self, cause: Cause) -> None:
        """End the call in hand at the next tick, from any thread."""
        self.end_cause = cause

    def at_tick(self) -> bool:
        """Whether the guest may go on; called on its thread while it runs, at every tick of its engine."""
        self._engines.last_run_ns = perf_counter_ns()
        if self.end_cause is None and (cancelled := self.context.is_cancelled) is not None and cancelled():
            self.end_cause = traps.CANCELLED
        if self.end_cause is None and (used := self._running_ns()) > self._budget_ns:
            self.end_cause = traps.out_of_time(self.context.limits, self._budget_ns // 1_000_000, used // 1_000_000)
        if self.end_cause is None and self.world.native is not None:
            self.end_cause = self.world.native.overflow()
        return self.end_cause is None

    def _running_ns(self) -> int:
        """The turn's own running time: its thread's, for neither a wait nor a busy process may use it up.

        The thread's clock is first read at the first tick, because it costs as much as a small turn: what came before
        counts as running, up to the length of a tick.
        """
        now = thread_time_ns()
        if self._cpu_started is None:
            before = perf_counter_ns() - self._started - self.context.waited_ns
            self._cpu_started = now - max(0, min(before, self._engines.tick_ns))
        return now - self._cpu_started

    def _died(self, message: str, fuel: int, wall: int) -> None:
        cause = self._cause(message, fuel)
        # Only running out of fuel leaves a right number; a trap or an ended call does not.
        used = fuel if cause.limit in ("fuel", "lifetime_fuel") else None
        self.figures = Figures(used, self.memory_bytes, wall)
        self.close()
        raise Died(cause, self.figures)

    def _cause(self, message: str, fuel: int) -> Cause:
        if self.end_cause is not None:
            return self.end_cause
        report = self.context.exception
        if report is None:
            cause = traps.classify(message, self.context.limits, fuel, self.context.fuel_left)
            tail = "\n".join(self.world.stderr_tail)
            return cause if not tail or cause.limit else Cause("crashed", cause.message, traceback=tail)
        kind, text = report.get("exception.type", "error"), report.get("exception.message", "")
        location = None
        if report.get("code.file.path"):
            line = report.get("code.line.number", "0")
            location = Location(report["code.file.path"], int(line) if line.isdigit() else 0)
        trace = report.get("exception.stacktrace", "")
        if traps.is_memory_error(kind):
            return traps.out_of_memory(self.memory_limit, self.memory_bytes, location, trace)
        return Cause("crashed", f"{kind}: {text}" if text else kind, location, trace)

    def close(self) -> None:
        """Free the store; idempotent."""
        store, self._store = self._store, None
        if store is not None:
            _running.pop(self._key, None)
            ffi.store_delete(store)
            if self.world.connections or self.world.native is not None:
                self.world.close()


def _tick(_context: Any, key: Any, delta: Any, kind: Any) -> int:
    try:
        instance = _running.get(key)
        if instance is None or instance.at_tick():
            delta[0], kind[0] = 1, 0
            return 0
    except BaseException:  # nothing may leave a callback of the engine
        return int(ffi.error_new(b"the host failed at a tick"))
    return int(ffi.error_new(b"ended by the host"))


_on_epoch = ffi.EpochCallback(_tick)
