"""A node that listens, in a process that may kill itself at a failpoint of a move.

    mover.py WORKSPACE NAME PORT POINT FAULT

It answers each line of JSON on its standard input, a list of a verb and its arguments, with one. A failpoint is a
function of the program, and whether the process ends (SIGKILL) before it begins or after it has returned. FAULT is a
planted one, see FAULTS, or empty.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

SOURCE = '''
import json

from plexspaces import GenServer, messaging


class Station(GenServer):
    """Takes numbers from each sender, which must come in order and once; says so to who is behind."""

    def init(self, state):
        self.last, self.bad, self.pad = json.loads(state) if state else ({}, [], "")

    def snapshot_state(self):
        return json.dumps([self.last, self.bad, self.pad])

    def take(self, stream, number):
        if number != self.last.get(stream, 0) + 1 and len(self.bad) < 20:
            self.bad.append([stream, self.last.get(stream, 0), number])
        self.last[stream] = number

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "poke":
            messaging.tell("x", "told", payload)
            return messaging.ask("x", "asked", payload, timeout_ms=20_000)
        if message_type in ("told", "asked", "sent", "seen"):
            self.take(message_type, int(payload))
            if message_type == "asked":
                messaging.tell("left", "seen", payload)
            return str(self.last[message_type])
        if message_type == "later":
            messaging.send_after(int(payload), "rang", "")
        elif message_type == "rang":
            self.last["rang"] = self.last.get("rang", 0) + 1
        elif message_type == "watch":
            messaging.monitor(payload)
        elif message_type == "DOWN":
            self.last["down"] = self.last.get("down", 0) + 1
        elif message_type == "pad":
            self.pad = "x" * int(payload)
        elif message_type == "call":
            to, _, rest = payload.partition(" ")
            return messaging.ask(to, "state", rest)
        return json.dumps([self.last, self.bad])
'''
MOVING = "workbench.runtime.moving"
SOURCE_POINTS = {
    f"{when} {name}": (f"{MOVING}.{module}", qualified, when)
    for name, module, qualified, whens in (
        ("the code is there", "departure", "Departure._ensure", "before after"),
        ("it is paused", "departure", "Departure._pause", "before after"),
        ("its state is handed out", "departure", "Departure._snapshot", "before after"),
        ("it is sent", "departure", "Departure._send", "before after"),
        ("the forward address is written", "departure", "Departure._commit", "before after"),
        ("it is settled", "departure", "Departure._resume", "before after"),
        ("it leaves", "departure", "Departure._leave", "before after"),
        ("its mailbox is handed over", "passage", "go", "before after"),
    )
    for when in whens.split()
}
TARGET_POINTS = {
    f"{when} {name}": (module, qualified, when)
    for name, module, qualified, whens in (
        ("it arrives", f"{MOVING}.arrivals", "Arrivals.prepare", "before after"),
        ("it is born", f"{MOVING}.arrivals", "Arrivals._bear", "before after"),
        ("it is settled there", f"{MOVING}.arrivals", "Arrivals.settle", "before after"),
        ("it lives", f"{MOVING}.arrivals", "Arrivals._lives", "before after"),
        ("its origin is written", "workbench.services.moves.store", "MovesStore.arrived", "before after"),
    )
    for when in whens.split()
}
POINTS = SOURCE_POINTS | TARGET_POINTS


def arm(point: str) -> None:
    """Let the process end at the point."""
    module, qualified, when = POINTS[point]
    owner: Any = importlib.import_module(module)
    *path, name = qualified.split(".")
    for step in path:
        owner = getattr(owner, step)
    function = getattr(owner, name)

    @wraps(function)
    def failing(*arguments: Any, **options: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        function(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, failing)


def forget_what_waits() -> None:
    """A planted fault: what waits in the mailbox of an actor that leaves is handed over in the wrong order."""
    from workbench.runtime.mailbox import Mailbox

    whole = Mailbox.clear
    Mailbox.clear = lambda self: whole(self)[::-1]  # type: ignore[method-assign]


def forget_where_it_went() -> None:
    """A planted fault: a node that starts again does not know who was moved away."""
    from workbench.services.moves.store import MovesStore

    MovesStore.forwards = lambda _self: []  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "": lambda: None, "order": forget_what_waits, "memory": forget_where_it_went
}  # fmt: skip


def main(workspace: str, name: str, port: str, point: str, fault: str) -> None:
    import workbench
    from workbench.config import load
    from workbench.machine import Machine
    from workbench.node import LocalNode

    FAULTS[fault]()
    if point:
        arm(point)
    settings = replace(load(), node_name=name)
    with LocalNode(Machine(Path(workspace), settings)) as node, workbench.serve(node, listen=f"127.0.0.1:{port}") as at:
        verbs = _verbs(node)
        print(json.dumps(at.address), flush=True)
        for line in sys.stdin:
            verb, *arguments = json.loads(line)
            try:
                print(json.dumps(verbs[verb](*arguments)), flush=True)
            except workbench.api.WorkbenchError as error:
                print(json.dumps({"error": error.code, "message": error.message}), flush=True)


def _verbs(node: Any) -> dict[str, Callable[..., Any]]:
    from workbench.api import SpawnOptions

    def spawn(name: str, durable: bool, state: str = "") -> str:
        module = node.modules.deploy(SOURCE.encode(), file_name="station.py")
        options = SpawnOptions(name, durable=durable)
        made: str = node.actors.spawn(module.hash, state, options=options).id.name
        return made

    def migrate(name: str, to: str) -> dict[str, Any]:
        found = node.actors.migrate(name, to)
        return {
            "ms": found.ms, "paused_ms": found.paused_ms, "messages": found.messages, "timers": found.timers,
            "phases": {phase.name: phase.ms for phase in found.phases}, "bytes": found.bytes,
        }  # fmt: skip

    return {
        "spawn": spawn,
        "migrate": migrate,
        "ask": lambda name, kind, payload="": node.actors.ask(name, kind, payload, timeout=20.0).payload,
        "tell": lambda name, kind, payload="": node.actors.tell(name, kind, payload),
        "list": lambda: [info.id.name for info in node.actors.list()],
        "stop": node.actors.stop,
        "damage": lambda: [str(damage) for damage in node.journal.verify()],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
