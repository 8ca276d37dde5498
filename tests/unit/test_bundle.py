"""A recorded session goes into a file and is lived through again from the file alone, in another workspace."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sessions import CLERK, GRANTS, TINY, asked, contents, forged, record

import workbench
from workbench.api import Node, RecordingLevel, SpawnOptions
from workbench.api.bundles import ActorReplay, BundleReplay
from workbench.api.errors import Conflict, Invalid, NotFound
from workbench.api.modules import CancelToken
from workbench.api.replay import Severity
from workbench.api.turn_text import from_line, to_line
from workbench.config import load
from workbench.data import directory
from workbench.debug.bundle.export import Wanted, export
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.replay import MOST, TOGETHER, bounded, replay
from workbench.debug.session.services import SessionServices
from workbench.machine import Machine
from workbench.node import LocalNode


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        record(found)
        yield found


@pytest.fixture(scope="module")
def session(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("session") / "shop.plexbundle"
    workbench.export_bundle(node, path)
    return path


def test_every_turn_is_equal_in_another_workspace_with_its_fuel(session: Path) -> None:
    found = workbench.replay_bundle(session)
    assert found.held and not found.notes
    assert {each.actor.name: (each.turns, each.replayed, each.equal) for each in found.actors} == {
        "anna": (7, 7, 7), "bert": (9, 9, 9), "door": (6, 6, 6), "echo": (3, 3, 3),
    }  # fmt: skip
    assert all(each.fuel_compared >= each.turns - 1 and not each.notes for each in found.actors)


def test_what_is_in_it_is_told(session: Path, interpreter: str) -> None:
    info = workbench.verify_bundle(session)
    assert (info.problems, info.notes, info.turns, info.format) == ((), (), 25, 1)
    assert {module.file_name: len(module.interpreters) for module in info.modules if module.included} == {
        "clerk.py": 1, "door.py": 1, "echo.wat": 0,
    }  # fmt: skip
    assert (info.interpreters, info.included) == ((interpreter,), ())
    assert all(actor.born and actor.first_seq == 1 for actor in info.actors)
    assert {actor.actor.name: actor.state for actor in info.actors}["bert"] == "idle"


def test_the_turns_are_those_of_the_node(node: Node, session: Path) -> None:
    with Bundle(session) as bundle:
        assert list(map(to_line, bundle.turns())) == list(map(to_line, node.actors.turns(limit=1_000)))
        assert to_line(bundle.turn(bundle.recorded[0], 3)) == to_line(node.actors.turns("anna", limit=100)[2])
        assert [info.id.name for info in bundle.actors] == ["anna", "bert", "door", "echo"]
        with pytest.raises(NotFound, match="no turn 99 of anna"):
            bundle.turn(bundle.recorded[0], 99)


def test_the_same_session_gives_the_same_bytes_over_grpc_too(node: Node, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    export(node, one, Wanted(), created=1.0)
    with workbench.serve(node):
        at = workbench.endpoint(node.info().workspace)
        assert at is not None
        with workbench.connect(f"grpc://{at.address}", token=at.token) as remote:
            export(remote, two, Wanted(), created=1.0)
    mine, its = contents(one), contents(two)
    for volatile in ("actors.json",):  # rates of the last second
        del mine[volatile], its[volatile]
    assert mine == its
    export(node, two, Wanted(("echo",)), created=1.0)
    export(node, one, Wanted(("echo",)), created=1.0)
    assert one.read_bytes() == two.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_some_actors_alone_are_exported(node: Node, tmp_path: Path) -> None:
    info = workbench.export_bundle(node, tmp_path / "some", actors=["bert", "echo"])
    assert [actor.actor.name for actor in info.actors] == ["bert", "echo"]
    assert info.turns == 12 and workbench.replay_bundle(tmp_path / "some").held
    with pytest.raises(NotFound, match="no actor 'nobody'"):
        workbench.export_bundle(node, tmp_path / "none", actors=["nobody"])
    assert [path.name for path in tmp_path.iterdir()] == ["some"]


def test_from_a_time_on_an_actor_begins_with_its_birth_and_the_state_before(node: Node, tmp_path: Path) -> None:
    turns = node.actors.turns("door", limit=100)
    assert [turn.operation for turn in turns] == ["init", "message", "message", "snapshot-state", "message", "message"]
    workbench.export_bundle(node, tmp_path / "late", actors=["door"], since=turns[-1].started)
    with Bundle(tmp_path / "late") as bundle:
        assert [turn.seq for turn in bundle.turns()] == [1, 4, 5, 6]
    (found,) = workbench.replay_bundle(tmp_path / "late").actors
    assert (found.turns, found.replayed, found.equal, found.fuel_compared, found.problem) == (4, 3, 3, 1, "")
    assert found.notes == ("1 turn: replayed from the state that it gave",)


def test_up_to_a_time_turns_that_began_later_are_left_out(node: Node, tmp_path: Path) -> None:
    turns = node.actors.turns("door", limit=100)
    workbench.export_bundle(node, tmp_path / "some", actors=["door"], until=turns[2].started)
    with Bundle(tmp_path / "some") as bundle:
        assert [turn.seq for turn in bundle.turns()] == [1, 2, 3]
    assert workbench.replay_bundle(tmp_path / "some").held
    between = workbench.export_bundle(
        node, tmp_path / "some", actors=["door"], since=turns[4].started, until=turns[4].started
    )
    assert between.turns == 3  # with its birth, and the state that it gave
    with pytest.raises(NotFound, match=r"no turn of door up to 1970-01-01 .* is recorded"):
        workbench.export_bundle(node, tmp_path / "none", actors=["door"], until=1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["some"]


def test_a_later_time_leaves_out_who_did_nothing(node: Node, tmp_path: Path) -> None:
    info = workbench.export_bundle(node, tmp_path / "later", since=node.actors.turns("door", limit=1)[0].started)
    assert {actor.actor.name: actor.turns for actor in info.actors if actor.turns} == {"door": 4}


def test_nothing_of_a_replay_reaches_a_node(session: Path, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert workbench.replay_bundle(session).held
        assert not node.keyvalue.keys() and not node.actors.turns() and not node.modules.list()


@pytest.mark.parametrize(
    ("find", "put", "what"),
    [
        (b'"reply":"3"', b'"reply":"4"', "reply"),
        (b'["keyvalue","increment"', b'["keyvalue","decrement"', "host call 2"),
        (b'"outcome":"rejected"', b'"outcome":"reply"', "outcome"),
    ],
)
def test_a_turn_that_was_changed_diverges(session: Path, tmp_path: Path, find: bytes, put: bytes, what: str) -> None:
    def change(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        assert find in data
        entries["turns/0001.jsonl"] = data.replace(find, put, 1)

    path = forged(session, tmp_path / "changed", change)
    assert not workbench.verify_bundle(path).problems
    found = workbench.replay_bundle(path)
    (differs,) = [each.divergence for each in found.actors if each.divergence]
    assert not found.held and (differs.what, differs.severity) == (what, Severity.BEHAVIOR)
    assert differs.recorded != differs.now


def test_other_code_and_other_fuel_are_told_apart(session: Path, tmp_path: Path) -> None:
    def cheaper(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines()
        found = next(at for at, line in enumerate(lines) if b'"door"],"seq":2' in line)
        turn = from_line(lines[found].decode())
        less = replace(turn, figures=replace(turn.figures, fuel=1))
        lines[found] = to_line(less).encode()
        entries["turns/0001.jsonl"] = b"\n".join(lines) + b"\n"

    found = replayed(forged(session, tmp_path / "cheaper", cheaper), "door")
    assert found.divergence is not None and found.divergence.severity is Severity.COST
    assert (found.replayed, found.equal) == (6, 5)
    older = workbench.replay_bundle(forged(session, tmp_path / "older", cheaper, wasmtime="49.0.0"))
    assert older.held and "recorded with wasmtime 49.0.0" in older.notes[0]
    assert not any(each.fuel_compared for each in older.actors)


def replayed(path: Path, actor: str) -> ActorReplay:
    return next(each for each in workbench.replay_bundle(path).actors if each.actor.name == actor)


def test_bytecode_that_is_not_of_its_source_is_refused(session: Path, tmp_path: Path) -> None:
    """Or a reader would see one actor and replay another."""

    def swap(entries: dict[str, bytes]) -> None:
        one, two = sorted(name for name in entries if name.startswith("bytecode/"))
        entries[one], entries[two] = entries[two], entries[one]

    found = replayed(forged(session, tmp_path / "swapped", swap), "door")
    assert "the bytecode of door.py in the bundle is not what its source is compiled to" in found.problem


def test_a_module_that_is_missing_is_named_and_the_others_are_replayed(session: Path, tmp_path: Path) -> None:
    with Bundle(session) as bundle:
        gone = next(info.hash for info in bundle.modules if info.file_name == "clerk.py")

    def remove(entries: dict[str, bytes]) -> None:
        del entries[f"modules/{gone}"]

    path = forged(session, tmp_path / "without", remove)
    said = f"modules/{gone} is missing (clerk.py, which "
    problems = [problem for problem in workbench.verify_bundle(path).problems if gone in problem]
    assert len(problems) == 1 and problems[0].startswith(said) and "anna" in problems[0]
    found = {each.actor.name: each for each in workbench.replay_bundle(path).actors}
    assert gone in found["anna"].problem and not found["door"].problem and found["door"].equal == 6


def test_turns_after_a_hole_are_left_out_until_the_next_birth(session: Path, tmp_path: Path) -> None:
    def hole(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        entries["turns/0001.jsonl"] = b"".join(line for line in lines if b'"bert"],"seq":3,' not in line)

    found = replayed(forged(session, tmp_path / "hole", hole), "bert")
    assert (found.turns, found.replayed, found.equal, found.divergence, found.problem) == (8, 4, 4, None, "")
    assert found.notes[0].startswith("4 turns: not replayed, because what came before is not recorded")


SNEAKY = """
from plexspaces import GenServer, keyvalue


