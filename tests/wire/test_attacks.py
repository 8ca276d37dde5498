"""Whatever comes over the wire, the node answers rightly, lives, and holds nothing of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.attacks import ATTACKS, Attack
from tests.wire.siege import Siege, laid

pytestmark = pytest.mark.alone
NAMED = {one.name: one for one in ATTACKS}


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory, interpreter: str) -> Iterator[Siege]:
    with laid(tmp_path_factory.mktemp("siege")) as begun:
        begun.warm()
        yield begun


@pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.name)
def test_an_attack_is_answered_rightly_and_leaves_nothing(siege: Siege, one: Attack) -> None:
    _, faults = siege.attacked(one, siege.held())
    assert faults == []


def test_a_node_that_lets_everybody_in_is_found_out(tmp_path: Path, interpreter: str) -> None:
    with laid(tmp_path, "open") as begun:
        _, faults = begun.attacked(NAMED["tokens of yesterday"], begun.held())
        assert faults == ["answered OK"]


def test_a_node_that_keeps_something_of_every_refusal_is_found_out(
    tmp_path: Path, interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.wire.siege.SETTLING_SECONDS", 1.0)
    with laid(tmp_path, "leak") as begun:
        list(NAMED["tokens of yesterday"].run(begun.victim))
        _, faults = begun.attacked(NAMED["tokens that are guessed"], begun.held())
        assert len(faults) == 1 and "files are left behind" in faults[0]
