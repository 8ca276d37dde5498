"""Recorded sessions for tests of the timeline: actors whose states are easy to make again, and some whose are not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sessions import asked

from workbench.api import Node, SpawnOptions
from workbench.api.identity import ActorId
from workbench.api.turns import Outcome
from workbench.config import load
from workbench.data import directory
from workbench.debug.bundle.opened import Opened
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.replay import bounded
from workbench.debug.timeline.lives import LifeInBundle
from workbench.debug.timeline.run import Alone
from workbench.debug.timeline.states import States
from workbench.debug.timeline.timeline import Timeline
from workbench.machine import Machine
from workbench.runtime.apart import apart
from workbench.runtime.replay import Replay

TALLY = (directory("resources") / "actors" / "tally.wat").read_bytes()
HEAD = "import json\nimport time\nfrom plexspaces import GenServer, Reject, keyvalue, log\n\n\n"
TILL = '''
import random


class Till(GenServer):
    """Counts, with keys, chance and time in its state."""

    def init(self, state):
        self.count, self.last = (json.loads(state)["count"] if state else 0), None

    def snapshot_state(self):
        log.info("asked for the state")
        return json.dumps({"count": self.count, "last": self.last})

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "boom":
            raise ValueError(payload)
        if message_type == "refuse":
            raise Reject("no")
        self.count += int(payload)
        self.last = [random.random(), time.time(), keyvalue.increment("all", int(payload))]
        return str(self.last)
'''
PLAIN = '''
class Plain(GenServer):
    """All that it is, is in its state."""

    def init(self, state):
        time.time()  # which moves virtual time, in an instance that takes a state too
        self.count, self.last = json.loads(state) if state else (0, "")

    def snapshot_state(self):
        return json.dumps([self.count, self.last])

    def handle_request(self, from_actor, message_type, payload):
        self.count += int(payload)
        self.last = f"{time.time()} {keyvalue.increment('plain', 1)}"
        return str(self.count)
'''
MOODY = '''
class Moody(GenServer):
    """Changes when it is asked for its state."""

    def init(self, state):
        self.count = self.asked = 0

    def snapshot_state(self):
        self.asked += 1
        return f"{self.count} {self.asked}"

    def handle_request(self, from_actor, message_type, payload):
        self.count += int(payload)
        return str(self.count)
'''
HIDDEN = '''
class Hidden(GenServer):
    """Does not hand out all of its state: what is restored goes on otherwise."""

    def init(self, state):
        self.count, self.hidden = int(state or 0), 0

    def snapshot_state(self):
        return str(self.count)

    def handle_request(self, from_actor, message_type, payload):
        self.hidden += 1
        self.count += self.hidden
        return "ok"
'''
MUTE = '''
class Mute(GenServer):
    """Hands out no state."""

    def init(self, state):
        self.count = 0

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return str(self.count)
'''
CURIOUS = '''
class Curious(GenServer):
    """Asks the host when it is asked for its state."""

    def init(self, state):
        self.count = 0

    def snapshot_state(self):
        return str(keyvalue.get("all"))

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return str(self.count)
'''
SOURCES = {"till": TILL, "plain": PLAIN, "moody": MOODY, "hidden": HIDDEN, "mute": MUTE, "curious": CURIOUS}
GRANTS = ("keyvalue",)


def record(node: Node, rounds: int = 12) -> None:
    """Let them live; the tills give their state now and then, one of them dies and is born again."""
    node.modules.deploy(TALLY, file_name="tally.wat", alias="tally", force=True)
    for name, source in SOURCES.items():
        node.modules.deploy((HEAD + source).encode(), file_name=f"{name}.py", alias=name, force=True)
    node.actors.spawn("tally", options=SpawnOptions("tally", "strict"))
    node.actors.spawn("till", options=SpawnOptions("till", "balanced", GRANTS))
    for name in SOURCES:
        node.actors.spawn(name, options=SpawnOptions(f"{name}-1", "strict", GRANTS))
    for number in range(1, rounds + 1):
        asked(node, "tally", "increment", "")
        asked(node, "till", "add", str(number))
        for name in SOURCES:
            asked(node, f"{name}-1", "refuse" if number == 3 and name == "till" else "add", str(number))
        if number % 5 == 0:
            node.actors.snapshot("till")
            node.actors.snapshot("plain-1")
            node.actors.snapshot("tally")
        if number == 7:
            asked(node, "till", "boom", "7")
            node.actors.restart("till")


@contextmanager
def laboratory(path: Path) -> Iterator[tuple[Timeline, Opened, Machine]]:
    """A bundle's timeline, its modules, and a machine to run them on."""
    with Bundle(path) as bundle:
        machine = Machine(None, replace(load(), keyvalue="", blobs=""))
        try:
            yield Timeline(bundle), Opened(bundle, machine.library, machine.interpreter), machine
        finally:
            machine.close()


def life_of(timeline: Timeline, actor: str) -> LifeInBundle:
    return LifeInBundle(timeline, timeline.stream(actor))


def states_of(opened: Opened, machine: Machine, *, every: int = 4) -> States:
    """With states kept on the way much closer than they usually are."""
    return States(apart(machine.around), opened, every=every)


def lived_again(timeline: Timeline, opened: Opened, machine: Machine, actor: str, over: int) -> str | None:
    """The state after so many turns by a replay from the birth, in which every turn came out as recorded; None: it had
    no instance then. This is the plain way that every other one is compared with."""
    life = life_of(timeline, actor)

    def job() -> str | None:
        births = [place for place in life.births if place < over]
        run = Replay(apart(machine.around), opened.open, ActorId(actor), compares_fuel=False)
        try:
            for place in range(births[-1] if births else 0, over):
                turn = life.turn(place)
                if turn.outcome is Outcome.CRASHED:
                    return None
                opened.interpreter = turn.interpreter
                found = run.step(bounded(turn))
                assert found is None, found
            return str(run.look(Alone(), over).reply) if over else None
        finally:
            run.drop()

    found: str | None = machine.scheduler.call(job, 100.0)
    return found
