"""A node with two durable actors, in a process that kills itself at a failpoint.

    victim.py WORKSPACE POINT NTH [faulty]

It answers each line of JSON on its standard input with one. A failpoint is a function of the program, and whether the
process ends (SIGKILL) before its NTH call begins or after it has returned.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from contextlib import nullcontext, suppress
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

SOURCE = '''
import json
import os

from plexspaces import GenServer, channels, durability, keyvalue, log, messaging, tuplespace


class Ledger(GenServer):
    """Each operation changes its own state and, as many times, each service."""

    def init(self, state):
        self.count, self.chances = json.loads(state) if state else (0, [])

    def snapshot_state(self):
        return json.dumps([self.count, self.chances])

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "add":
            before = keyvalue.get("total")
            self.count += 1
            total = keyvalue.increment("total", 1)
            tuplespace.write(("open", payload))
            channels.send_to_queue("done", "op", payload)
            durability.persist("added", payload)
            tuplespace.take(("open", payload))
            tuplespace.write(("closed", payload))
            chance = durability.side_effect(payload, os.urandom(4).hex())
            self.chances.append(chance)
            messaging.tell("mirror", "note", payload)
            messaging.send_after(0, "later", payload)
            log.info(f"{payload} after {before}")
            if self.count % 3 == 0:
                durability.checkpoint()
            return json.dumps([self.count, total, chance])
        if message_type in ("note", "later"):
            durability.persist(message_type, payload)
            return ""
        return json.dumps([self.count, self.chances, durability.sequence()])
'''
SERVICES = "workbench.services"
POINTS = {
    f"{when} {name}": (module, qualified, when)
    for name, module, qualified, whens in (
        ("the group is written", f"{SERVICES}.journal.service", "JournalService._write", "before after"),
        ("an entry is added", f"{SERVICES}.journal.service", "JournalService._add", "after"),
        ("a commit", "workbench.runtime.durable", "Durable.commit_soon", "before after"),
        ("a checkpoint", "workbench.runtime.durable", "Durable.commit_checkpoint", "before after"),
        ("a turn", "workbench.runtime.body", "Body.handle", "before after"),
        ("a part", f"{SERVICES}.journal.store", "add_part", "before after"),
        ("an increment", f"{SERVICES}.keyvalue.service", "LocalKeyValue.increment", "before after"),
        ("a tuple is written", f"{SERVICES}.tuplespace.local", "LocalTupleSpace.write", "before after"),
        ("a tuple is taken", f"{SERVICES}.tuplespace.local", "LocalTupleSpace.take", "before after"),
        ("a message is queued", f"{SERVICES}.channels.views", "LocalChannels.send", "before after"),
        ("a side effect", f"{SERVICES}.journal.service", "JournalService.side_effect", "before after"),
        ("an event is persisted", "workbench.runtime.durable", "Durable.persist", "after"),
        ("the journal is opened", f"{SERVICES}.journal.service", "JournalService.open", "after"),
        ("recovery", "workbench.runtime.recovery", "_live_through", "before"),
        ("a cut off turn is finished", "workbench.runtime.recovery", "_finish", "before"),
    )
    for when in whens.split()
}


def arm(point: str, nth: int) -> None:
    """Let the process end at the point."""
    module, qualified, when = POINTS[point]
    owner: Any = importlib.import_module(module)
    *path, name = qualified.split(".")
    for step in path:
        owner = getattr(owner, step)
    function, calls = getattr(owner, name), count(1)

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @wraps(function)
    def failing(*arguments: Any, **options: Any) -> Any:
        number = next(calls)
        if when == "before" and number == nth:
            die()
        result = function(*arguments, **options)
        if when == "after" and number == nth:
            die()
        return result

    setattr(owner, name, failing)


def forget_what_was_done() -> None:
    """A planted fault: what a turn changes is not written together with the turn."""
    from workbench.runtime.durable import Durable
    from workbench.storage.database import Database

    Database.along = lambda _self, _write: nullcontext()  # type: ignore[method-assign]
    Durable.done = lambda _self, _call: None  # type: ignore[method-assign]


def main(workspace: str, point: str, nth: int, faulty: bool) -> None:
    from workbench.api import AlreadyExists, NotFound, SpawnOptions
    from workbench.config import load
    from workbench.machine import Machine
    from workbench.node import LocalNode

    if faulty:
        forget_what_was_done()
    if point:
        arm(point, nth)
    with LocalNode(Machine(Path(workspace), load())) as node:
        try:
            node.actors.get("ledger")
        except NotFound:
            module = node.modules.deploy(SOURCE.encode(), file_name="ledger.py")
            grants = ("durability", "keyvalue", "tuplespace", "channels", "messaging")
            for name in ("mirror", "ledger"):
                with suppress(AlreadyExists):
                    node.actors.spawn(module.hash, options=SpawnOptions(name, "strict", grants, durable=True))
        print(json.dumps("ready"), flush=True)
        for line in sys.stdin:
            key = json.loads(line)
            if key:
                reply = node.actors.ask("ledger", "add", key, headers={"idempotency-key": key}).payload
                print(reply, flush=True)
            else:
                print(json.dumps(seen(node)), flush=True)


def seen(node: Any) -> dict[str, Any]:
    """Everything that the operations have left behind."""
    from workbench.api import Area

    count, chances, _ = json.loads(node.actors.ask("ledger", "state").payload)
    with node.subscribe([Area.TURNS]) as turns:  # timers are due at once, but on a thread of their own
        for _ in range(100):
            if len(node.journal.events("ledger")) >= 2 * count:
                break
            turns.get(0.1)
    node.actors.ask("mirror", "state")  # after what waits there
    events = {
        name: [(event.type, event.payload) for event in node.journal.events(name)] for name in ("ledger", "mirror")
    }
    return {
        "count": count,
        "chances": chances,
        "total": int(node.keyvalue.get("total") or 0),
        "tuples": sorted(found.fields for found in node.tuplespace.list()),
        "queued": sorted(message.payload for message in node.channels.messages("done")) if count else [],
        "events": [payload for kind, payload in events["ledger"] if kind == "added"],
        "later": [payload for kind, payload in events["ledger"] if kind == "later"],
        "noted": [payload for _, payload in events["mirror"]],
        "damage": [str(damage) for damage in node.journal.verify()],
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), "faulty" in sys.argv)
