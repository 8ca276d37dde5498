"""A recorded session as a node: what it shows of a moment is what the node showed then, and nothing can be changed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sessions import asked, forged, record
from timelines import HEAD, MUTE

import workbench
from workbench import api
from workbench.api import ActorInfo, ActorState, Area, Certainty, Kind, Node, SpawnOptions
from workbench.api.errors import Denied, Invalid, NotFound, Unavailable, WorkbenchError
from workbench.debug.session.sealed import READS

FACETS = {
    "modules": api.Modules,
    "actors": api.Actors,
    "capabilities": api.Capabilities,
    "supervision": api.Supervision,
    "keyvalue": api.KeyValue,
    "locks": api.Locks,
    "process_groups": api.ProcessGroups,
    "registry": api.Registry,
    "tuplespace": api.TupleSpace,
    "channels": api.Channels,
    "blobs": api.Blobs,
    "debugger": api.Debugger,
    "journal": api.Journal,
    "tokens": api.Tokens,
}
CHANGES = sorted(
    (facet, method)
    for facet, protocol in FACETS.items()
    for method, member in vars(protocol).items()
    if inspect.isfunction(member) and not method.startswith("_") and method not in READS[protocol]
)
SHOWN = ("id", "module", "module_name", "behaviors", "profile", "grants", "limits", "turns", "crashes", "restarts",
         "fuel", "memory_bytes", "fsm_state", "killed_by", "last_cause", "carries_state")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """What the running node showed after so many turns."""

    turns: int
    actors: Mapping[str, ActorInfo]
    states: Mapping[str, Any]


@pytest.fixture(scope="module")
def lived(interpreter: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Picture]]:
    """A session, with pictures that were taken while it was lived."""
    path = tmp_path_factory.mktemp("node") / "shop.plexbundle"
    pictures: list[Picture] = []
    with workbench.connect("embedded:") as node:

        def take() -> None:
            infos = {info.id.name: info for info in node.actors.list()}
            turns = len(node.actors.turns(limit=10_000))
            pictures.append(Picture(turns, infos, {}))

        record(node)
        for name, kind in (("anna", "add"), ("bert", "add"), ("anna", "refuse"), ("door", "open"), ("bert", "boom"),
                           ("anna", "login"), ("echo", "say")):  # fmt: skip
            asked(node, name, kind, "2")
            take()
        node.actors.restart("bert")
        take()
        node.modules.deploy((HEAD + MUTE).encode(), file_name="mute.py", alias="mute")
        node.actors.spawn("mute", options=SpawnOptions("late", "strict"))
        take()
        node.actors.tell("bert", "boom")
        while node.actors.get("bert").state is not ActorState.CRASHED:
            node.subscribe((Area.ACTORS,)).get(timeout=0.02)
        take()
        node.actors.stop("late")
        node.actors.spawn("mute", options=SpawnOptions("late", "strict"))
        asked(node, "late", "add", "")
        take()
        node.actors.stop("door")
        node.actors.snapshot("anna")
        take()
        workbench.export_bundle(node, path)
    return path, pictures


@pytest.fixture(scope="module")
def node(lived: tuple[Path, list[Picture]]) -> Iterator[Node]:
    with workbench.connect(f"bundle:{lived[0]}") as found:
        yield found


def at(node: Node, position: int) -> api.Moment:
    assert node.session is not None
    return node.session.go(position)


def test_actors_are_as_the_running_node_showed_them(node: Node, lived: tuple[Path, list[Picture]]) -> None:
    assert len(lived[1]) > 9
    for picture in lived[1]:
        at(node, picture.turns)
        shown = {info.id.name: info for info in node.actors.list()}
        gone = {name for name, info in shown.items() if info.state is ActorState.STOPPED}
        assert shown.keys() - gone == picture.actors.keys(), picture.turns
        for name, info in picture.actors.items():
            for field in SHOWN:
                assert getattr(shown[name], field) == getattr(info, field), (picture.turns, name, field)
            assert shown[name].spawned == pytest.approx(info.spawned, abs=0.05)
            assert (shown[name].state is ActorState.CRASHED) is (info.state is ActorState.CRASHED)
            assert node.actors.get(name) == shown[name]
    assert gone == {"door"}


def test_who_was_not_born_is_not_there(node: Node) -> None:
    at(node, 0)
    assert not node.actors.list()
    with pytest.raises(NotFound, match="there is no actor 'late' at position 0: its first turn is at position"):
        node.actors.get("late")
    with pytest.raises(NotFound, match="there is no actor 'nobody' at position 0 of shop"):
        node.actors.get("nobody")


def test_turns_and_log_end_at_the_moment(node: Node) -> None:
    moment = at(node, 20)
    turns = node.actors.turns(limit=1_000)
    assert len(turns) == 20 and turns[-1] == moment.turn
    assert [turn.seq for turn in node.actors.turns("anna", after=3, limit=2)] == [turn.seq for turn in turns
            if turn.actor.name == "anna" and turn.seq > 3][-2:]  # fmt: skip
    assert [each.turn for each in node.debugger.turns(limit=100)] == turns
    assert [each.position for each in node.debugger.turns("echo", after=2)] == [
        position for position, turn in enumerate(turns, 1) if turn.actor.name == "echo" and position > 2
    ]
    assert all(line.time <= moment.time for line in node.logs())
    everything = at(node, moment.total)
    assert (
        len(node.logs()) > 2
        and node.logs(actor="bert")
        and all(line.actor == "bert" for line in node.logs(actor="bert"))
    )
    assert node.debugger.statistics().turns == everything.total and not node.debugger.segments()


def test_a_cast_over_which_an_actor_crashed_is_a_dead_letter(node: Node) -> None:
    assert node.session is not None
    total = node.session.now().total
    at(node, total)
    (letter,) = node.actors.dead_letters()
    assert (letter.actor.name, letter.envelope.type, letter.envelope.kind) == ("bert", "boom", Kind.CAST)
    assert letter.reason == "bert crashed over it" and letter.cause is not None
    at(node, letter.seq - 1)
    assert not node.actors.dead_letters()


def test_modules_are_seen_without_being_compiled(node: Node) -> None:
    assert node.session is not None
    at(node, node.session.now().total)
    names = {info.name for info in node.modules.list()}
    assert names == {"clerk", "echo", "door", "mute"}
    assert node.modules.describe("clerk").users == ("anna", "bert") and b"Clerk" in node.modules.data("clerk")
    assert node.modules.diff("clerk", "door").changes
    with pytest.raises(NotFound, match="no module 'nothing'"):
        node.modules.get("nothing")


def test_capabilities_are_those_of_the_births_and_of_the_host_calls(node: Node) -> None:
    assert node.session is not None
    at(node, node.session.now().total)
    rows = {row.capability: row for row in node.capabilities.evidence("anna")}
    turns = node.actors.turns("anna", limit=1_000)
    calls = sum(call.interface == "keyvalue" for turn in turns for call in turn.host_calls)
    assert (rows["keyvalue"].granted, rows["keyvalue"].used, rows["keyvalue"].denied) == (("keyvalue",), calls, 0)
    assert rows["logging"].required and not node.capabilities.audit()


def test_a_snapshot_is_the_state_of_the_moment(node: Node) -> None:
    assert node.session is not None
    positions = [at_ for at_ in range(1, 16) if node.session.turn(at_).actor.name == "anna"]
    at(node, positions[-1])
    assert node.actors.snapshot("anna") == node.session.state("anna").state == "11"
    at(node, node.session.now().total)
    assert node.session.state("anna").certainty is Certainty.RECORDED
    with pytest.raises(Unavailable, match="the state of late at this moment is not known: late cannot hand out"):
        node.actors.snapshot("late")


def test_a_move_is_told_once_in_each_area(node: Node) -> None:
    with node.subscribe() as everything, node.subscribe((Area.TUPLESPACE,)) as tuples:
        at(node, 3)
        at(node, 4)
        assert sorted(event.area for event in everything.get(timeout=5.0)) == sorted(Area)
        assert [event.area for event in tuples.get(timeout=5.0)] == [Area.TUPLESPACE]


@pytest.mark.parametrize(("facet", "method"), CHANGES)
def test_nothing_can_be_changed(node: Node, facet: str, method: str) -> None:
    signature = inspect.signature(getattr(FACETS[facet], method))
    needed = [each for each in signature.parameters.values() if each.default is each.empty and each.name != "self"]
    positional: list[Any] = ["x" for each in needed if each.kind is not each.KEYWORD_ONLY]
    named = {each.name: "x" for each in needed if each.kind is each.KEYWORD_ONLY}
    with pytest.raises(Denied) as refused:
        getattr(getattr(node, facet), method)(*positional, **named)
    said = f"{facet}.{method} was refused: shop.plexbundle is a recorded session, which nothing can change; "
    assert refused.value.message.startswith(said)


def test_every_method_either_reads_or_is_refused() -> None:
    for protocol in FACETS.values():
        methods = {name for name, member in vars(protocol).items() if inspect.isfunction(member)}
        assert READS[protocol] <= methods
    assert len(CHANGES) > 60
    assert {("actors", "spawn"), ("actors", "ask"), ("keyvalue", "put"), ("tuplespace", "take")} <= set(CHANGES)


def test_what_reads_does_so(node: Node) -> None:
    assert node.session is not None
    at(node, 0)
    assert not node.keyvalue.list() and not node.tuplespace.list() and not node.channels.queues()
    at(node, node.session.now().total)
    assert {entry.key.partition("@")[0] for entry in node.keyvalue.list()} == {"total-anna", "total-bert", "password"}
    assert not node.locks.list() and not node.process_groups.list() and not node.registry.discover()
    assert not node.blobs.buckets() and not node.journal.list() and not node.supervision.history()
    with pytest.raises(NotFound, match="no journal of 'anna' is in shop"):
        node.journal.entries("anna")
    with pytest.raises(Unavailable, match="gives no rows of its services"):
        node.debugger.holdings()


def test_without_recorded_services_that_is_said(lived: tuple[Path, list[Picture]], tmp_path: Path) -> None:
    def old(entries: dict[str, bytes]) -> None:
        for name in [name for name in entries if name.startswith(("services/", "changes/"))]:
            del entries[name]

    with workbench.connect(f"bundle:{forged(lived[0], tmp_path / 'old', old, services=None)}") as node:
        assert node.session is not None and not node.keyvalue.list()
        assert any("recorded" in note and "services" in note for note in node.session.now().notes)


BUSY = """
from plexspaces import GenServer, channels, keyvalue, locks, messaging, process_groups, tuplespace


