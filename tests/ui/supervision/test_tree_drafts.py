"""Drafts of trees without a window: what is typed becomes a tree, and is moved, copied, undone and written down."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_tree_text import whole
from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.history import History
from ui.panels.supervision.editor.reading import read
from ui.panels.supervision.editor.record import as_record, from_record
from ui.panels.supervision.editor.rows import marks_for, rows
from workbench.api import ChildSpec, Ending, Restart, Strategy, SupervisorSpec

SHOP = SupervisorSpec("shop", Strategy.REST_FOR_ONE, children=(
    ChildSpec("till", "m"),
    ChildSpec("workers", supervisor=SupervisorSpec("workers", children=(
        ChildSpec("first", "m"), ChildSpec("second", "m", restart=Restart.TRANSIENT),
    ))),
    ChildSpec("clerk", "m"),
))  # fmt: skip


@pytest.fixture
def shop() -> Draft:
    return drafts.drawn(SHOP, drafts.numbers())


def at(root: Draft, name: str) -> int:
    found = drafts.named(root, name)
    assert found is not None
    return found.id


def names(root: Draft) -> list[str]:
    return [each.name for each in drafts.below(root)]


@given(whole)
def test_a_tree_that_is_shown_is_read_back_as_it_was(tree: SupervisorSpec) -> None:
    made = drafts.drawn(tree, drafts.numbers())
    first = read(made)
    assert first.tree == tree, first.problems
    assert read(made, first).tree == tree


@given(whole)
def test_a_draft_survives_being_written_down(tree: SupervisorSpec) -> None:
    made = drafts.drawn(tree, drafts.numbers())
    back = from_record(json.loads(json.dumps(as_record(made))), drafts.numbers())
    assert back is not None
    assert read(back).tree == tree


@pytest.mark.parametrize("record", [{}, {"name": 5}, {"name": "a", "supervisor": True}])
def test_what_is_no_draft_is_not_taken_over(record: dict[str, object]) -> None:
    assert from_record(record, drafts.numbers()) is None  # type: ignore[arg-type]


def test_moving_shifting_and_copying(shop: Draft) -> None:
    moved = drafts.moved(shop, at(shop, "first"), at(shop, "shop"))
    assert names(moved) == ["shop", "till", "workers", "second", "clerk", "first"]
    assert drafts.moved(shop, at(shop, "workers"), at(shop, "workers")) is shop
    assert drafts.moved(shop, at(shop, "till"), at(shop, "clerk")) is shop
    assert names(drafts.shifted(shop, at(shop, "clerk"), -1))[-3:] == ["workers", "first", "second"]
    assert drafts.shifted(shop, at(shop, "clerk"), 1) is shop
    assert drafts.shifted(shop, shop.id, 1) is shop
    copied, number = drafts.copied(shop, at(shop, "workers"), drafts.numbers(shop))
    assert names(copied) == ["shop", "till", "workers", "first", "second", "workers-2", "first-2", "second-2", "clerk"]
    assert number == at(copied, "workers-2")
    assert len({each.id for each in drafts.below(copied)}) == 9
    assert drafts.copied(shop, shop.id, drafts.numbers(shop)) == (shop, shop.id)
    assert names(drafts.without(shop, at(shop, "workers"))) == ["shop", "till", "clerk"]
    assert drafts.without(shop, shop.id) is shop


@given(st.lists(st.tuples(st.sampled_from(["moved", "shifted", "without", "copied"]), st.integers(0, 20),
                          st.integers(0, 20)), max_size=12))  # fmt: skip
def test_whatever_is_done_every_id_and_name_is_there_once(steps: list[tuple[str, int, int]]) -> None:
    root, fresh = drafts.drawn(SHOP, drafts.numbers()), drafts.numbers(drafts.drawn(SHOP, drafts.numbers()))
    for verb, one, other in steps:
        there = list(drafts.below(root))
        first, second = there[one % len(there)].id, there[other % len(there)].id
        match verb:
            case "moved":
                root = drafts.moved(root, first, second)
            case "shifted":
                root = drafts.shifted(root, first, 1 if other % 2 else -1)
            case "without":
                root = drafts.without(root, first)
            case _:
                root, _ = drafts.copied(root, first, fresh)
    there = list(drafts.below(root))
    assert len({each.id for each in there}) == len({each.name for each in there}) == len(there)
    assert read(root).problems == {}


@pytest.mark.parametrize(
    ("wanted", "taken", "free"),
    [("a", ["b"], "a"), ("a", ["a"], "a-2"), ("a-2", ["a", "a-2"], "a-3"), ("a-b", ["a-b"], "a-b-2")],
)
def test_a_free_name_goes_on_counting(wanted: str, taken: list[str], free: str) -> None:
    assert drafts.free_name(wanted, taken) == free


def test_each_field_that_is_wrong_is_said_and_none_hides_another(shop: Draft) -> None:
    wrong = drafts.changed(shop, at(shop, "till"), lambda found: replace(
        found, name="", module="", shutdown="soon", state="0", state_hex=True, profile="lax", grants=("fly",),
        limits=(("fuel", "0"), ("mailbox", "x")),
    ))  # fmt: skip
    found = read(wrong)
    assert found.tree is None
    said = {name: text for (number, name), text in found.problems.items() if number == at(wrong, "")}
    assert {name: text[:30] for name, text in said.items()} == {
        "name": "a child or supervisor has a na",
        "module": "the child 'x' must have either",
        "shutdown": "'soon' is no number; write for",
        "state": "not hexadecimal: two digits fo",
        "profile": "no profile 'lax'; there are st",
        "grants": "no capability 'fly' (in 'fly')",
        "limits.fuel": "the limit fuel must be between",
        "limits.mailbox": "'x' is no number; write for ex",
    }


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("intensity", "-1", "intensity of 'workers' must be between"),
        ("period_ms", "0 s", "period_ms of 'workers' must be between"),
        ("first_ms", "0", "first_ms of a backoff must be"),
        ("most_ms", "1", "most_ms of a backoff must be between 100"),
        ("factor", "0.5", "the factor of a backoff must be between"),
        ("factor", "nan", "the factor of a backoff must be between"),
        ("factor", "twice", "'twice' is no number"),
        ("intensity", "1.5", "a whole number, not 1.5"),
        ("strategy", "simple_one_for_one", "it has one child, an actor, as the template"),
    ],
)
def test_a_rule_that_is_wrong_is_said_at_its_field(shop: Draft, field: str, text: str, says: str) -> None:
    number = at(shop, "workers")
    found = read(drafts.changed(shop, number, lambda each: replace(each, backs_off=True, **{field: text})))
    assert found.tree is None
    assert list(found.problems) == [(number, field)]
    assert says in found.problems[number, field]


def test_a_name_that_is_there_twice_is_said_at_the_second(shop: Draft) -> None:
    found = read(drafts.changed(shop, at(shop, "clerk"), lambda each: replace(each, name="first")))
    assert list(found.problems) == [(at(shop, "clerk"), "name")]


def test_typing_on_in_one_field_is_one_step_of_undo(shop: Draft) -> None:
    till = at(shop, "till")
    history = History(shop, till)
    for text in ("a", "ab"):
        history.push(drafts.changed(history.current.draft, till, lambda each: replace(each, name=text)), till, "name")  # noqa: B023
    history.push(drafts.changed(history.current.draft, till, lambda each: replace(each, state="1")), till, "state")
    history.undo()
    assert drafts.named(history.current.draft, "ab") is not None
    history.undo()
    assert history.current.draft is shop
    assert not history.can_undo
    history.redo()
    history.push(drafts.without(history.current.draft, till), shop.id)
    assert not history.can_redo


def test_who_lies_in_one_that_ends_stops_with_it(shop: Draft) -> None:
    marked = marks_for(SHOP, "workers", Ending.ABNORMAL)
    assert {row.draft.name: row.mark for row in rows(shop, {}, marked)} == {
        "shop": "", "till": "", "workers": "ends, starts", "first": "stops, starts", "second": "stops, starts",
        "clerk": "stops, starts",
    }  # fmt: skip
    assert marks_for(SHOP, "second", Ending.NORMAL) == {"second": "ends"}
    assert marks_for(SHOP, "shop", Ending.ABNORMAL) == marks_for(None, "till", Ending.ABNORMAL) == {}
