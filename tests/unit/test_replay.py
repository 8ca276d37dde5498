"""Recorded turns are lived through again: in another node, from their text alone, equal to the unit of fuel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

import pytest

from workbench.api import ActorInfo, SpawnOptions, Turn, WorkbenchError
from workbench.api.replay import Divergence, Severity
from workbench.api.turn_text import from_line, to_line
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.runtime.apart import apart
from workbench.runtime.replay import replay

BUSY = '''
import os
import random
import time

from plexspaces import GenServer, Reject, channels, keyvalue, log, messaging, tuplespace


class Busy(GenServer):
    """Uses every kind of input."""

    def init(self, state):
        self.total = int(state or 0)

    def snapshot_state(self):
        return str(self.total)

    def handle_request(self, from_actor, message_type, payload):
        match message_type:
            case "add":
                self.total += int(payload)
                keyvalue.put("total", str(self.total))
                return keyvalue.get("total")
            case "chance":
                return f"{random.random()} {os.urandom(4).hex()}"
            case "clock":
                time.sleep(0.01)
                return f"{time.time()} {time.monotonic()} {messaging.now_ms()}"
            case "tuples":
                tuplespace.write(("job", self.total, 1.5, b"\\x00", None, True))
                return repr(tuplespace.take(("job", *[tuplespace.ANY] * 5)))
            case "queue":
                queue = messaging.self_id()
                channels.create_queue(queue)
                channels.send_to_queue(queue, "work", b"\\xff", headers={"b64": "AAAA"})
                found = channels.receive_from_queue(queue)
                channels.ack(found)
                return found.payload
            case "refuse":
                raise Reject("no")
            case "denied":
                try:
                    messaging.spawn("nothing")
                except Exception as error:
                    return str(error)
            case "print":
                print("out")
                log.info("said")
                return ""
        raise ValueError(payload)
'''
MESSAGES = ("add", "chance", "clock", "tuples", "queue", "refuse", "denied", "print")


@pytest.fixture(scope="module")
def machine(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("recorded"), load())
    yield made
    made.close()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A node that has the modules and nothing else of the recorded one."""
    made = Machine(tmp_path_factory.mktemp("other"), load())
    made.library.deploy(BUSY.encode(), file_name="busy.py")
    yield made
    made.close()


def lived(machine: Machine, name: str, *messages: str, source: str = BUSY, grants: tuple[str, ...] = ()) -> list[Turn]:
    """The turns of an actor that was sent these messages, from its birth to its end."""
    node = LocalNode(machine)
    module = node.modules.deploy(source.encode(), file_name="busy.py", alias="busy", force=True)
    actor = spawn(node, module.hash, name, grants)
    for message in messages:
        try:
            node.actors.ask(actor.id, message, "3")
        except WorkbenchError:
            continue
    node.actors.stop(actor.id)
    return list(node.actors.turns(actor.id, limit=1_000))


def spawn(node: LocalNode, module: str, name: str, grants: tuple[str, ...]) -> ActorInfo:
    profile = "balanced" if grants else "strict"
    options = SpawnOptions(name, profile, ("keyvalue", "tuplespace", "channels", *grants))
    return node.actors.spawn(module, "5", options=options)


def again(
    machine: Machine, turns: Sequence[Turn], module: str = "", *, compares_fuel: bool = True
) -> Divergence | None:
    """Where a replay from the turns' text differed, on another module if one is given."""
    read = [from_line(to_line(turn)) for turn in turns]

    def job() -> Divergence | None:
        library = machine.library
        opened = library.open if not module else lambda _, stack_bytes: library.open(module, stack_bytes)
        return replay(apart(machine.around), opened, read, compares_fuel=compares_fuel)

    found: Divergence | None = machine.scheduler.call(job, 60.0)
    return found


@pytest.mark.parametrize("message", MESSAGES)
def test_a_line_is_read_back_as_the_same_turn(machine: Machine, message: str) -> None:
    for turn in lived(machine, f"line-{message}", message):
        found = from_line(to_line(turn))
        assert to_line(found) == to_line(turn)
        for field in fields(Turn):
            if field.name != "host_calls":  # tuples come back as lists there
                assert getattr(found, field.name) == getattr(turn, field.name)


def test_every_turn_is_equal_in_another_node_and_nothing_of_it_happens_there(machine: Machine, other: Machine) -> None:
    turns = lived(machine, "whole", *MESSAGES, "add", "boom")
    assert [turn.outcome for turn in turns].count("reply") == 9, [str(turn.cause) for turn in turns]
    assert again(other, turns) is None
    node = LocalNode(other)
    assert list(node.keyvalue.keys()) == []
    assert list(node.actors.list()) == []
    assert list(node.actors.turns()) == []
    assert [line for line in node.logs() if "said" in line.message] == []


@pytest.mark.parametrize(
    ("source", "what", "severity"),
    [
        (BUSY.replace('"total", str(self.total)', '"total", str(-self.total)'), "host call 1", Severity.BEHAVIOR),
        (BUSY.replace('return keyvalue.get("total")', 'return "8"'), "host call 2", Severity.BEHAVIOR),
        (BUSY.replace('return keyvalue.get("total")', 'return keyvalue.get("total") + "!"'), "reply", "behavior"),
    ],
)
def test_other_code_is_told_by_the_first_thing_that_differs(
    machine: Machine, source: str, what: str, severity: Severity
) -> None:
    turns = lived(machine, f"code-{what}", "add", "add")
    changed = LocalNode(machine).modules.deploy(source.encode(), file_name="busy.py", alias="busy", force=True).hash
    found = again(machine, turns, changed, compares_fuel=False)
    assert found is not None
    assert (found.seq, found.what, found.severity) == (2, what, severity)


def test_fuel_is_compared_from_the_birth_on(machine: Machine) -> None:
    turns = lived(machine, "fuel", "add")
    slower = BUSY.replace("self.total = int(state or 0)", "self.total = sum([int(state or 0)])")
    changed = LocalNode(machine).modules.deploy(slower.encode(), file_name="busy.py", alias="busy", force=True).hash
    found = again(machine, turns, changed)
    assert found is not None
    assert (found.seq, found.what, found.severity) == (1, "fuel", Severity.COST)
    assert again(machine, turns, changed, compares_fuel=False) is None