class Busy(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        if message_type != "go":
            return ""
        tuplespace.write(("job", 1))
        keyvalue.put("key", "value")
        locks.acquire("lock")
        channels.send_to_queue("queue", "work", "1")
        process_groups.create("group")
        process_groups.join("group")
        messaging.tell("other", "hello")
        return "done"
"""


def test_one_move_changes_a_tuple_a_key_a_lock_a_queue_a_group_a_mailbox_and_a_graph(
    interpreter: str, tmp_path: Path
) -> None:
    path = tmp_path / "busy"
    with workbench.connect("embedded:") as live:
        live.modules.deploy(BUSY.encode(), file_name="busy.py", alias="busy")
        for name in ("busy", "other"):
            live.actors.spawn("busy", options=SpawnOptions(name, "permissive"))
        live.actors.suspend("other")
        live.actors.ask("busy", "go")
        live.actors.resume("other")
        live.actors.ask("other", "and then")
        workbench.export_bundle(live, path)
    with workbench.connect(f"bundle:{path}") as node:
        session = node.session
        assert session is not None
        position = session.find(0, where="type:go actor:busy")
        assert position is not None

        def shown() -> tuple[object, ...]:
            return (
                [entry.fields for entry in node.tuplespace.list()], [entry.key for entry in node.keyvalue.list()],
                [lock.holder for lock in node.locks.list()], [queue.queue for queue in node.channels.queues()],
                [group.name for group in node.process_groups.list()],
                [letter.type for letter in session.mailbox("other")], node.actors.get("other").mailbox,
                sum(sample.messages_per_second for sample in node.metrics(["busy"])["busy"]),
            )  # fmt: skip

        session.go(position - 1)
        before = shown()
        session.go(position)
        after = shown()
        session.go(position - 1)
        assert shown() == before
    assert before[:7] == ([], [], [], [], [], [], 0)
    assert after[0] == [("job", 1)] and after[1] == ["key"] and after[3] == ["queue", "queue.dead"]
    assert str(after[2][0]).startswith("busy") and after[4] == ["group"]  # type: ignore[index]
    assert (after[5], after[6]) == (["hello"], 1) and after[7] == before[7] + 1  # type: ignore[operator]


def test_a_position_stands_behind_the_name_of_the_file(lived: tuple[Path, list[Picture]]) -> None:
    with workbench.connect(f"bundle:{lived[0]}#7") as node:
        assert node.session is not None and node.session.now().position == 7
        assert node.info().name == "shop.plexbundle" and node.info().actors == len(node.actors.list())
    with pytest.raises(Invalid, match="there is no position 9,999"):
        workbench.connect(f"bundle:{lived[0]}#9999")
    with pytest.raises(NotFound, match="no file"):
        workbench.connect(f"bundle:{lived[0]}.gone")


def test_what_is_no_bundle_is_refused_in_a_sentence(lived: tuple[Path, list[Picture]], tmp_path: Path) -> None:
    whole = lived[0].read_bytes()
    for name, data in (("empty", b""), ("cut", whole[: len(whole) // 2]), ("text", b"hello" * 100),
                       ("flipped", whole[:40] + bytes([whole[40] ^ 255]) + whole[41:])):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(data)
        try:
            with workbench.connect(f"bundle:{path}") as node:
                assert node.session is not None and node.session.now().notes, name
        except WorkbenchError as error:
            assert isinstance(error, Invalid) and name in error.message, (name, error)


def test_with_another_wasmtime_it_opens_and_shows(lived: tuple[Path, list[Picture]], tmp_path: Path) -> None:
    with workbench.connect(f"bundle:{forged(lived[0], tmp_path / 'other', lambda _: None, wasmtime='1.0')}") as node:
        assert node.session is not None and node.info().wasmtime == "1.0"
        assert node.prepare().actors and node.session.state("anna", 15).state == "11"


def test_until_the_interpreter_is_there_all_but_the_states_of_python_actors_is_seen(
    lived: tuple[Path, list[Picture]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    with workbench.connect(f"bundle:{lived[0]}") as node:
        assert node.session is not None and not node.info().interpreter
        at(node, 15)
        assert len(node.actors.list()) == 4 and node.metrics()[""] and node.modules.describe("clerk").users
        view = node.session.state("anna")
        assert (view.certainty, view.state) == (Certainty.UNKNOWN, "")
        assert "the Python interpreter of this machine is not built yet" in view.note
        assert "it has no snapshot_state" in node.session.state("echo").note, "a core module does not wait for it"


def test_supervisors_are_those_that_were_recorded(interpreter: str, tmp_path: Path) -> None:
    from tests.unit.fragile import FRAGILE, child, tree
    from workbench.api import Strategy

    path = tmp_path / "tree"
    with workbench.connect("embedded:") as live:
        live.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        live.supervision.apply(tree("family", Strategy.ONE_FOR_ONE, child("a"), child("b")))
        live.actors.ask("a", "increment")
        expected = live.supervision.list()
        workbench.export_bundle(live, path)
    with workbench.connect(f"bundle:{path}") as node:
        assert [each.name for each in node.supervision.list()] == [each.name for each in expected]
        assert [each.name for each in node.supervision.get(expected[0].name).children] == ["a", "b"]
        assert node.actors.get("a").supervisor == expected[0].name
        with pytest.raises(NotFound, match="no supervisor 'x'"):
            node.supervision.get("x")


def test_closing_twice_is_closing(lived: tuple[Path, list[Picture]]) -> None:
    node = workbench.connect(f"bundle:{lived[0]}")
    node.close()
    node.close()
