"""Supervision, states and dead letters from both ends of a node."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import workbench
from tests.unit.fragile import FRAGILE, child, die, tree
from workbench.api import (
    ActorState,
    AlreadyExists,
    Area,
    ChildSpec,
    Crashed,
    Deed,
    Ending,
    Invalid,
    Node,
    NotFound,
    Rejected,
    Restart,
    SpawnOptions,
    Strategy,
    SupervisorSpec,
)
from workbench.api.tree_file import parse_tree


@pytest.fixture
def shop(node: Node) -> SupervisorSpec:
    """The running tree `shop`: a, b, and a pool of jobs."""
    node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
    jobs = SupervisorSpec("jobs", Strategy.SIMPLE_ONE_FOR_ONE, children=(child("job", Restart.TEMPORARY),))
    spec = tree("shop", Strategy.REST_FOR_ONE, child("a"), ChildSpec("jobs", supervisor=jobs), child("b"))
    assert node.supervision.apply(spec).spec.children[0].name == "a"
    return spec


def test_a_tree_is_applied_listed_and_removed(node: Node, shop: SupervisorSpec) -> None:
    assert [(info.name, info.parent) for info in node.supervision.list()] == [("shop", ""), ("jobs", "shop")]
    info = node.supervision.get("shop")
    assert [(found.name, found.supervisor, found.state) for found in info.children] == [
        ("a", False, ActorState.IDLE),
        ("jobs", True, ActorState.IDLE),
        ("b", False, ActorState.IDLE),
    ]
    assert node.actors.get("a").supervisor == "shop"
    with pytest.raises(Invalid, match="'jobs' stands under 'shop'"):
        node.supervision.remove("jobs")
    node.supervision.remove("shop")
    node.supervision.remove("shop")
    assert node.actors.list() == []
    with pytest.raises(NotFound, match="no supervisor 'shop'"):
        node.supervision.get("shop")


def test_a_change_is_told_before_it_is_made(node: Node, shop: SupervisorSpec) -> None:
    assert {change.deed for change in node.supervision.diff(shop)} == {Deed.KEPT}
    a, jobs, _ = shop.children
    wanted = replace(shop, intensity=7, children=(jobs, replace(a, state="4"), child("c")))
    before = node.supervision.list()
    told = [(change.name, change.supervisor, change.deed, change.why) for change in node.supervision.diff(wanted)]
    assert told == [
        ("shop", "", Deed.CHANGED, ("intensity", "order")),
        ("jobs", "shop", Deed.KEPT, ()),
        ("job", "jobs", Deed.KEPT, ()),
        ("a", "shop", Deed.REPLACED, ("state",)),
        ("c", "shop", Deed.ADDED, ()),
        ("b", "shop", Deed.REMOVED, ()),
    ]
    assert node.supervision.list() == before
    with pytest.raises(NotFound, match="no module 'nobody'"):
        node.supervision.diff(replace(shop, children=(ChildSpec("a", "nobody"),)))
    assert node.supervision.apply(wanted).spec == wanted


def test_a_restart_is_foreseen_done_told_and_kept(node: Node, shop: SupervisorSpec) -> None:
    plan = node.supervision.preview("a")
    assert (plan.stop, plan.start, plan.gives_up) == (("b", "jobs"), ("a", "jobs", "b"), False)
    assert node.supervision.preview("a", ending=Ending.NORMAL).start == plan.start
    with node.subscribe([Area.SUPERVISION]) as events:
        assert isinstance(die(node, "a"), Crashed)
        assert node.actors.ask("a", "get").payload == "0"
        seen = [event for _ in range(50) for event in events.get(0.1) if event.kind == "supervision.restarted"]
    assert seen[0].subject == "shop" and seen[0].text.startswith("shop starts a, jobs, b: a ended: ")
    (record,) = node.supervision.history("shop")
    assert (record.child, record.killed_by, record.plan.start, record.used) == ("a", "die", plan.start, 1)
    assert node.supervision.history("jobs") == []


def test_children_are_started_and_stopped_by_hand(node: Node, shop: SupervisorSpec) -> None:
    assert node.supervision.start_child("jobs", state="5").name == "job-1"
    assert node.actors.ask("job-1", "get").payload == "5"
    assert node.supervision.stop_child("shop", "b").held
    with pytest.raises(NotFound):
        node.actors.ask("b", "get")
    assert node.supervision.start_child("shop", "b").state is ActorState.IDLE
    assert node.supervision.restart("shop", "a").total_restarts == 0
    assert node.supervision.restart("shop").state is ActorState.IDLE
    with pytest.raises(AlreadyExists) as taken:
        node.supervision.apply(SupervisorSpec("other", children=(child("a"),)))
    assert taken.value.subject == "a"
    with pytest.raises(NotFound) as unknown:
        node.supervision.apply(SupervisorSpec("other", children=(ChildSpec("z", "nosuch"),)))
    assert unknown.value.subject == "z"
    with pytest.raises(Rejected) as unborn:
        node.supervision.apply(SupervisorSpec("other", children=(child("y"), child("z", state="?"))))
    assert unborn.value.subject == "z"


def test_states_limits_and_dead_letters(node: Node) -> None:
    node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
    node.actors.spawn("fragile", options=SpawnOptions(name="a"))
    assert node.actors.suspend("a").state is ActorState.SUSPENDED
    assert node.actors.resume("a").state is ActorState.IDLE
    assert node.actors.passivate("a").state is ActorState.PASSIVE
    limits = replace(node.actors.get("a").limits, fuel=1_000_000, lifetime_fuel=10**9)
    assert node.actors.set_limits("a", limits).limits == limits
    node.actors.tell("a", "die", b"\0")
    with pytest.raises(Crashed):
        node.actors.ask("a", "get")
    (letter,) = node.actors.dead_letters()
    assert (letter.actor.name, letter.envelope.payload, letter.reason) == ("a", b"\0", "a crashed over it")
    node.actors.restart("a")
    node.actors.resend(letter.seq, message_type="increment", payload="")
    assert node.actors.ask("a", "get").payload == "1"
    assert node.actors.dead_letters() == []


def test_a_tree_file_that_is_refused_leaves_the_names_of_modules_alone(node: Node, tmp_path: Path) -> None:
    node.modules.deploy(FRAGILE, file_name="till.wat", alias="till")
    before = node.modules.get("till").hash
    (tmp_path / "till.wat").write_bytes(FRAGILE.replace(b"48", b"49"))
    whole = """[supervisor.shop]
