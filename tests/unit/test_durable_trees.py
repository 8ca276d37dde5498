"""What a durable actor stands in and what it may outlives its node: its tree, grants given later, other limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.api import ChildSpec, Crashed, Deed, SpawnOptions, Strategy, SupervisorSpec
from workbench.api.logs import Level
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

SOURCE = b'''
from plexspaces import GenServer, keyvalue, messaging


class Keeper(GenServer):
    """Counts, puts, and sends itself something later."""

    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "add":
            self.count += int(payload or 1)
        elif message_type == "put":
            keyvalue.put("found", payload)
        elif message_type == "later":
            messaging.send_after(int(payload), "add", "100")
        return str(self.count)
'''
Open = Callable[..., LocalNode]


@pytest.fixture
def reopen(tmp_path: Path, interpreter: str) -> Iterator[Open]:
    """The node of one workspace; opened again, the one before is closed."""
    nodes: list[LocalNode] = []

    def start(*, revive: bool = True) -> LocalNode:
        if nodes:
            nodes.pop().close()
        nodes.append(LocalNode(Machine(tmp_path, load(), revive=revive)))
        return nodes[-1]

    yield start
    if nodes:
        nodes.pop().close()


def tree(*, durable: bool = True, intensity: int = 3) -> SupervisorSpec:
    """A root with a child that is durable, or not, and one below another supervisor that is not."""
    grants = ("durability", "keyvalue", "messaging")
    inner = SupervisorSpec("inner", Strategy.ONE_FOR_ALL, 3, children=(ChildSpec("plain", "keeper"),))
    till = ChildSpec("till", "keeper", "5", grants=grants, durable=durable)
    children = (till, ChildSpec("inner", supervisor=inner))
    return SupervisorSpec("shop", Strategy.ONE_FOR_ONE, intensity, children=children)


def apply(node: LocalNode, spec: SupervisorSpec) -> None:
    node.modules.deploy(SOURCE, file_name="keeper.py", alias="keeper")
    node.supervision.apply(spec)


def ask(node: LocalNode, name: str, message: str, payload: str = "") -> str:
    return str(node.actors.ask(name, message, payload).payload)


def test_a_tree_with_a_durable_actor_comes_back_with_it(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    assert (ask(node, "till", "add"), ask(node, "plain", "add")) == ("6", "1")
    node = reopen()
    assert [(info.name, info.parent) for info in node.supervision.list()] == [("shop", ""), ("inner", "shop")]
    assert (ask(node, "till", "add"), ask(node, "plain", "add")) == ("7", "1")
    node.actors.kill("till")
    assert ask(node, "till", "add") == "8"


def test_it_comes_back_as_it_was_applied_last_and_on_the_module_that_ran(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    node.supervision.apply(tree(intensity=9))
    assert ask(node, "till", "add") == "6"
    hash_then = node.actors.get("till").module
    node.modules.deploy(SOURCE + b"\n# another\n", file_name="keeper.py", alias="keeper", force=True)
    node = reopen()
    assert node.supervision.get("shop").spec.intensity == 9
    assert (node.actors.get("till").module, ask(node, "till", "get")) == (hash_then, "6")
    changes = {change.name: change.deed for change in node.supervision.diff(tree(intensity=9))}
    assert changes["till"] is changes["plain"] is Deed.REPLACED  # the alias means another module now
    assert changes["shop"] is changes["inner"] is Deed.KEPT


def test_a_tree_without_durable_actors_comes_back_too_as_it_was_applied_last(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    node.supervision.apply(tree(durable=False))
    found = reopen().supervision.get("shop")
    assert not any(child.durable for child in found.spec.children)


def test_a_removed_tree_does_not_come_back_not_even_one_that_was_removed_without_being_started(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    node.supervision.remove("shop")
    node = reopen()
    assert node.supervision.list() == [] and node.actors.list() == []
    apply(node, tree())
    node = reopen(revive=False)
    assert node.supervision.list() == []
    node.supervision.remove("shop")
    assert reopen().supervision.list() == []


def test_what_a_supervised_actor_still_has_to_do_outlives_the_node(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    ask(node, "till", "later", "3600000")
    assert len(_timers(node)) == 1
    node = reopen()
    assert len(_timers(node)) == 1
    assert ask(node, "till", "get") == "5"


def _timers(node: LocalNode) -> list[object]:
    return node._machine.workspace.database.query("SELECT * FROM journal_timers")  # type: ignore[return-value]


def test_a_tree_that_cannot_come_back_is_said_and_tried_again(reopen: Open) -> None:
    node = reopen()
    apply(node, tree())
    database = node._machine.workspace.database
    with database.transaction() as tx:
        tx.execute("UPDATE trees SET text = text || 'colour = 1'")
    node = reopen()
    assert node.supervision.list() == []
    (line,) = [line for line in node.logs() if line.level is Level.ERROR]
    assert "the tree ? could not be brought back" in line.message and "colour" in line.message
    with node._machine.workspace.database.transaction() as tx:
        tx.execute("UPDATE trees SET text = replace(text, 'colour = 1', '')")
    assert ask(reopen(), "till", "get") == "5"


def test_grants_and_limits_given_later_come_back_and_what_was_lent_does_not(reopen: Open) -> None:
    node = reopen()
    module = node.modules.deploy(SOURCE, file_name="keeper.py").hash
    node.actors.spawn(module, options=SpawnOptions("k", "balanced", ("durability", "tuplespace"), durable=True))
    for grant in node.actors.get("k").grants:
        node.capabilities.revoke("k", grant)
    node.capabilities.grant("k", "durability", duration="always")
    node.capabilities.grant("k", "keyvalue:write/found", duration="always")
    node.capabilities.grant("k", "locks", duration="session")
    limits = replace(node.actors.get("k").limits, fuel=77_000_000)
    node.actors.set_limits("k", limits)
    ask(node, "k", "put", "before")
    node = reopen()
    assert node.actors.get("k").limits == limits
    assert sorted(node.actors.get("k").grants) == ["durability", "keyvalue:write/found"]
    ask(node, "k", "put", "after")
    assert node.keyvalue.get("found") == "after"
    node.actors.kill("k")
    node.actors.restart("k")
    assert sorted(reopen().actors.get("k").grants) == ["durability", "keyvalue:write/found"]


def test_one_without_the_grant_is_denied_in_its_next_life_too(reopen: Open) -> None:
    node = reopen()
    module = node.modules.deploy(SOURCE, file_name="keeper.py").hash
    node.actors.spawn(module, options=SpawnOptions("k", "balanced", ("durability", "keyvalue"), durable=True))
    node.capabilities.revoke("k", "keyvalue")
    node = reopen()
    with pytest.raises(Crashed, match="needs the capability keyvalue"):
        node.actors.ask("k", "put", "x")
    assert node.keyvalue.get("found") is None
