"""Links, monitors and timers: who is told what when an actor ends, exactly once."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import ActorId, Envelope, Exhausted, Kind, Node, SpawnOptions, WorkbenchError
from workbench.runtime import bonds as module
from workbench.runtime.bonds import DOWN, EXIT, Bonds
from workbench.runtime.mailbox import Letter, Mailbox

WATCHER = """
import json

from plexspaces import GenServer, messaging


class Watcher(GenServer):
    def init(self, state):
        self.heard = []

    def handle_request(self, from_actor, message_type, payload):
        if message_type in ("DOWN", "EXIT", "tick"):
            self.heard.append([message_type, from_actor, payload])
        elif message_type == "heard":
            return json.dumps(self.heard)
        elif message_type == "bear":
            how = json.loads(payload)
            return messaging.spawn("odd", how.get("state", ""), name=how["name"], link=how.get("link", False),
                                   monitor=how.get("monitor", False))
        elif message_type == "later":
            return str(messaging.send_after(int(payload), "tick"))
        elif message_type == "cancel":
            return str(messaging.cancel_timer(int(payload)))
        elif message_type == "die":
            raise ValueError("on purpose")
        else:
            getattr(messaging, message_type)(payload)
        return ""
"""


@pytest.fixture
def watcher(node: Node) -> Iterator[str]:
    node.modules.deploy(WATCHER.encode(), file_name="watcher.py", alias="watcher")
    yield node.actors.spawn("watcher", options=SpawnOptions(name="watcher", grants=("spawn",))).id.name
    for actor in node.actors.list():
        node.actors.stop(actor.id)


def heard(node: Node, who: str = "watcher") -> list[tuple[str, str, str]]:
    """(message type, sender, reason) of what it was told, in order."""
    found = json.loads(node.actors.ask(who, "heard").payload)
    for kind, sender, payload in found:
        assert kind in (DOWN, EXIT) and json.loads(payload)["actor"] == sender
    return [(kind, sender, json.loads(payload)["reason"]) for kind, sender, payload in found]


def test_a_monitor_is_told_of_a_crash_with_its_cause(node: Node, watcher: str, odd: str) -> None:
    node.actors.ask(watcher, "monitor", odd)
    assert node.actors.get(watcher).monitors == (odd,)
    with pytest.raises(WorkbenchError):
        node.actors.ask(odd, "raising", "broken")
    assert heard(node) == [(DOWN, f"{odd}@local", "ValueError: broken")]
    assert node.actors.get(watcher).monitors == ()


def test_a_monitor_is_told_of_a_stop_and_of_a_kill(node: Node, watcher: str) -> None:
    for name in ("stopped", "killed"):
        node.actors.spawn("odd", options=SpawnOptions(name=name))
        node.actors.ask(watcher, "monitor", name)
    node.actors.stop("stopped")
    node.actors.kill("killed")
    assert heard(node) == [(DOWN, "stopped@local", "it was stopped"), (DOWN, "killed@local", "it was killed")]


def test_monitoring_twice_tells_once_and_what_was_taken_back_tells_nothing(node: Node, watcher: str, odd: str) -> None:
    node.actors.spawn("odd", options=SpawnOptions(name="other"))
    for name in (odd, odd, "other"):
        node.actors.ask(watcher, "monitor", name)
    node.actors.ask(watcher, "demonitor", "other")
    node.actors.ask(watcher, "demonitor", "other")
    for name in (odd, "other"):
        node.actors.stop(name)
    assert heard(node) == [(DOWN, f"{odd}@local", "it was stopped")]


def test_of_an_actor_that_has_ended_down_comes_at_once(node: Node, watcher: str, odd: str) -> None:
    node.actors.kill(odd)
    node.actors.ask(watcher, "monitor", odd)
    node.actors.ask(watcher, "monitor", "nobody")
    assert heard(node) == [
        (DOWN, f"{odd}@local", "it was killed"),
        (DOWN, "nobody@local", "there is no such actor"),
    ]


def test_a_link_tells_both_ways_of_an_abnormal_end_alone(node: Node, watcher: str) -> None:
    for name in ("crashes", "stops"):
        node.actors.spawn("odd", options=SpawnOptions(name=name))
        node.actors.ask(watcher, "link", name)
    assert node.actors.get("crashes").links == (watcher,)
    node.actors.stop("stops")
    with pytest.raises(WorkbenchError):
        node.actors.ask("crashes", "raising", "broken")
    assert heard(node) == [(EXIT, "crashes@local", "ValueError: broken")]
    node.actors.restart("crashes")
    assert node.actors.get("crashes").links == ()


def test_the_other_side_of_a_link_is_told_too(node: Node, watcher: str) -> None:
    node.actors.spawn("watcher", options=SpawnOptions(name="second"))
    node.actors.ask(watcher, "link", "second")
    with pytest.raises(WorkbenchError):
        node.actors.ask(watcher, "die")
    assert heard(node, "second") == [(EXIT, f"{watcher}@local", "ValueError: on purpose")]


def test_a_link_to_nobody_is_an_error_and_to_the_dead_tells_at_once(node: Node, watcher: str, odd: str) -> None:
    node.actors.kill(odd)
    node.actors.ask(watcher, "link", odd)
    assert heard(node) == [(EXIT, f"{odd}@local", "it was killed")]
    with pytest.raises(WorkbenchError, match="no actor 'nobody'"):
        node.actors.ask(watcher, "link", "nobody")


def test_a_child_is_linked_and_monitored_from_its_birth(node: Node, watcher: str) -> None:
    node.actors.ask(watcher, "bear", json.dumps({"name": "child", "link": True, "monitor": True}))
    node.actors.kill("child")
    assert heard(node) == [(DOWN, "child@local", "it was killed"), (EXIT, "child@local", "it was killed")]


def test_the_systems_messages_find_room_in_a_full_mailbox() -> None:
    mailbox = Mailbox(1)
    mailbox.put(Letter(Envelope("1", Kind.CAST, "x", "")), "full")
    with pytest.raises(Exhausted):
        mailbox.put(Letter(Envelope("2", Kind.CAST, "x", "")), "full")
    mailbox.put(Letter(Envelope("3", Kind.INFO, DOWN, "")), "full", of_system=True)
    assert len(mailbox) == 2


def test_a_timer_ends_with_its_actor_and_can_be_taken_back_once(node: Node, watcher: str) -> None:
    number = node.actors.ask(watcher, "later", "60000").payload
    assert node.actors.ask(watcher, "cancel", number).payload == "True"
    assert node.actors.ask(watcher, "cancel", number).payload == "False"
    node.actors.ask(watcher, "later", "60000")
    with pytest.raises(WorkbenchError):
        node.actors.ask(watcher, "die")
    node.actors.restart(watcher)
    assert node.actors.ask(watcher, "cancel", number).payload == "False"


NAMES = st.sampled_from([ActorId(letter) for letter in string.ascii_lowercase[:5]])
STEPS = st.lists(st.tuples(st.sampled_from(["link", "unlink", "monitor", "demonitor", "stop", "crash"]), NAMES, NAMES))


@given(STEPS)
def test_any_history_tells_what_a_plain_model_tells(steps: list[tuple[str, ActorId, ActorId]]) -> None:
    told: list[tuple[str, str, str]] = []
    bonds = Bonds(lambda who, kind, about, _: told.append((who.name, kind, about.name)), address=str)
    links: set[frozenset[ActorId]] = set()
    monitors: set[tuple[ActorId, ActorId]] = set()
    for step, one, other in steps:
        expected: list[tuple[str, str, str]] = []
        if step in ("stop", "crash"):
            bonds.ended(one, "over", abnormal=step == "crash")
            expected += [(w.name, DOWN, one.name) for w, target in sorted(monitors) if target == one]
            linked = sorted(next(iter(pair - {one})) for pair in links if one in pair)
            expected += [(who.name, EXIT, one.name) for who in linked] if step == "crash" else []
            monitors = {pair for pair in monitors if one not in pair}
            links = {pair for pair in links if one not in pair}
        elif step in ("link", "unlink"):
            getattr(bonds, step)(one, other)
            pair = frozenset({one, other})
            links = links | {pair} if step == "link" and one != other else links - {pair}
        else:
            getattr(bonds, step)(one, other)
            monitors = monitors | {(one, other)} if step == "monitor" and one != other else monitors - {(one, other)}
        assert told == expected
        told.clear()
    for actor in map(ActorId, string.ascii_lowercase[:5]):
        assert bonds.of(actor) == (
            tuple(sorted(next(iter(pair - {actor})).name for pair in links if actor in pair)),
            tuple(sorted(target.name for watcher, target in monitors if watcher == actor)),
        )


def test_bonds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    bonds = Bonds(lambda *_: None, address=str)
    one, rest = ActorId("one"), [ActorId(name) for name in "abc"]
    for other in rest[:2]:
        bonds.link(one, other)
    with pytest.raises(Exhausted, match="one has 2 links or monitors already"):
        bonds.link(one, rest[2])
    bonds.link(one, rest[0])  # it is there already
    assert bonds.of(rest[2]) == ((), ())


def test_an_unknown_actor_has_no_bonds() -> None:
    bonds = Bonds(lambda *_: None, address=str)
    assert not bonds.unlink(ActorId("a"), ActorId("b")) and not bonds.demonitor(ActorId("a"), ActorId("b"))
    bonds.ended(ActorId("a"), "over", abnormal=True)
