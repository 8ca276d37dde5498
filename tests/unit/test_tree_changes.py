"""What applying a tree would do is what it then does: told beforehand, compared with what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fragile import FRAGILE, child, die, settle, stepped_node, tree
from workbench.api import (
    AlreadyExists,
    Area,
    Backoff,
    ChildSpec,
    Deed,
    Invalid,
    NotFound,
    Rejected,
    Restart,
    SpawnOptions,
    Strategy,
    SupervisorSpec,
    TreeChange,
)
from workbench.api.supervision import INFINITY, names_of
from workbench.node import LocalNode

ONE, ALL, REST = Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE
POOL = Strategy.SIMPLE_ONE_FOR_ONE
WORDS = {"actors.spawned": "start", "actors.stopped": "stop", "actors.replaced": "replace"}
EXPECTED = {
    Deed.ADDED: ["start"],
    Deed.REMOVED: ["stop"],
    Deed.REPLACED: ["replace"],
    Deed.MOVED: ["stop", "start"],
    Deed.CHANGED: [],
    Deed.KEPT: [],
}


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with stepped_node() as made:
        yield made


@st.composite
def trees(draw: st.DrawFn) -> SupervisorSpec:
    """Up to six names below the root, each an actor or a supervisor, under any supervisor before it."""
    names = draw(st.permutations("abcdef"))[: draw(st.integers(0, 6))]
    below: dict[str, list[str]] = {"root": []}
    actors: dict[str, ChildSpec] = {}
    for name in names:
        below[draw(st.sampled_from(list(below)))].append(name)
        if draw(st.booleans()):
            state, durable = draw(st.sampled_from(["", "3"])), draw(st.booleans())
            actors[name] = child(name, draw(st.sampled_from(Restart)), state=state, durable=durable)
        else:
            below[name] = []

    def made(name: str) -> SupervisorSpec:
        children = (actors.get(each) or ChildSpec(each, supervisor=made(each)) for each in below[name])
        strategy = draw(st.sampled_from([ONE, ALL, REST]))
        return tree(name, strategy, *children, intensity=draw(st.integers(1, 2)))

    return made("root")


def happened(node: LocalNode, wanted: SupervisorSpec) -> tuple[list[TreeChange], dict[str, list[str]]]:
    """What was told, and what each actor then lived through."""
    told = list(node.supervision.diff(wanted))
    with node.subscribe([Area.ACTORS]) as events:
        node.supervision.apply(wanted)
        settle(node)
        seen: dict[str, list[str]] = {}
        for event in events.get(0):
            if event.kind in WORDS:
                seen.setdefault(event.subject, []).append(WORDS[event.kind])
    return told, seen


def actors_of(spec: SupervisorSpec) -> set[str]:
    inner = (actors_of(each.supervisor) if each.supervisor else {each.name} for each in spec.children)
    return set().union(*inner)


@settings(max_examples=150, deadline=None)
@given(trees(), trees())
def test_what_is_told_is_what_happens(before: SupervisorSpec, after: SupervisorSpec) -> None:
    with stepped_node() as node:
        node.supervision.apply(before)
        told, seen = happened(node, after)
        was, becomes = actors_of(before), actors_of(after)
        for change in told:
            expected = EXPECTED[change.deed]
            if change.deed is Deed.REPLACED and "becomes" in change.why[0]:
                expected = ["stop"] if change.name in was else ["start"]
            elif change.why == ("durable",):
                expected = ["stop", "start"]
            elif change.deed is Deed.MOVED:
                expected = ["stop"] * (change.name in was) + ["start"] * (change.name in becomes)
            if change.name in was | becomes:
                assert seen.get(change.name, []) == expected, (change, seen)
        assert [change.name for change in told if change.deed is not Deed.REMOVED] == names_of(after)
        assert {change.name for change in told} == set(names_of(before)) | set(names_of(after))
        assert node.supervision.get("root").spec == after
        assert {change.deed for change in node.supervision.diff(after)} == {Deed.KEPT}


def deeds(found: list[TreeChange]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {change.name: (change.deed.value, change.why) for change in found}


def test_each_change_says_what_differs(node: LocalNode) -> None:
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat")
    node.supervision.apply(tree("shop", ONE, *map(child, "abcdefg")))
    told, seen = happened(node, tree(
        "shop", ALL, child("b", state="2"), child("a", grants=("spawn",)), ChildSpec("c", better.hash),
        child("d", limits={"fuel": 9_000_000}), child("e", Restart.TRANSIENT, shutdown_ms=7), child("f"), child("h"),
        intensity=9, period_ms=7_000, backoff=Backoff(5),
    ))  # fmt: skip
    assert deeds(told) == {
        "shop": ("changed", ("strategy", "intensity", "period_ms", "backoff", "order")),
        "b": ("replaced", ("state",)),
        "a": ("replaced", ("grants",)),
        "c": ("replaced", ("module",)),
        "d": ("replaced", ("limits",)),
        "e": ("changed", ("restart", "shutdown")),
        "f": ("kept", ()),
        "h": ("added", ()),
        "g": ("removed", ()),
    }
    assert seen == {**{name: ["replace"] for name in "abcd"}, "g": ["stop"], "h": ["start"]}


def test_one_that_becomes_durable_or_ceases_to_be_starts_anew(node: LocalNode) -> None:
    plain, kept = child("a"), child("a", durable=True)
    node.supervision.apply(tree("shop", ONE, plain))
    node.actors.ask("a", "increment")
    for wanted, expected in ((kept, "1"), (plain, "1"), (kept, "2")):
        told, seen = happened(node, tree("shop", ONE, wanted))
        assert deeds(told)["a"] == ("replaced", ("durable",)) and seen == {"a": ["stop", "start"]}
        assert node.actors.get("a").durable is wanted.durable
        assert node.actors.ask("a", "increment").payload == expected, "a journal that is there goes on"
    pool = tree("pool", POOL, child("p"))
    node.supervision.apply(pool)
    told, _ = happened(node, tree("pool", POOL, child("p", durable=True)))
    assert deeds(told)["p"] == ("changed", ("durable", "for copies that start from now on"))


def test_what_was_done_by_hand_is_told_as_well(node: LocalNode) -> None:
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat")
    spec = tree("shop", ONE, child("a"), child("b"), child("c", Restart.TEMPORARY))
    node.supervision.apply(spec)
    node.actors.upgrade("a", better.hash)
    node.capabilities.grant("b", "spawn", duration="always")
    node.actors.stop("c")
    settle(node)
    told, _ = happened(node, spec)
    assert deeds(told) == {
        "shop": ("kept", ()), "a": ("replaced", ("module",)), "b": ("replaced", ("grants",)), "c": ("added", ()),
    }  # fmt: skip


def test_a_child_that_does_not_run_takes_the_change_on_for_its_next_life(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b")))
    node.supervision.stop_child("shop", "a")
    told, seen = happened(node, tree("shop", ONE, child("a", state="7"), child("b")))
    assert deeds(told)["a"] == ("changed", ("state", "from its next start on"))
    assert seen == {}
    node.supervision.start_child("shop", "a")
    assert node.actors.ask("a", "get").payload == "7"


def test_a_tree_that_gave_up_starts_as_it_was_changed_meanwhile(node: LocalNode) -> None:
    inner = tree("inner", ONE, child("x"), intensity=0)
    node.supervision.apply(tree("shop", ONE, child("a"), ChildSpec("inner", supervisor=inner), intensity=0))
    die(node, "x")
    settle(node)
    changed = replace(inner, children=(child("x", state="7"), child("y")))
    told, seen = happened(node, tree("shop", ONE, child("a", state="5"), ChildSpec("inner", supervisor=changed)))
    assert deeds(told) == {
        "shop": ("changed", ("intensity", "is started")), "a": ("changed", ("state", "is started")),
        "inner": ("changed", ("is started",)), "x": ("changed", ("state", "is started")), "y": ("added", ()),
    }  # fmt: skip
    assert seen == {"y": ["start"]}
    assert node.supervision.get("shop").stopped_because == ""
    assert [node.actors.ask(name, "get").payload for name in "axy"] == ["5", "7", "0"]


def test_a_branch_that_gave_up_in_a_tree_that_runs_waits_for_its_restart(node: LocalNode) -> None:
    inner = tree("inner", ONE, child("x"), intensity=0)
    node.supervision.apply(tree("shop", ONE, ChildSpec("inner", restart=Restart.TRANSIENT, supervisor=inner)))
    die(node, "x")
    settle(node)
    changed = ChildSpec("inner", restart=Restart.TRANSIENT, supervisor=replace(inner, children=(child("y"),)))
    told, seen = happened(node, tree("shop", ONE, changed))
    assert deeds(told)["y"] == ("added", ("starts when inner is restarted",))
    assert seen == {}


def test_one_that_was_stopped_by_hand_stays_so_when_its_tree_is_started(node: LocalNode) -> None:
    spec = tree("shop", ONE, child("a"), child("b"), intensity=0)
    node.supervision.apply(spec)
    node.supervision.stop_child("shop", "b")
    die(node, "a")
    settle(node)
    told, _ = happened(node, spec)
    assert deeds(told) == {
        "shop": ("changed", ("is started",)), "a": ("changed", ("is started",)), "b": ("kept", ()),
    }  # fmt: skip
    assert [str(found.state) for found in node.supervision.get("shop").children] == ["idle", "stopped"]


def test_a_pool_changes_its_template_and_keeps_its_copies(node: LocalNode) -> None:
    node.supervision.apply(tree("pool", POOL, child("job")))
    node.supervision.start_child("pool")
    told, seen = happened(node, tree("pool", POOL, child("job", state="7")))
    assert deeds(told) == {
        "pool": ("kept", ()), "job": ("changed", ("state", "for copies that start from now on")),
    }  # fmt: skip
    assert seen == {}
    node.supervision.start_child("pool")
    assert [node.actors.ask(name, "get").payload for name in ("job-1", "job-2")] == ["0", "7"]


def test_a_template_is_the_same_by_whatever_name_its_module_goes(node: LocalNode) -> None:
    node.supervision.apply(tree("pool", POOL, child("job")))
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat").hash
    for module, deed in ((node.modules.get("fragile").hash, Deed.KEPT), (better, Deed.CHANGED)):
        assert node.supervision.diff(tree("pool", POOL, ChildSpec("job", module)))[1].deed is deed


def test_a_new_pool_starts_no_copy_and_one_that_goes_takes_them_along(node: LocalNode) -> None:
    pool = ChildSpec("pool", supervisor=tree("pool", POOL, child("job")))
    told, seen = happened(node, tree("shop", ONE, pool))
    assert deeds(told)["job"] == ("added", ("as the template of its copies",))
    assert seen == {}
    node.supervision.start_child("pool")
    told, seen = happened(node, tree("shop", ONE))
    assert deeds(told) == {"shop": ("kept", ()), "pool": ("removed", ()), "job-1": ("removed", ())}
    assert seen == {"job-1": ["stop"]}


def test_who_moves_is_told_from_where_with_all_that_lies_in_it(node: LocalNode) -> None:
    inner = ChildSpec("inner", supervisor=tree("inner", ONE, child("x")))
    other = ChildSpec("other", supervisor=tree("other", ONE))
    node.supervision.apply(tree("shop", ONE, other, inner, child("a")))
    into = ChildSpec("other", supervisor=tree("other", ONE, inner, child("a")))
    told, seen = happened(node, tree("shop", ONE, into))
    assert deeds(told) == {
        "shop": ("kept", ()), "other": ("kept", ()), "inner": ("moved", ("from shop",)),
        "x": ("moved", ("with its supervisor",)), "a": ("moved", ("from shop",)),
    }  # fmt: skip
    assert seen == {"a": ["stop", "start"], "x": ["stop", "start"]}
    assert node.actors.get("a").supervisor == "other"


def test_when_a_move_fails_everybody_stands_where_he_stood(node: LocalNode) -> None:
    other = ChildSpec("other", supervisor=tree("other", ONE, child("b")))
    before = tree("shop", ONE, other, child("a"))
    node.supervision.apply(before)
    into = ChildSpec("other", supervisor=tree("other", ONE, child("b"), child("a"), child("new", state="?")))
    with pytest.raises(Rejected):
        node.supervision.apply(tree("shop", ONE, into))
    assert node.supervision.get("shop").spec == before
    assert node.actors.get("a").supervisor == "shop"
    assert node.actors.ask("a", "get").payload == "0"


def test_telling_refuses_what_applying_refuses_and_changes_nothing(node: LocalNode) -> None:
    node.actors.spawn("fragile", options=SpawnOptions(name="alone"))
    inner = ChildSpec("inner", supervisor=tree("inner", ONE, child("x")))
    node.supervision.apply(tree("shop", ONE, inner))
    for wrong, kind in (
        (tree("shop", ONE, ChildSpec("a", "nobody")), NotFound),
        (tree("shop", ONE, child("alone")), AlreadyExists),
        (tree("shop", ONE, child("a"), child("a")), Invalid),
        (tree("shop", POOL, child("a")), Invalid),
        (tree("inner", ONE, child("x")), Invalid),
    ):
        with pytest.raises(kind) as told:
            node.supervision.diff(wrong)
        with pytest.raises(kind) as done:
            node.supervision.apply(wrong)
        assert str(told.value) == str(done.value)
    assert [info.spec.name for info in node.supervision.list()] == ["shop", "inner"]


def test_of_a_tree_that_does_not_run_all_is_added(node: LocalNode) -> None:
    inner = ChildSpec("inner", supervisor=tree("inner", ONE, child("x")), shutdown_ms=INFINITY)
    assert deeds(list(node.supervision.diff(tree("shop", ONE, child("a"), inner)))) == dict.fromkeys(
        ("shop", "a", "inner", "x"), ("added", ())
    )
    assert node.supervision.list() == []
