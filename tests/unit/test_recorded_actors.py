"""Real actors, recorded on disk and lived through again from there; and every reason for which one cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from servers import answer, serving

from workbench.api import ActorId, Outcome, RecordingLevel, SpawnOptions, Turn, WorkbenchError, profile
from workbench.api.replay import Divergence
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.runtime.apart import apart
from workbench.runtime.replay import replay
from workbench.wasm import gate

BUSY = '''
import os
import random
import time

from plexspaces import (
    GenServer, Reject, blob, channels, http, keyvalue, locks, log, messaging, process_groups, registry, tuplespace,
)


class Busy(GenServer):
    """Uses every service, and the real world as far as it is let."""

    def init(self, state):
        self.total = int(state or 0)
        self.born = time.time()

    def snapshot_state(self):
        return str(self.total)

    def handle_request(self, from_actor, message_type, payload):
        return str(getattr(self, message_type)(payload))

    def services(self, payload):
        self.total += 1
        me = messaging.self_id()
        keyvalue.put(me, str(self.total))
        tuplespace.write((me, self.total, 1.5, b"\\x00", None, True))
        found = tuplespace.take((me, *[tuplespace.ANY] * 5))
        channels.create_queue(me)
        channels.send_to_queue(me, "work", b"\\xff")
        job = channels.receive_from_queue(me)
        channels.ack(job)
        process_groups.create(me)
        process_groups.join(me)
        held = locks.try_acquire(me)
        locks.release(held)
        registry.register(me, object_type="service", address=me)
        blob.upload("bucket", me, b"\\x01" * 1_000)
        log.info("said", total=str(self.total))
        print("printed")
        return found, job.payload, registry.lookup(me), blob.download("bucket", me)[:2], keyvalue.get(me)

    def world(self, payload):
        time.sleep(0.002)
        return time.time(), time.monotonic(), messaging.now_ms(), random.random(), os.urandom(4), self.born

    def variable(self, payload):
        return os.environ.get("HOME")

    def get(self, payload):
        return http.get(payload).text

    def many(self, payload):
        for number in range(int(payload)):
            keyvalue.get("nothing")
        return ""

    def large(self, payload):
        for number in range(int(payload)):
            keyvalue.put("large", "x" * 1_000_000)
        return ""

    def read(self, payload):
        with open(payload) as file:
            return file.read()

    def refuse(self, payload):
        raise Reject("no")

    def boom(self, payload):
        raise ValueError(payload)

    def spin(self, payload):
        while True:
            pass
'''
REAL = ("clocks", "random")


@pytest.fixture(scope="module")
def machine(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("recorded"), load())
    LocalNode(made).modules.deploy(BUSY.encode(), file_name="busy.py", alias="busy")
    yield made
    made.close()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A node that has the module and nothing else."""
    made = Machine(tmp_path_factory.mktemp("other"), load())
    made.library.deploy(BUSY.encode(), file_name="busy.py")
    yield made
    made.close()


def lived(
    machine: Machine, name: str, *messages: tuple[str, str], grants: Sequence[str] = REAL, level: str = "full"
) -> list[Turn]:
    """What is on disk of an actor that was sent these messages, from its birth to its end."""
    node = LocalNode(machine)
    node.debugger.set_level(name, RecordingLevel(level))
    limits = replace(profile("permissive").limits_for(20 << 20), time_ms=1_000)
    profile_grants = tuple(grant for grant in profile("permissive").grants if grant not in REAL)
    options = SpawnOptions(name, "strict", (*profile_grants, *grants), limits)
    node.actors.spawn("busy", "5", options=options)
    for message_type, payload in messages:
        try:
            node.actors.ask(name, message_type, payload)
        except WorkbenchError:
            continue
    node.actors.stop(name)
    return [found.turn for found in node.debugger.turns(name)]


def again(machine: Machine, turns: Sequence[Turn]) -> Divergence | None:
    def job() -> Divergence | None:
        return replay(apart(machine.around), machine.library.open, turns)

    found: Divergence | None = machine.scheduler.call(job, 60.0)
    return found


def marked(turns: Sequence[Turn]) -> list[str]:
    return [turn.unrepeatable for turn in turns if turn.unrepeatable]


def test_what_used_every_service_and_the_real_world_is_equal_from_the_disk_alone(
    machine: Machine, other: Machine
) -> None:
    turns = lived(machine, "all", ("services", ""), ("world", ""), ("refuse", ""), ("world", ""), ("boom", "x"))
    assert [turn.outcome.value for turn in turns] == [*("reply", "reply", "reply", "rejected", "reply", "crashed")], [
        str(turn.cause) for turn in turns
    ]
    interfaces = {call.interface for turn in turns for call in turn.host_calls}
    assert interfaces == {
        *("messaging", "keyvalue", "tuplespace", "channels", "process-groups", "locks", "registry", "blob"),
        *("logging", "wasi"),
    }
    assert marked(turns) == []
    assert again(other, turns) is None
    changed = replace(turns[2], host_calls=turns[2].host_calls[:-1])
    assert again(other, [*turns[:2], changed]) is not None, "this comparison can fail"
    assert list(LocalNode(other).keyvalue.keys()) == [] and list(LocalNode(other).debugger.turns()) == []


