"""What services held is shown at every recorded moment as the node showed it then, and nothing in it can be changed."""

from __future__ import annotations

import inspect
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from core_modules import PAYLOAD, TYPE, function, module, request
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions import forged

import workbench
from workbench import api
from workbench.api import (
    ActorId,
    Denied,
    Invalid,
    Node,
    RecordingLevel,
    SpawnOptions,
    Unavailable,
    WorkbenchError,
    parse_pattern,
)
from workbench.debug.bundle.reader import Bundle
from workbench.debug.session.sealed import READS
from workbench.debug.session.services import SessionServices

WORKER = """
from plexspaces import GenServer, channels, keyvalue, locks, process_groups, registry, tuplespace


class Worker(GenServer):
    def init(self, state):
        self.deliveries, self.locks = [], {}

    def handle_request(self, from_actor, message_type, payload):
        name = payload
        match message_type:
            case "put":
                keyvalue.put(name, "v" * len(name))
            case "count":
                keyvalue.increment("n" + name)
            case "forget":
                keyvalue.delete(name)
            case "lend":
                keyvalue.put(name, b"\\x00" + name.encode(), ttl_ms=3_600_000)
            case "write":
                tuplespace.write(("job", name, 1.5, None, b"\\x00"), ttl_ms=3_600_000)
            case "swap":
                tuplespace.compare_and_swap(("job", name, 1.5, None, b"\\x00"), ("done", name))
            case "take":
                tuplespace.take((str, name) if name in "ab" else ("job", *[tuplespace.ANY] * 4))
            case "lock":
                if name not in self.locks and (found := locks.try_acquire(name, lease_ms=3_600_000)):
                    self.locks[name] = found
            case "renew" if name in self.locks:
                self.locks[name] = locks.renew(self.locks[name], lease_ms=7_200_000)
            case "unlock" if name in self.locks:
                locks.release(self.locks.pop(name))
            case "send":
                channels.send_to_queue("q" + name, "job", name, delay_ms=3_600_000 if name == "c" else 0)
            case "receive":
                if found := channels.receive_from_queue("q" + name):
                    self.deliveries.append(found)
            case "ack" if self.deliveries:
                channels.ack(self.deliveries.pop())
            case "nack" if self.deliveries:
                channels.nack(self.deliveries.pop(0), requeue=name != "b")
            case "group":
                process_groups.create("g" + name)
            case "join":
                process_groups.create("g" + name)
                process_groups.join("g" + name, ["x", name])
            case "leave":
                if "g" + name in process_groups.groups():
                    process_groups.leave("g" + name)
            case "register":
                registry.register("r" + name, object_type="t", address=name, labels={"a": name})
            case "unregister":
                registry.unregister("r" + name)
            case "die":
                raise ValueError(name)
        return name
"""
GRANTS = ("keyvalue", "tuplespace", "channels", "locks", "process-groups", "registry")
TINY = module(
    request(f"(call $put {TYPE} {PAYLOAD})"),
    function("init", "(i64.const 0)", "(param i32 i32)"),
    imports='(import "plexspaces" "keyvalue_put" (func $put (param i32 i32 i32 i32) (result i64)))',
)
WORDS = (
    "put", "count", "forget", "lend", "write", "write", "swap", "take", "lock", "renew", "unlock", "send", "send",
    "receive", "receive", "ack", "nack", "group", "join", "leave", "register", "unregister",
)  # fmt: skip
FACETS = {
    "keyvalue": api.KeyValue, "tuplespace": api.TupleSpace, "locks": api.Locks, "registry": api.Registry,
    "process_groups": api.ProcessGroups, "channels": api.Channels, "blobs": api.Blobs,
}  # fmt: skip


