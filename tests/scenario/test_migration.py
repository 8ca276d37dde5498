"""An actor that moves between two processes: under load, and when one of them is killed at a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.migration import killed, under_load

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
    assert killed(tmp_path, point, durable=False) in ("here", "there")


def test_a_node_that_forgets_where_an_actor_went_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="it lives"):
        killed(tmp_path, "after it leaves", durable=True, fault="memory")
