"""One living guest: a store with its limits, and calls that end in a value or in a cause of death."""

from __future__ import annotations

import itertools
import time
from ctypes import byref, c_uint64
from typing import Any
from weakref import WeakValueDictionary

from wasmtime import Store, WasmtimeError

from workbench.api.errors import Cause, Figures, Location
from workbench.api.limits import LONG_TURN
from workbench.wasm import ffi, traps
from workbench.wasm.binary import PAGE_BYTES
from workbench.wasm.codec import Lift
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context, current
from workbench.wasm.program import Program
from workbench.wasm.wasi import World

_keys = itertools.count(1)
_running: WeakValueDictionary[int, Instance] = WeakValueDictionary()


class Died(Exception):
    """The instance is gone. `figures` are what the last call took, as far as it is known."""

    def __init__(self, cause: Cause, figures: Figures) -> None:
        super().__init__(str(cause))
        self.cause, self.figures = cause, figures


class Instance:
    """A component instance in a store of its own. Used by one thread at a time; it may move between threads.

    After a call, `figures` says what it took. After `Died` the instance must be dropped.
    """

    def __init__(self, program: Program, context: Context, engines: Engines) -> None:
        self.program, self.context, self.world, self._engines = program, context, World(context), engines
        self.figures = Figures(0, None, 0)
        self.end_cause: Cause | None = None
        self._key = next(_keys)
        self._functions: dict[tuple[str, str], ffi.Func] = {}
        self._started = self._cpu_started = self._budget_ns = 0
        limits = context.limits
        self.memory_limit = program.memory_bytes + limits.memory_bytes
        self._store = Store(program.engine)
        self._store.set_limits(memory_size=self.memory_limit, table_elements=limits.table_elements)
        self._context = self._store._context()
        _running[self._key] = self
        ffi.set_epoch_callback(self._store.ptr(), _on_epoch, self._key, None)
        self._instantiate()
        probe = program.probe and self._instance.get_func(self._store, program.probe)
        self._probe: ffi.Func | None = probe._func if probe else None
        self.memory_bytes = self._measure()

    def _instantiate(self) -> None:
        def run() -> Any:
            return self.program.linker.instantiate(self._store, self.program.component)

        try:
            self._instance = self._inside(run, LONG_TURN)
        except WasmtimeError as error:
            raise Died(self._cause(str(error)), Figures(None, None, self._elapsed())) from error

    def call(self, interface: str, function: str, *arguments: Any, long: bool = False) -> Any:
        """Call one export and give what it returned. Raises Died; the caller's values must fit the WIT type.

        `long` gives the call ten times the budget, as turns of the lifecycle have.
        """
        export = self.program.exports[interface, function]
        handle = self._functions.get((interface, function))
        if handle is None:
            found = self._instance.get_func(self._store, export.index)
            assert found is not None
            handle = self._functions[interface, function] = found._func
        factor = LONG_TURN if long else 1
        fuel = self.context.limits.fuel * factor
        values = (ffi.Val * len(arguments))()
        result = ffi.Val()  # zeroed: a reused slot would be freed twice
        try:
            for index, (lower, argument) in enumerate(zip(export.codec.lower_params, arguments, strict=True)):
                lower(argument, values[index], self._context)
            error = self._inside(
                lambda: self._run(handle, values, len(arguments), result, export.codec.lift_result), factor
            )
        finally:
            for value in values:
                ffi.val_delete(byref(value))
        wall = self._elapsed()
        self.world.flush_lines()
        if error:
            self._died(ffi.take_message(error), fuel, wall)
        if self.end_cause is not None:  # the end was asked for, and the turn was over before the next tick
            ffi.val_delete(byref(result))
            self._died("", fuel, wall)
        used = fuel - self._fuel()
        self.memory_bytes = self._measure()
        self.figures = Figures(used, self.memory_bytes, wall)
        if export.codec.lift_result is None:
            return None
        try:
            return export.codec.lift_result(result, self._context)
        finally:
            ffi.val_delete(byref(result))

    def _run(self, handle: ffi.Func, values: Any, count: int, result: ffi.Val, lift: Lift | None) -> int | None:
        error: int | None = ffi.call(
            byref(handle), self._context, values, count, byref(result) if lift else None, 1 if lift else 0
        )
        return error

    def _inside(self, run: Any, factor: int) -> Any:
        """Run something that enters the guest, with fuel, deadline and thread-local set."""
        limits = self.context.limits
        before = current.context, current.instance
        current.context, current.instance = self.context, self
        self._started, self._cpu_started = time.perf_counter_ns(), time.thread_time_ns()
        self._budget_ns = limits.time_ms * 1_000_000 * factor
        ffi.set_fuel(self._context, limits.fuel * factor)
        ffi.set_deadline(self._context, 1)
        self._engines.running()
        try:
            return run()
        finally:
            current.context, current.instance = before

    def _elapsed(self) -> int:
        return time.perf_counter_ns() - self._started

    def _fuel(self) -> int:
        left = c_uint64()
        ffi.get_fuel(self._context, byref(left))
        return left.value

    def _measure(self) -> int | None:
        """Bytes of live linear memory, from the probe; None when the module has none that we can read."""
        if self._probe is None:
            return None
        result = ffi.Val()
        ffi.set_fuel(self._context, 1_000)
        ffi.set_deadline(self._context, 1_000)
        if error := ffi.call(byref(self._probe), self._context, None, 0, byref(result), 1):
            ffi.error_delete(error)
            self._probe = None
            return None
        return int(result.of.u32) * PAGE_BYTES

    def interrupt(self, cause: Cause) -> None:
        """End the call in hand at the next tick, from any thread."""
        self.end_cause = cause

    def at_tick(self) -> bool:
        """Whether the guest may go on; called on its thread while it runs, at every tick of its engine."""
        self._engines.running()
        if self.end_cause is None:
            # The thread's own time: waiting in a host call is not running, nor is waiting for a busy process.
            used = time.thread_time_ns() - self._cpu_started
            if used > self._budget_ns:
                self.end_cause = traps.out_of_time(self.context.limits, self._budget_ns // 1_000_000, used // 1_000_000)
        return self.end_cause is None

    def _died(self, message: str, fuel: int, wall: int) -> None:
        cause = self._cause(message)
        # Only running out of fuel leaves a right number; a trap or an ended call does not.
        used = fuel if cause.limit == "fuel" else None
        self.figures = Figures(used, self.memory_bytes, wall)
        self.close()
        raise Died(cause, self.figures)

    def _cause(self, message: str) -> Cause:
        if self.end_cause is not None:
            return self.end_cause
        report = self.context.exception
        if report is None:
            cause = traps.classify(message, self.context.limits)
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
        _running.pop(self._key, None)
        self._functions.clear()
        self._probe = None
        self._instance = None
        self._store.close()


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