def picture(found: Any) -> dict[str, object]:
    """Everything that can be seen of services."""
    queues = found.channels.queues()
    groups = found.process_groups.list()
    buckets = found.blobs.buckets()
    return {
        "keys": found.keyvalue.list(),
        "tuples": found.tuplespace.list(),
        "shapes": sorted(map(str, found.tuplespace.shapes())),
        "locks": found.locks.list(),
        "queues": queues,
        "messages": [found.channels.messages(queue.queue) for queue in queues],
        "groups": groups,
        "members": [found.process_groups.members(group.name) for group in groups],
        "registry": found.registry.discover(),
        "blobs": [found.blobs.list(bucket.name) for bucket in buckets],
    }


class Lived:
    """A session with what the node showed after each turn: moments by position, with their time."""

    def __init__(self, node: Node, seed: int, turns: int) -> None:
        self.node, self.moments = node, dict[int, tuple[float, dict[str, object]]]()
        chance = random.Random(seed)
        worker = node.modules.deploy(WORKER.encode(), file_name="worker.py", alias="worker", force=True)
        tiny = node.modules.deploy(TINY, file_name="tiny.wat", alias="tiny", force=True)
        node.actors.spawn(tiny.hash, options=SpawnOptions("tiny", "strict", ("keyvalue",)))
        for name in ("anna", "bert"):
            node.actors.spawn(worker.hash, options=SpawnOptions(name, "permissive", GRANTS))
            self.look()
        for turn in range(turns):
            who = chance.choice(("anna", "bert", "anna", "bert", "tiny"))
            word = "die" if turn == turns // 2 and who != "tiny" else chance.choice(WORDS)
            with suppress(WorkbenchError):
                node.actors.ask(who, word, chance.choice("abc"))
            if who != "tiny" and node.actors.get(who).state == "crashed":
                node.actors.restart(who)  # what a dead actor leaves behind is tidied up after its last turn is over
            self.look()
            if chance.random() < 0.3:
                self.outside(chance)

    def look(self) -> None:
        position = len(self.node.debugger.turns(limit=100_000))
        self.moments[position] = time.time(), picture(self.node)

    def outside(self, chance: random.Random) -> None:
        """Somebody who is no actor, between two turns."""
        node, name = self.node, chance.choice("abc")
        match chance.randrange(6):
            case 0:
                node.keyvalue.put(name, "from outside")
            case 1:
                node.tuplespace.write(("job", name, 1.5, None, b"\x00"))
            case 2:
                node.blobs.upload("bucket", name, name * chance.randrange(1, 9))
            case 3:
                node.channels.send(f"q{name}", "job", "x" * 10_000)
            case 4:
                found = node.channels.receive(f"q{name}")
                if found is not None and chance.random() < 0.5:
                    node.channels.ack(found.id)
            case 5:
                if any(queue.queue == f"q{name}" for queue in node.channels.queues()):
                    node.channels.purge_queue(f"q{name}")


@pytest.fixture(scope="module")
def lived(interpreter: str) -> Iterator[Lived]:
    with workbench.connect("embedded:") as node:
        yield Lived(node, seed=7, turns=120)


