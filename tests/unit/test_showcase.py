"""The one door for claims: what it tells, what it counts, and how it is stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import workbench
from tests.unit.fragile import FRAGILE
from workbench.api import CancelToken, Conflict, Invalid, Node, NotFound
from workbench.api.showcase import DEMONSTRATIONS, Mark, ShowcaseLine, demonstration
from workbench.showcase.run import run
from workbench.showcase.stage import Stage

ABOUT = demonstration("locks")


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def told(node: Node, *, verbose: bool = False) -> tuple[Stage, list[ShowcaseLine]]:
    lines: list[ShowcaseLine] = []
    return Stage(node, ABOUT, lines.append, verbose=verbose), lines


def test_a_claim_that_holds_is_ok_and_one_that_does_not_says_what_was_found(node: Node) -> None:
    stage, lines = told(node)
    assert stage.check("It is so", True, found="not told")
    assert not stage.check("It is not", False, found={"a": 1})
    assert not stage.equal("They are equal", [1], [2])
    assert [str(line) for line in lines] == [
        "[ok] It is so",
        "[failed] It is not: found {'a': 1}",
        "[failed] They are equal: found [1], expected [2]",
    ]
    assert (stage.claims, stage.failed) == (3, 2)
    assert {line.demonstration for line in lines} == {"locks"}


def test_only_a_refusal_of_the_right_kind_is_one(node: Node) -> None:
    stage, lines = told(node)
    said = stage.refused("Not there", NotFound, node.modules.get, "nothing")
    assert said.startswith("no module 'nothing'") and str(lines[1]).startswith("  not_found: no module")
    stage.refused("Invalid", Invalid, node.modules.get, "nothing")
    assert str(lines[2]).startswith("[failed] Invalid: found ")
    stage.refused("Refused", NotFound, node.keyvalue.get, "key")
    assert str(lines[-1]) == "[failed] Refused: found None, not refused as not_found"
    assert (stage.claims, stage.failed) == (3, 2)


def test_what_does_not_come_is_waited_for_in_vain_and_what_comes_is_seen(node: Node) -> None:
    stage, _ = told(node)
    assert not stage.until(lambda: False, seconds=0.05)
    node.keyvalue.put("there", "x", ttl_ms=50)
    assert stage.until(lambda: node.keyvalue.get("there") is None)


def test_verbose_shows_each_turn_once(node: Node) -> None:
    node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
    actor = node.actors.spawn("fragile").id
    stage, lines = told(node, verbose=True)
    node.actors.ask(actor, "increment")
    stage.check("first", True)
    stage.check("second", True)
    traces = [str(line) for line in lines if line.mark is Mark.TRACE]
    assert len([line for line in traces if "call increment" in line and " ms, fuel " in line]) == 1
    assert [line.mark for line in lines if line.mark is not Mark.TRACE] == [Mark.OK, Mark.OK]


def test_a_stopped_stage_checks_nothing_more(node: Node) -> None:
    cancel, lines = CancelToken(), []
    stage = Stage(node, ABOUT, lines.append, cancel=cancel)
    cancel.set()
    with pytest.raises(Conflict, match="stopped"):
        stage.check("never", True)
    assert (lines, stage.claims) == ([], 0)


def test_stopping_ends_after_the_claim_in_hand_without_success(interpreter: str) -> None:
    cancel, lines = CancelToken(), []

    def tell(line: ShowcaseLine) -> None:
        lines.append(line)
        if line.mark is Mark.OK:
            cancel.set()

    assert not run(["concurrency", "locks"], tell, cancel=cancel)
    assert [line.mark for line in lines if line.mark is not Mark.FACT] == [
        Mark.TITLE, Mark.HEADING, Mark.OK, Mark.STOPPED
    ]  # fmt: skip


def test_demonstrations_are_in_their_order_and_one_that_is_not_there_is_refused() -> None:
    assert [each.number for each in DEMONSTRATIONS] == list(range(1, len(DEMONSTRATIONS) + 1))
    with pytest.raises(NotFound, match="nothing"):
        run(["nothing"], lambda _: None)
