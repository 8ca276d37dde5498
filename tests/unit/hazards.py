"""What would end the process or reach the wrong actor, in a child process: `python -m tests.unit.hazards KIND COUNT`.

    raised     COUNT of each BaseException raised inside host calls of one actor
    crossed    COUNT failing calls on two threads, each of which must get its own error
    stock-raised, stock-crossed     the same through the engine's own bindings, as the control

It prints one object of JSON. The controls are expected to die, to lose exceptions, or to count errors in wrong hands.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

FAILURES: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit, asyncio.CancelledError)
PER_TURN = 250
SOURCE = b"""
from plexspaces import GenServer, HostError, messaging

class Caller(GenServer):
    def init(self, state):
        self.number = 0
    def snapshot_state(self):
        return ""
    def handle_request(self, from_actor, message_type, payload):
        return getattr(self, message_type)(int(payload))
    def now(self, times):
        internal = 0
        for _ in range(times):
            try:
                messaging.now_ms()
            except HostError as error:
                internal += error.code == "internal"
        return str(internal)
    def denied(self, times):
        mine = 0
        me = messaging.self_id()
        for _ in range(times):
            self.number += 1
            wanted = f"{me} {self.number}"
            try:
                messaging.tell(wanted, "x")
            except HostError as error:
                mine += f"messaging.tell on {wanted!r} needs" in str(error)
        return str(mine)
"""


def raised(number: int) -> dict[str, object]:
    """Every one of them must have become an error inside of its guest, and the actor must live."""
    import logging

    import workbench
    from workbench.wasm import gate, linker

    assert linker.IMPORTS, "whoever is imported later would register the real one again"
    logging.disable(logging.CRITICAL)  # each is logged with its traceback, as a fault of ours
    raising: list[type[BaseException]] = []

    def run(_context: Any) -> int:
        raise raising[0]("from inside a host call")

    gate.REGISTRY["messaging", "now-ms"] = run
    became = {}
    with workbench.connect("embedded:") as node:
        module = node.modules.deploy(SOURCE, file_name="caller.py").hash
        name = node.actors.spawn(module).id.name
        for failure in FAILURES:
            raising[:] = [failure]
            turns = _turns(number)
            became[failure.__name__] = sum(int(node.actors.ask(name, "now", str(each)).payload) for each in turns)
        crashes = node.actors.get(name).crashes
    return {"became_errors": became, "crashes": crashes}


def crossed(number: int) -> dict[str, object]:
    """Every failing call must have got the error that names its own actor and number."""
    import workbench
    from workbench.api import SpawnOptions

    with workbench.connect("embedded:") as node:
        module = node.modules.deploy(SOURCE, file_name="caller.py").hash
        names = [
            node.actors.spawn(module, options=SpawnOptions(name=name, profile="strict", limits=_long())).id.name
            for name in ("one", "two")
        ]
        mine = dict.fromkeys(names, 0)

        def ask(name: str) -> None:
            for each in _turns(number // 2):
                mine[name] += int(node.actors.ask(name, "denied", str(each)).payload)

        _on_threads(names, ask)
        denied = sum(row.denied for row in node.capabilities.evidence() if row.capability == "messaging")
    return {"calls": denied, "got_their_own": sum(mine.values())}


def _long() -> Any:
    from workbench.api import profile

    return profile("balanced").interpreter


def _turns(number: int) -> list[int]:
    return [min(PER_TURN, number - start) for start in range(0, number, PER_TURN)]


def _on_threads(names: list[str], run: Callable[[str], None]) -> None:
    from workbench import start_thread

    threads = [start_thread(name, lambda name=name: run(name)) for name in names]  # type: ignore[misc]
    for thread in threads:
        thread.join()


def _stock(host: Callable[[Any, str], str]) -> Callable[[], Callable[[str], str]]:
    """Makes instances of a component whose one function calls `host`, through the bindings alone."""
    from wasmtime import Engine, Store
    from wasmtime.component import Component, Linker

    from tests.unit.components import echo
    from workbench.wasm.types import Primitive

    engine = Engine()
    component, linker = Component(engine, echo(Primitive("string")).encode()), Linker(engine)
    with linker.root() as root:
        root.add_func("host", host)

    def make() -> Callable[[str], str]:
        store = Store(engine)
        function = linker.instantiate(store, component).get_func(store, "echo")
        assert function is not None
        return lambda value: str(function(store, value))

    return make


def stock_raised(number: int) -> dict[str, object]:
    """May end the process: what the bindings do with such an exception is not defined. They lose it in any case."""
    became = dict.fromkeys((failure.__name__ for failure in FAILURES), 0)
    for failure in FAILURES:

        def host(_store: Any, _value: str, failure: type[BaseException] = failure) -> str:
            raise failure("from inside a host call")

        make = _stock(host)
        for _ in range(number):
            try:
                make()("x")
            except BaseException as error:
                became[failure.__name__] += "from inside a host call" in str(error)
    return {"became_errors": became}


def stock_crossed(number: int) -> dict[str, object]:
    """Counts errors that reached the wrong caller."""

    def host(_store: Any, value: str) -> str:
        raise ValueError(value)

    make, numbers, wrong = _stock(host), count(), []

    def fail() -> None:
        for _ in range(number // 2):
            mine = str(next(numbers))
            call = make()
            try:
                call(mine)
                wrong.append("no error")
            except Exception as error:
                if str(error) != mine:
                    wrong.append(str(error))

    threads = [threading.Thread(target=fail) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"calls": number, "in_the_wrong_hands": len(wrong)}


KINDS = {"raised": raised, "crossed": crossed, "stock-raised": stock_raised, "stock-crossed": stock_crossed}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(KINDS[sys.argv[1]](int(sys.argv[2]))))
