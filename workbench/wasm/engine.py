"""Engines: one per stack class, all with the same code generation, and the ticker that lets time limits bite."""

from __future__ import annotations

import platform
import threading
import time
from bisect import bisect_left
from importlib.metadata import version

from wasmtime import Config, Engine

from workbench.api.limits import STACK_CLASSES

IDLE_SECONDS = 1.0
SETTINGS = "fuel,epoch,nan-canonicalization,relaxed-simd-deterministic"
"""Every setting that changes generated code; part of an artifact's key, because not all are checked on load."""
WASMTIME = version("wasmtime")
CODE_KEY = f"{WASMTIME}-{platform.system().lower()}-{platform.machine().lower()}-{SETTINGS}"


def new_engine(stack_bytes: int = STACK_CLASSES[-1]) -> Engine:
    """An engine whose guests may use `stack_bytes` of stack.

    Fuel and epochs bound every turn; canonical NaNs and deterministic relaxed SIMD make results equal on every
    machine, which replay needs.
    """
    config = Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.cranelift_nan_canonicalization = True
    config.wasm_relaxed_simd_deterministic = True
    config.max_wasm_stack = stack_bytes
    return Engine(config)


class Engines:
    """The engines of one node, made when first used, and the thread that advances their epochs.

    The ticker sleeps while nothing runs. Whoever runs a guest leaves the time in `last_run_ns`, at its start and at
    each tick, and calls `wake()` when it finds the ticker `asleep`.
    """

    def __init__(self, *, tick_ms: int) -> None:
        self.tick_seconds, self.tick_ns = tick_ms / 1000, tick_ms * 1_000_000
        self._engines: dict[int, Engine] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self.last_run_ns = 0
        self.asleep = True
        self._closed = False
        self._ticker = threading.Thread(target=self._tick, name="epoch", daemon=True)

    def start(self) -> None:
        self._ticker.start()

    def get(self, stack_bytes: int) -> Engine:
        """The engine of the smallest stack class that holds `stack_bytes`."""
        size = STACK_CLASSES[min(bisect_left(STACK_CLASSES, stack_bytes), len(STACK_CLASSES) - 1)]
        with self._lock:
            if size not in self._engines:
                self._engines[size] = new_engine(size)
            return self._engines[size]

    def wake(self) -> None:
        """A guest is about to run."""
        self.asleep = False
        self._wake.set()

    def _idle(self) -> bool:
        return time.perf_counter_ns() - self.last_run_ns > IDLE_SECONDS * 1e9

    def _tick(self) -> None:
        while not self._closed:
            if self._idle():
                self._wake.clear()
                self.asleep = True
                # Looked at again: a guest that began in between has left its time, or finds the ticker asleep.
                if self._idle():
                    self._wake.wait()
                self.asleep = False
            with self._lock:
                engines = list(self._engines.values())
            for engine in engines:
                engine.increment_epoch()
            time.sleep(self.tick_seconds)

    def close(self) -> None:
        self._closed = True
        self._wake.set()
        if self._ticker.is_alive():
            self._ticker.join(timeout=5.0)
