"""An actor that moves between two processes: under load, and when one of them is killed at a step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.proofs.migration import Mover, killed, two_nodes, under_load, until
from tests.wire.proxy import Proxy

POINTS = (
    "before it is sent", "after the forward address is written", "after it leaves", "after it is born",
    "before it lives", "after it lives",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("interpreter")


def test_under_load_nothing_is_lost_reordered_or_doubled(tmp_path: Path) -> None:
    found = under_load(tmp_path, moves=4, count=300)
    assert found["moves"] == 4 and found["handed_over"] > 0, "some messages waited while it moved"


def test_a_mailbox_that_is_handed_over_in_the_wrong_order_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="lost, doubled or out of order"):
        under_load(tmp_path, moves=4, count=300, fault="order")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step_the_durable_actor_lives_in_one_place(point: str, tmp_path: Path) -> None:
    assert killed(tmp_path, point, durable=True) in ("here", "there")


@pytest.mark.parametrize("point", ["after it is sent", "after it is settled there"])
def test_killed_at_a_step_an_actor_that_is_not_durable_lives_in_one_place(point: str, tmp_path: Path) -> None:
    assert killed(tmp_path, point, durable=False) in ("here", "there", "here, anew", "there, anew")


def test_a_node_that_forgets_where_an_actor_went_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="lives"):
        killed(tmp_path, "after it leaves", durable=True, fault="memory")


def test_a_target_that_ends_in_order_and_starts_again_knows_where_its_actor_came_from(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (here, there):
        for name in ("x", "left"):
            here.do("spawn", name, True)
        here.do("migrate", "x", there.address)
        assert there.end() == 0
        again = Mover(tmp_path / "there", "there", there.port)
        try:
            assert until(lambda: (said := here.do("ask", "x", "asked", "1")) == "1" and said, "it is reached again")
            assert until(
                lambda: json.loads(here.do("ask", "left", "state"))[0].get("seen") == 1, "it reaches who stayed"
            )
            assert again.do("ask", "x", "call", "left asked") == here.do("ask", "left", "state")
            assert again.do("damage") == here.do("damage") == []
        finally:
            assert again.end() == 0


@pytest.mark.parametrize("durable", [False, True])
def test_over_a_link_that_is_cut_again_and_again_everything_arrives_once(tmp_path: Path, durable: bool) -> None:
    with two_nodes(tmp_path) as (here, there), Proxy(there.address) as proxy:
        for name in ("x", "left"):
            here.do("spawn", name, durable)
        here.do("migrate", "x", proxy.address)
        for number in range(1, 201):
            here.do("tell", "x", "told", str(number))
            if number % 40 == 0:
                proxy.cut()
        expected = {"told": 200}
        last, bad = until(
            lambda: found if (found := json.loads(there.do("ask", "x", "state")))[0] == expected else None,
            "everything arrived",
        )
        assert bad == [] and last == expected


def test_one_that_is_not_durable_begins_anew_with_its_new_node_and_who_stayed_is_told(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (here, there):
        for name in ("x", "left"):
            here.do("spawn", name, False)
        here.do("ask", "left", "watch", "x")
        here.do("migrate", "x", there.address)
        assert here.do("ask", "x", "asked", "1") == "1"
        there.kill()
        again = Mover(tmp_path / "there", "there", there.port)
        try:
            until(lambda: json.loads(here.do("ask", "left", "state"))[0].get("down") == 1, "who watches it is told")
            assert json.loads(here.do("ask", "x", "state"))[0] == {}, "it is there, without the state that it had"
            assert again.do("list") == ["x"] and here.do("list") == ["left"]
            assert here.do("spawn", "x", False)["error"] == "already_exists"
        finally:
            assert again.end() == 0


@pytest.mark.parametrize("killed_node", ["here", "there"])
def test_what_was_accepted_for_a_durable_one_arrives_once_though_a_node_is_killed(
    tmp_path: Path, killed_node: str
) -> None:
    with two_nodes(tmp_path) as nodes:
        here, there = nodes
        here.do("spawn", "x", True)
        here.do("spawn", "left", True)
        here.do("migrate", "x", there.address)
        again = None
        try:
            for number in range(1, 151):
                assert "error" not in here.do("tell", "x", "told", str(number))
                if number == 100:
                    victim = here if killed_node == "here" else there
                    victim.kill()
                    again = Mover(tmp_path / killed_node, killed_node, victim.port)
                    here, there = (again, there) if killed_node == "here" else (here, again)
            last, bad = until(
                lambda: found if (found := json.loads(there.do("ask", "x", "state")))[0].get("told") == 150 else None,
                "everything arrived",
            )
            assert bad == [] and last["told"] == 150
            assert here.do("damage") == there.do("damage") == []
        finally:
            assert again is None or again.end() == 0


def test_a_crash_that_nobody_heard_of_is_told_when_the_link_is_back(tmp_path: Path) -> None:
    with two_nodes(tmp_path) as (here, there), Proxy(there.address) as proxy:
        for name in ("x", "left"):
            here.do("spawn", name, False)
        here.do("ask", "left", "watch", "x")
        here.do("migrate", "x", proxy.address)
        proxy.cut()
        assert there.do("ask", "x", "told", "no number")["error"] == "crashed"
        until(lambda: json.loads(here.do("ask", "left", "state"))[0].get("down") == 1, "who watches it is told")