children = ["till", "clerk"]
[actor.till]
file = "till.wat"
[actor.clerk]
module = "nosuch"
"""
    with pytest.raises(NotFound, match="'clerk' cannot be made") as refused:
        workbench.apply_tree(node, parse_tree(whole, "shop.toml"), tmp_path)
    assert [str(place) for place in refused.value.locations] == ["shop.toml:6"]
    assert node.modules.get("till").hash == before
    assert list(node.supervision.list()) == list(node.actors.list()) == []
    (tmp_path / "fresh.wat").write_bytes(FRAGILE.replace(b"48", b"50"))
    with pytest.raises(NotFound):
        workbench.apply_tree(node, parse_tree(whole.replace("till.wat", "fresh.wat"), "shop.toml"), tmp_path)
    with pytest.raises(NotFound):
        node.modules.get("fresh")
    missing = f"filesystem/{tmp_path / 'nowhere'}=/data:ro"
    text = whole.replace('module = "nosuch"', f'module = "till"\ngrants = ["{missing}"]')
    with pytest.raises(Invalid, match="nowhere=/data:ro cannot be granted: there is no folder") as refused:
        workbench.apply_tree(node, parse_tree(text, "shop.toml"), tmp_path)
    assert [str(place) for place in refused.value.locations] == ["shop.toml:7"]
    workbench.apply_tree(node, parse_tree(whole.replace("nosuch", "till"), "shop.toml"), tmp_path)
    assert node.modules.get("till").hash != before
    assert len(node.actors.list()) == 2