def test_what_the_network_answered_is_recorded_and_the_turn_repeatable(machine: Machine, other: Machine) -> None:
    with serving(answer(b"hello", "200 OK")) as server:
        turns = lived(machine, "net", ("get", server.url), grants=(f"network/127.0.0.1:{server.port}",))
        asked = len(server.heads)
    assert (turns[1].reply, asked, marked(turns)) == ("hello", 1, [])
    assert again(other, turns) is None


def test_a_variable_of_the_environment_is_recorded(machine: Machine, other: Machine) -> None:
    turns = lived(machine, "env", ("variable", ""), grants=("environment/HOME",))
    assert turns[1].reply not in ("", "None") and marked(turns) == []
    assert again(other, turns) is None


def test_granted_folders_are_a_reason_from_the_birth_to_the_death(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("content")
    messages = ("read", "/data/a.txt"), ("boom", "x")
    turns = lived(machine, "files", *messages, grants=(f"filesystem/{tmp_path}=/data:ro",))
    assert [turn.outcome.value for turn in turns] == ["reply", "reply", "crashed"] and turns[1].reply == "content"
    assert marked(turns) == ["it may use granted folders, and what it read of them is not recorded"] * 3


@pytest.mark.parametrize("level", ["messages", "off"])
def test_a_clock_that_was_not_recorded_is_a_reason(machine: Machine, level: str) -> None:
    recorded = lived(machine, f"clock-{level}", ("world", ""), level=level)
    shown = LocalNode(machine).actors.turns(f"clock-{level}")
    for turns in (shown, recorded):
        assert all(text.endswith("of the real world, which was not recorded") for text in marked(turns))
    assert len(marked(shown)) == 2 and len(recorded) == {"messages": 3, "off": 0}[level]


def test_host_calls_beyond_what_is_kept_are_a_reason(machine: Machine, other: Machine) -> None:
    many, most = str(gate.RECORDED_HOST_CALLS), gate.RECORDED_HOST_CALLS
    turns = lived(machine, "many", ("many", many), ("many", str(most + 1)), ("large", "20"), grants=())
    assert turns[1].host_calls_total == len(turns[1].host_calls) == most
    assert marked(turns) == [
        f"{most:,} of its {most + 1:,} host calls were recorded",
        "16 of its 20 host calls were recorded",
    ]
    assert again(other, turns[:2]) is None
    shown = LocalNode(machine).actors.turns("many")[1]
    assert len(shown.host_calls) == gate.KEPT_HOST_CALLS, "memory holds as many of them as ever"
    assert shown.unrepeatable == f"{gate.KEPT_HOST_CALLS} of its {most:,} host calls are kept in memory"


def test_an_end_from_outside_is_a_reason(machine: Machine) -> None:
    turns = lived(machine, "spin", ("spin", ""), grants=())
    assert turns[-1].outcome is Outcome.CRASHED
    assert marked(turns) == [f"it was ended from outside: {turns[-1].cause}"]


def test_messages_alone_are_no_reason_as_long_as_nothing_is_called(machine: Machine) -> None:
    turns = lived(machine, "words", ("refuse", ""), ("many", "1"), grants=(), level="messages")
    assert [turn.unrepeatable for turn in turns] == [
        "", "", "its host calls were not recorded, only its message and how it ended", ""
    ]  # fmt: skip


def test_a_level_holds_from_the_next_turn_on_through_all_lives(machine: Machine) -> None:
    node = LocalNode(machine).scoped("levels", "here")
    node.debugger.set_level(None, RecordingLevel.OFF)
    node.modules.deploy(BUSY.encode(), file_name="busy.py", alias="busy")
    for name in ("one", "two"):
        node.actors.spawn("busy", options=SpawnOptions(name))
    assert node.debugger.set_level("one", RecordingLevel.FULL) is RecordingLevel.FULL
    for name in ("one", "two"):
        node.actors.ask(name, "many", "1")
    node.actors.kill("one")
    node.actors.restart("one")
    assert [found.turn.operation for found in node.debugger.turns()] == ["message", "init"]
    assert {found.turn.actor for found in node.debugger.turns()} == {ActorId("one", "here", "levels")}
    assert node.debugger.set_level("one", None) is node.debugger.level() is RecordingLevel.OFF
    node.actors.ask("one", "many", "1")
    assert len(node.debugger.turns()) == 2
    assert LocalNode(machine).debugger.level("one") is RecordingLevel.FULL
    assert node.debugger.set_level(None, None) is RecordingLevel.FULL, "that of the node"


def test_what_is_shown_of_an_actor_does_not_depend_on_the_level(machine: Machine) -> None:
    shown = []
    for level in RecordingLevel:
        lived(machine, f"shown-{level}", ("many", "3"), grants=(), level=level)
        shown.append([(turn.operation, turn.host_calls) for turn in LocalNode(machine).actors.turns(f"shown-{level}")])
    assert shown[0] == shown[1] == shown[2] and len(shown[0][1][1]) == 3
