"""Other code for a running actor: the state is carried over, and broken code never replaces what runs."""

from __future__ import annotations

import pytest

from workbench.api import ActorState, Crashed, Invalid, Node, Rejected, SpawnOptions

COUNTER = """
from plexspaces import GenServer

class Counter(GenServer):
    def init(self, state):
        self.count = int(state or 0)
    def handle_request(self, from_actor, message_type, payload):
        self.count += STEP
        return str(self.count)
    def snapshot_state(self):
        return str(self.count)
"""
DEFAULTS = """
from dataclasses import dataclass
from plexspaces import GenServer

@dataclass
class Item:
    name: str
    price: float

class Shop(GenServer):
    def __init__(self):
        self.items = {}
        self.seen = set()
    def handle_request(self, from_actor, message_type, payload):
        self.items[payload] = Item(payload, 1.5)
        self.seen.add(payload)
        return ", ".join(f"{i.name} {i.price}" for i in self.items.values())
"""


def deploy(node: Node, source: str) -> str:
    return node.modules.deploy(source.encode(), file_name="counter.py").hash


@pytest.fixture
def counter(node: Node) -> str:
    info = node.actors.spawn(deploy(node, COUNTER.replace("STEP", "1")))
    node.actors.ask(info.id, "add")
    node.actors.ask(info.id, "add")
    return info.id.name


def test_the_state_is_carried_over(node: Node, counter: str) -> None:
    info = node.actors.upgrade(counter, deploy(node, COUNTER.replace("STEP", "10")))
    assert info.state is ActorState.IDLE
    assert node.actors.ask(counter, "add").payload == "12"


def test_source_that_does_not_compile_never_reaches_the_actor(node: Node, counter: str) -> None:
    with pytest.raises(Invalid) as caught:
        deploy(node, COUNTER.replace("STEP", "10 +"))
    assert caught.value.locations[0].line == 8
    assert node.actors.ask(counter, "add").payload == "3"


@pytest.mark.parametrize(
    ("broken", "error"),
    [("int(state or 0)", Crashed), ("self.refuse()", Rejected)],
)
def test_code_that_does_not_take_the_state_over_leaves_the_old_one_serving(
    node: Node, counter: str, broken: str, error: type[Exception]
) -> None:
    source = COUNTER.replace("STEP", "10")
    refusing = "\n    def refuse(self):\n        from plexspaces import Reject\n        raise Reject('no')\n"
    body = "int(state) // 0" if error is Crashed else "self.refuse()"
    source = source.replace(broken if broken in source else "int(state or 0)", body) + refusing
    with pytest.raises(error, match="was not changed"):
        node.actors.upgrade(counter, deploy(node, source))
    assert node.actors.get(counter).state is ActorState.IDLE
    assert node.actors.ask(counter, "add").payload == "3"


def test_without_init_and_snapshot_the_public_attributes_are_the_state(node: Node) -> None:
    info = node.actors.spawn(deploy(node, DEFAULTS))
    node.actors.ask(info.id, "buy", "tea")
    node.actors.upgrade(info.id, deploy(node, DEFAULTS.replace("1.5", "2.5")))
    assert node.actors.ask(info.id, "buy", "jam").payload == "tea 1.5, jam 2.5"


def test_with_init_alone_the_state_cannot_be_carried_over_and_deploy_warns(node: Node) -> None:
    source = COUNTER.replace("STEP", "1").partition("    def snapshot_state")[0]
    module = node.modules.deploy(source.encode(), file_name="counter.py")
    assert not module.carries_state and any("snapshot_state" in warning for warning in module.warnings)
    info = node.actors.spawn(module.hash)
    node.actors.ask(info.id, "add")
    with pytest.raises(Invalid, match="no snapshot_state"):
        node.actors.upgrade(info.id, deploy(node, COUNTER.replace("STEP", "10")))
    assert node.actors.ask(info.id, "add").payload == "2"


def test_a_crashed_actor_starts_afresh_with_the_new_code(node: Node) -> None:
    info = node.actors.spawn(deploy(node, COUNTER.replace("STEP", "1 // 0")), options=SpawnOptions(name="fixme"))
    with pytest.raises(Crashed):
        node.actors.ask(info.id, "add")
    assert node.actors.upgrade("fixme", deploy(node, COUNTER.replace("STEP", "1"))).state is ActorState.IDLE
    assert node.actors.ask("fixme", "add").payload == "1"


def test_the_snapshot_is_what_the_guest_gives(node: Node, counter: str) -> None:
    assert node.actors.snapshot(counter) == "2"