@pytest.fixture(scope="module")
def path(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("services") / "lived.plexbundle"
    info = workbench.export_bundle(lived.node, found)
    assert info.held and info.changes > 100 and info.rows > 5 and not info.problems
    return found


@pytest.fixture(scope="module")
def session(path: Path) -> Iterator[SessionServices]:
    with Bundle(path) as bundle:
        found = SessionServices(bundle)
        yield found
        found.close()


def check(session: SessionServices, lived: Lived, position: int) -> None:
    now, live = lived.moments[position]
    shown = picture(session.at(position, now))
    for what, was in live.items():
        assert shown[what] == was, (position, what)
    assert session.notes(position) == ()


def test_every_moment_is_what_the_node_showed_then_going_forward_and_back(
    session: SessionServices, lived: Lived
) -> None:
    positions = sorted(lived.moments)
    assert len(positions) > 100
    for position in (*positions, *reversed(positions)):
        check(session, lived, position)
    together = [live for _, live in lived.moments.values()]
    for what in together[0]:
        assert len({str(each[what]) for each in together}) > 2, f"{what} hardly changed"


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_moment_is_the_same_from_wherever_one_comes(
    session: SessionServices, lived: Lived, data: st.DataObject
) -> None:
    for position in data.draw(st.lists(st.sampled_from(sorted(lived.moments)), max_size=6)):
        check(session, lived, position)


def test_before_the_first_turn_there_was_nothing(session: SessionServices) -> None:
    assert not any(picture(session.at(0, 1.0)).values())


def arguments(function: Callable[..., Any]) -> tuple[list[Any], dict[str, Any]]:
    """Something for each parameter that has no default."""
    known = {
        "pattern": parse_pattern('("job", ?, ?, ?, ?)'), "fields": ("x",), "expected": ("x",), "replacement": ("y",),
        "number": 1, "version": 1, "offset": 0, "length": 1, "labels": {}, "actor": ActorId("anna"),
    }  # fmt: skip
    by_place: list[Any] = []
    by_name: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "self" and parameter.default is parameter.empty:
            value = known.get(name, "a")
            if parameter.kind is parameter.KEYWORD_ONLY:
                by_name[name] = value
            else:
                by_place.append(value)
    return by_place, by_name


@pytest.mark.parametrize("facet", FACETS)
def test_every_method_that_changes_something_is_refused(
    session: SessionServices, lived: Lived, path: Path, facet: str
) -> None:
    views = session.at(50, lived.moments[50][0])
    methods = {name: each for name, each in vars(FACETS[facet]).items() if not name.startswith("_")}
    assert set(READS[FACETS[facet]]) <= set(methods)
    for name, method in methods.items():
        by_place, by_name = arguments(method)
        if name not in READS[FACETS[facet]]:
            with pytest.raises(Denied, match=f"{name} was refused: {path.name} is a recorded session"):
                getattr(getattr(views, facet), name)(*by_place, **by_name)
    check(session, lived, 50)


@pytest.mark.parametrize("facet", FACETS)
def test_what_may_be_asked_changes_nothing_of_a_node_that_runs(lived: Lived, facet: str) -> None:
    """Or it would have to be refused."""

    def held() -> object:
        return [(piece.number, piece.table, piece.rows) for piece in lived.node.debugger.holdings()]

    before = held()
    for name in READS[FACETS[facet]]:
        by_place, by_name = arguments(vars(FACETS[facet])[name])
        if name == "near_misses":
            by_place = [parse_pattern('("nothing", "like", "it")')]
        with suppress(api.NotFound, Invalid):
            getattr(getattr(lived.node, facet), name)(*by_place, **by_name)
    assert held() == before


def test_the_content_of_a_blob_is_not_there_and_that_is_said(session: SessionServices, lived: Lived) -> None:
    views = session.at(max(lived.moments), time.time())
    (bucket,) = views.blobs.buckets()
    info = views.blobs.list(bucket.name)[0]
    assert info.hash and info.size
    with pytest.raises(Unavailable, match="what a blob contains is not recorded in a session"):
        views.blobs.download(bucket.name, info.key)


def test_time_stands_still(interpreter: str, tmp_path: Path) -> None:
    """A lease of a moment is held as long as one looks, and is over an hour later."""
    with workbench.connect("embedded:") as node:
        Lived(node, seed=1, turns=3)
        node.actors.ask("anna", "lock", "z")
        node.actors.ask("anna", "lend", "z")
        now = time.time()
        workbench.export_bundle(node, tmp_path / "x")
    with Bundle(tmp_path / "x") as bundle:
        session = SessionServices(bundle)
        views = session.at(bundle.turns_total, now)
        assert views.locks.get("z") is not None and views.keyvalue.get("z") is not None
        views = session.at(bundle.turns_total, now + 4_000)
        assert views.locks.get("z") is None and views.keyvalue.get("z") is None
        session.close()
        session.close()
        with pytest.raises(Unavailable, match="x is closed"):
            session.at(0, now)


def test_changes_that_were_not_recorded_are_said_for_the_moments_before_them(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect("embedded:") as node:
        Lived(node, seed=1, turns=3)
        node.keyvalue.put("a", "1")
        node.actors.ask("anna", "put", "b")
        first = len(node.debugger.turns())
        node.debugger.set_level(None, RecordingLevel.MESSAGES)
        node.keyvalue.put("a", "lost")
        node.debugger.set_level(None, None)
        node.actors.ask("anna", "put", "bb")
        now = time.time()
        workbench.export_bundle(node, tmp_path / "x")
    with Bundle(tmp_path / "x") as bundle:
        session = SessionServices(bundle)
        (note,) = session.notes(first)
        assert note.startswith("1 change or more of what services held is not recorded, made after ")
        assert session.notes(bundle.turns_total) == ()
        assert session.at(bundle.turns_total, now).keyvalue.get("a") == "lost"
        session.close()


def test_what_a_node_recorded_before_it_was_started_again_is_shown_without_a_gap(
    interpreter: str, tmp_path: Path
) -> None:
    with workbench.connect(f"embedded:{tmp_path / 'w'}") as node:
        lived = Lived(node, seed=3, turns=25)
    with workbench.connect(f"embedded:{tmp_path / 'w'}") as node:
        node.keyvalue.put("later", "x")
        workbench.export_bundle(node, tmp_path / "x")
    with Bundle(tmp_path / "x") as bundle:
        session = SessionServices(bundle)
        for position in lived.moments:
            check(session, lived, position)
        session.close()


def test_a_row_from_a_stranger_is_checked_and_a_bad_one_is_left_out(path: Path, tmp_path: Path) -> None:
    bad = [
        '["default","default","k",{"b64":"!"},1,1.0,null,""]', '["other","default","k","v",1,1.0,null,""]',
        '["default","default","k","v",1,-1.0,null,""]', '["default","default","k"]', "{}", "7", "not json",
        '["default","default",["k"],"v",1,1.0,null,""]', '["default","default","k",5,1,1.0,null,""]',
        '["default","default","k","v",true,1.0,null,""]', '["default","default","k","v",1,1e999,null,""]',
        '["default","default","' + "k" * 5_000 + '","v",1,1.0,null,""]',
    ]  # fmt: skip

    def change(entries: dict[str, bytes]) -> None:
        entries["services/keyvalue.jsonl"] = "\n".join([*bad, '["default","default","ok","v",1,1.0,null,""]']).encode()
        entries["services/tuples.jsonl"] = b'[1,"default","default","{\\"no\\": 1}",1.0,null,""]\n'
        lines = entries["changes/0001.jsonl"].splitlines()
        last = json.loads(lines[-1])
        lines[-1] = json.dumps({**last, "table": "modules"}).encode()
        lines[0] = b'{"turns":0,"number":1,"time":1.0,"table":"locks","after":["no"]}'
        entries["changes/0001.jsonl"] = b"\n".join(lines)

    with Bundle(forged(path, tmp_path / "x", change)) as bundle:
        session = SessionServices(bundle)
        end = session.at(bundle.turns_total + 1, 2.0)
        assert [entry.key for entry in end.keyvalue.list()] == ["ok"] and not end.tuplespace.list()
        session.at(0, 2.0)
        said = [problem for problem in bundle.problems if problem.startswith("services/keyvalue.jsonl line ")]
        assert len(said) == len(bad)
        assert any(
            problem.startswith("changes/0001.jsonl line 1: a row of locks has 8 values") for problem in bundle.problems
        )
        assert "some of what services held is damaged in the file, and left out" in session.notes(0)
        session.close()


def test_a_bundle_without_services_opens_and_says_so(path: Path, tmp_path: Path) -> None:
    def old(entries: dict[str, bytes]) -> None:
        for name in tuple(entries):
            if name.startswith(("services/", "changes/")):
                del entries[name]

    with Bundle(forged(path, tmp_path / "x", old, services=None)) as bundle:
        session = SessionServices(bundle)
        assert session.notes(3) == ("what services held was not recorded in it",) == bundle.notes
        assert not any(picture(session.at(3, 1.0)).values())
        session.close()
