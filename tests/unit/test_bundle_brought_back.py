"""A bundle of the last minutes of a durable actor has what it was brought back by, and is replayed whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import workbench
from tests.unit.test_durable import ask, spawn
from workbench.api import RecordingLevel
from workbench.api.session import Certainty
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode


@pytest.fixture
def node(tmp_path: Path, interpreter: str) -> Iterator[LocalNode]:
    assert interpreter
    with LocalNode(Machine(tmp_path / "space", load())) as opened:
        opened.debugger.set_level(None, RecordingLevel.FULL)
        spawn(opened)
        yield opened


def again(node: LocalNode) -> None:
    node.actors.kill("d")
    node.actors.restart("d")
    ask(node, "increment")


def once(node: LocalNode) -> None:
    again(node)


def twice(node: LocalNode) -> None:
    again(node)
    again(node)


def from_a_checkpoint(node: LocalNode) -> None:
    node.journal.checkpoint("d")
    ask(node, "increment")
    again(node)


def twice_from_checkpoints(node: LocalNode) -> None:
    from_a_checkpoint(node)
    ask(node, "increment")
    from_a_checkpoint(node)


def with_a_checkpoint_since(node: LocalNode) -> None:
    from_a_checkpoint(node)
    node.journal.checkpoint("d")


@pytest.mark.parametrize("life", [once, twice, from_a_checkpoint, twice_from_checkpoints, with_a_checkpoint_since])
def test_the_last_minutes_of_one_that_was_brought_back_are_replayed_whole(
    life: Callable[[LocalNode], None], node: LocalNode, tmp_path: Path
) -> None:
    for _ in range(4):
        ask(node, "increment")
    life(node)
    last = [ask(node, "increment") for _ in range(3)][-1]
    late = node.actors.turns("d", limit=2)[0].started
    info = workbench.export_bundle(node, tmp_path / "late.plexbundle", since=late)
    found = workbench.replay_bundle(tmp_path / "late.plexbundle")
    assert found.held and found.whole, found
    assert found.actors[0].replayed >= 2
    with workbench.connect(f"bundle:{info.path}") as session:
        assert session.session is not None
        state = session.session.state("d")
        assert state.certainty is not Certainty.UNKNOWN, state
        assert last in str(state.state)