class Sneaky(GenServer):
    def init(self, state):
        if state == "awake":
            keyvalue.put("stolen", "yes")
        self.state = state

    def snapshot_state(self):
        return "awake"

    def handle_request(self, from_actor, message_type, payload):
        return self.state
"""


def test_taking_up_a_state_calls_no_service_either(interpreter: str, tmp_path: Path) -> None:
    """Its `init` asks for what its recorded birth did not: there is no answer, and it is not taken up."""
    with workbench.connect("embedded:") as node:
        sneaky = node.modules.deploy(SNEAKY.encode(), file_name="sneaky.py")
        node.actors.spawn(sneaky.hash, options=SpawnOptions("sneaky", "strict", GRANTS))
        for _ in range(2):
            asked(node, "sneaky", "x", "")
            node.actors.snapshot("sneaky")
        workbench.export_bundle(node, tmp_path / "x", since=node.actors.turns("sneaky", limit=1)[0].started)
    with Bundle(tmp_path / "x") as bundle:
        assert [turn.seq for turn in bundle.turns()] == [1, 5]
    machine = Machine(None, load())
    try:
        with Bundle(tmp_path / "x") as bundle:
            arguments = machine.around, machine.library, machine.interpreter, bundle
            (found,) = machine.scheduler.call(lambda: replay(*arguments), 60.0).actors
        assert (found.turns, found.replayed, found.equal, found.divergence) == (2, 1, 1, None)
        assert found.notes[0].startswith("1 turn: not replayed, because what came before")
        assert not LocalNode(machine).keyvalue.keys()
    finally:
        machine.close()


def test_an_actor_without_a_birth_is_no_success(session: Path, tmp_path: Path) -> None:
    def unborn(entries: dict[str, bytes]) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        entries["turns/0001.jsonl"] = b"".join(line for line in lines if b'"echo"],"seq":1,' not in line)

    found = workbench.replay_bundle(forged(session, tmp_path / "unborn", unborn))
    assert not found.held
    assert "no birth of it is recorded" in next(each.problem for each in found.actors if each.actor.name == "echo")
    assert not BundleReplay(()).held


def test_more_actors_than_live_side_by_side_are_replayed(interpreter: str, tmp_path: Path) -> None:
    """Their turns lie among each other, and in several files."""
    names = [f"tiny-{number:03}" for number in range(TOGETHER * 2 + 5)]
    with workbench.connect("embedded:") as node:
        tiny = node.modules.deploy(TINY, file_name="echo.wat")
        for name in names:
            node.actors.spawn(tiny.hash, options=SpawnOptions(name, "strict"))
        for word in ("one", "two" * 3_000):
            for name in names:
                asked(node, name, "say", word)
        workbench.export_bundle(node, tmp_path / "x")
    with Bundle(tmp_path / "x") as bundle:
        assert sum(entry.name.startswith("turns/") for entry in bundle.entries()) > 1
    found = workbench.replay_bundle(tmp_path / "x")
    assert found.held and [each.actor.name for each in found.actors] == names
    assert all((each.equal, each.fuel_compared) == (3, 3) for each in found.actors)


def test_limits_of_a_recording_are_bounded(session: Path, tmp_path: Path) -> None:
    """A spinning actor whose recording gives it a day ends all the same."""

    def spin(entries: dict[str, bytes]) -> None:
        data = entries["turns/0001.jsonl"]
        entries["turns/0001.jsonl"] = data.replace(
            b'"fuel":50000000,"time_ms":250', b'"fuel":50000000,"time_ms":86400000'
        )

    assert workbench.replay_bundle(forged(session, tmp_path / "long", spin), actors=["anna"]).held
    with Bundle(tmp_path / "long") as bundle:
        births = [bounded(turn).birth for turn in bundle.turns() if turn.birth is not None]
    assert all(birth.limits.time_ms <= MOST.time_ms for birth in births if birth is not None)


def test_an_export_that_is_cancelled_or_refused_leaves_nothing(node: Node, tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Conflict, match="cancelled"):
        workbench.export_bundle(node, tmp_path / "x", cancel=cancel)
    with pytest.raises(Invalid, match="cannot be written: no such file or directory"):
        workbench.export_bundle(node, tmp_path / "none" / "x")
    with pytest.raises(Conflict, match="cancelled"):
        workbench.export_bundle(node, tmp_path / "y")
        workbench.replay_bundle(tmp_path / "y", cancel=cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["y"]


def test_a_full_disk_is_named_and_the_old_file_stays(node: Node, small_disk: Path) -> None:
    target = small_disk / "shop.plexbundle"
    target.write_text("old", encoding="utf-8")
    (small_disk / "filler").write_bytes(os.urandom((2 << 20) - 8192))
    with pytest.raises(workbench.api.Exhausted, match="no space left on device; nothing was changed"):
        workbench.export_bundle(node, target)
    assert target.read_text(encoding="utf-8") == "old" and len(list(small_disk.iterdir())) == 2


def test_a_bundle_with_its_interpreter_replays_exactly_where_there_is_another(interpreter: str, tmp_path: Path) -> None:
    """The other build is the same one with one more section: another hash, and another module to the engine."""
    config = replace(load(), cache=tmp_path / "cache")
    ours = load().cache
    folder = config.cache / "interpreters"
    shutil.copytree(ours / "interpreters", folder)
    (pointer,) = [path for path in folder.glob("current-*") if path.read_text(encoding="ascii") == interpreter]
    shutil.copytree(ours / "compiled", config.cache / "compiled", ignore=lambda _, names: {
        name for name in names if not name.startswith(interpreter)})  # fmt: skip
    data = (folder / f"{interpreter}.wasm").read_bytes() + b"\x00\x05\x04more"
    other = hashlib.sha256(data).hexdigest()
    (folder / f"{other}.wasm").write_bytes(data)
    pointer.write_text(other, encoding="ascii")
    machine = Machine(None, config)
    try:
        node = LocalNode(machine)
        clerk = node.modules.deploy(CLERK.encode(), file_name="clerk.py")
        node.actors.spawn(clerk.hash, "5", options=SpawnOptions("anna", "strict", GRANTS))
        asked(node, "anna", "add", "3")
        workbench.export_bundle(node, tmp_path / "with", with_interpreter=True)
        workbench.export_bundle(node, tmp_path / "without")
    finally:
        machine.close()
    assert workbench.show_bundle(tmp_path / "with").included == (other,)
    assert not workbench.verify_bundle(tmp_path / "with").problems
    (found,) = workbench.replay_bundle(tmp_path / "with").actors
    assert (found.equal, found.fuel_compared) == (2, 2)
    other_way = workbench.replay_bundle(tmp_path / "without")
    assert other_way.held and other_way.actors[0].fuel_compared == 0
    assert f"the interpreter {other[:12]} that was recorded is not in the bundle" in other_way.notes[0]


def test_a_newer_bundle_opens_as_far_as_it_is_understood(session: Path, tmp_path: Path) -> None:
    def add(entries: dict[str, bytes]) -> None:
        entries["holograms.bin"] = b"new"
        entries["turns/0001.jsonl"] = entries["turns/0001.jsonl"].replace(b'{"actor"', b'{"mood":"good","actor"', 1)
        info = json.loads(entries["actors.json"])
        info[0]["mood"] = "good"
        entries["actors.json"] = json.dumps(info).encode() + b"\n"

    path = forged(session, tmp_path / "newer", add, format=2)
    info = workbench.show_bundle(path)
    assert "a newer program" in info.notes[0] and not info.problems
    assert [entry.name for entry in info.entries if not entry.known] == ["holograms.bin"]
    assert info.actors and workbench.replay_bundle(path).held


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_durable_actor_that_was_brought_back_replays_equal(
    interpreter: str, tmp_path: Path, checkpoint: bool
) -> None:
    assert interpreter
    source = (directory("resources") / "actors" / "durability_actor.py").read_bytes()
    with workbench.connect("embedded:") as own:
        module = own.modules.deploy(source, file_name="durable.py").hash
        own.actors.spawn(module, "5", options=SpawnOptions("d", "strict", ("durability",), durable=True))
        for message in ("increment", *(["checkpoint"] if checkpoint else []), "increment"):
            own.actors.ask("d", message)
        own.actors.kill("d")
        own.actors.restart("d")
        assert own.actors.ask("d", "increment").payload == "8"
        workbench.export_bundle(own, tmp_path / "s.plexbundle")
    found = replayed(tmp_path / "s.plexbundle", "d")
    assert (found.divergence, found.problem, found.uncertain) == (None, "", 0)
    assert found.equal == found.turns


def test_it_is_made_of_what_is_on_disk_however_little_memory_keeps(tmp_path: Path) -> None:
    with LocalNode(Machine(None, replace(load(), kept_turns=3))) as node:
        tiny = node.modules.deploy(TINY, file_name="echo.wat")
        node.actors.spawn(tiny.hash, options=SpawnOptions("echo", "strict"))
        for number in range(50):
            asked(node, "echo", "say", str(number))
        assert len(node.actors.turns("echo", limit=100)) == 3
        assert workbench.export_bundle(node, tmp_path / "x").turns == 51
    assert workbench.replay_bundle(tmp_path / "x").held


def test_an_actor_that_is_not_recorded_is_not_in_it_and_that_is_said(tmp_path: Path) -> None:
    with workbench.connect("embedded:") as node:
        tiny = node.modules.deploy(TINY, file_name="echo.wat")
        node.debugger.set_level("quiet", RecordingLevel.OFF)
        for name in ("loud", "quiet"):
            node.actors.spawn(tiny.hash, options=SpawnOptions(name, "strict"))
            asked(node, name, "say", "x")
        info = workbench.export_bundle(node, tmp_path / "x")
        assert [actor.actor.name for actor in info.actors] == ["loud"]
        assert info.notes == ("1 actor not in it, because no turn of them is recorded: quiet",)
        command = "workbench debug record --level full"
        with pytest.raises(NotFound, match=f"no turn of 'quiet' is recorded; turn recording on with: {command}"):
            workbench.export_bundle(node, tmp_path / "y", actors=["quiet"])
        node.debugger.clear()
        with pytest.raises(NotFound, match=f"nothing is recorded of this tenant and namespace yet; .*: {command}"):
            workbench.export_bundle(node, tmp_path / "y")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_on_a_lower_level_turns_are_in_it_without_what_services_held(tmp_path: Path) -> None:
    with workbench.connect("embedded:", record="messages") as node:
        tiny = node.modules.deploy(TINY, file_name="echo.wat")
        node.actors.spawn(tiny.hash, options=SpawnOptions("echo", "strict"))
        node.keyvalue.put("k", "v")
        info = workbench.export_bundle(node, tmp_path / "x")
    assert (info.held, info.changes, info.turns) == (False, 0, 1)
    assert info.notes == ("what services held is not in it: it is recorded on the level full alone",)


def test_from_a_time_on_services_are_known_from_then_on(tmp_path: Path) -> None:
    with workbench.connect("embedded:") as node:
        tiny = node.modules.deploy(TINY, file_name="echo.wat")
        node.actors.spawn(tiny.hash, options=SpawnOptions("echo", "strict"))
        node.keyvalue.put("k", "early")
        asked(node, "echo", "say", "1")
        since = time.time()
        node.keyvalue.put("k", "late")
        asked(node, "echo", "say", "2")
        asked(node, "echo", "say", "3")
        workbench.export_bundle(node, tmp_path / "x", since=since)
    with Bundle(tmp_path / "x") as bundle:
        session = SessionServices(bundle)
        assert len(bundle.history) == 1 and bundle.turns_total == 4
        assert session.at(4, since).keyvalue.get("k") == "late" and session.notes(4) == ()
        assert session.at(2, since).keyvalue.get("k") == "early" and session.notes(2) == ()
        (note,) = session.notes(1)
        assert note == "what services held before the time from which the bundle was exported is not in it"
        session.close()
