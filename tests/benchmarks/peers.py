"""What we are compared with: two actor libraries for Python, and the engine's own bindings."""

from __future__ import annotations

import ctypes
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pykka
from thespian.actors import ActorSystem, ActorTypeDispatcher
from wasmtime import _ffi
from wasmtime.component import Func

from workbench.wasm import ffi
from workbench.wasm.component import ComponentInstance


class PykkaCounter(pykka.ThreadingActor):
    """Answers with a number that grows."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_receive(self, _message: Any) -> int:
        self.count += 1
        return self.count


class ThespianCounter(ActorTypeDispatcher):
    """The same."""

    def receiveMsg_str(self, _message: str, sender: Any) -> None:  # the library's spelling
        self.count = getattr(self, "count", 0) + 1
        self.send(sender, self.count)


@contextmanager
def pykka_ask() -> Iterator[Callable[[], object]]:
    """An ask of Pykka."""
    actor = PykkaCounter.start()
    try:
        yield lambda: actor.ask("increment")
    finally:
        actor.stop()


@contextmanager
def thespian_ask() -> Iterator[Callable[[], object]]:
    """An ask of Thespian between processes, on a free port of this machine."""
    quiet = {"version": 1, "handlers": {}, "root": {"handlers": [], "level": logging.CRITICAL}}
    capabilities = {"Admin Port": _free_port(), "Admin Address": "127.0.0.1"}
    system = ActorSystem("multiprocTCPBase", capabilities, logDefs=quiet)
    try:
        actor = system.createActor(ThespianCounter)
        yield lambda: system.ask(actor, "increment", 10)
    finally:
        system.shutdown()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


class _Storelike:
    """Lets the bindings call a function in a store of ours."""

    def __init__(self, context: Any) -> None:
        self.pointer = ctypes.cast(context, ctypes.POINTER(_ffi.wasmtime_context_t))

    def _context(self) -> Any:
        return self.pointer


def stock_call(instance: ComponentInstance, handler: tuple[str, str]) -> Callable[..., Any]:
    """A handler of an actor, called through the bindings as they come: fuel set, three texts in, the reply out."""
    export = instance._program.exports[handler]
    found = ffi.Func()
    assert ffi.component_function(ctypes.byref(instance._instance), instance._context, export.index.ptr(), found)
    function, store = Func._from_raw(found), _Storelike(instance._context)
    fuel = instance.context.limits.fuel

    def call(*texts: Any) -> Any:
        ffi.set_fuel(instance._context, fuel)
        return function(store, *texts)

    return call
