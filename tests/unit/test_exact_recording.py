"""Recorded exactly: every 1,000 turns an actor goes on in a fresh instance, and its fuel can be compared throughout."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench
from workbench.api import BirthReason, Node, RecordingLevel, SpawnOptions
from workbench.api.logs import Level
from workbench.bundles import export, replay
from workbench.runtime.recorder import EXACT_TURNS

SOURCE = b'''
import random
import time

from plexspaces import GenServer


class Walker(GenServer):
    """Its fuel follows from what it did before; it draws, and looks at a clock."""

    def init(self, state):
        self.steps, self.trail = int(state or 0), []

    def snapshot_state(self):
        return str(self.steps)

    def handle_request(self, from_actor, message_type, payload):
        self.steps += 1
        self.trail = [str(step) for step in range(self.steps % 40)]
        return f"{self.steps} {random.random()} {time.time()}"
'''
NO_STATE = SOURCE.replace(b"    def snapshot_state(self):\n        return str(self.steps)\n", b"")


@pytest.fixture
def node(interpreter: str) -> Node:
    return workbench.connect("embedded:")


def walk(node: Node, turns: int) -> list[str]:
    return [str(node.actors.ask("walker", "step").payload) for _ in range(turns)]


def spawn(node: Node, source: bytes = SOURCE) -> None:
    module = node.modules.deploy(source, file_name="walker.py")
    node.actors.spawn(module.hash, options=SpawnOptions("walker", "strict"))


def test_its_fuel_is_compared_in_every_turn_though_it_was_not_recorded_from_its_birth_on(
    node: Node, tmp_path: Path
) -> None:
    with node:
        spawn(node)
        walk(node, 30)
        node.debugger.clear()
        node.debugger.set_level("walker", RecordingLevel.EXACT)
        walk(node, 2 * EXACT_TURNS + 50)
        turns = [found.turn for found in node.debugger.turns("walker", limit=10_000)]
        births = [turn.birth.reason for turn in turns if turn.birth is not None]
        assert births == [BirthReason.CHECKPOINT] * 3
        assert [turn.operation for turn in turns][:3] == ["message", "snapshot-state", "init"]
        export(node, tmp_path / "exact.plexbundle")
    (found,) = replay(tmp_path / "exact.plexbundle").actors
    begun = next(turn.seq for turn in turns if turn.birth is not None)
    assert (found.divergence, found.problem) == (None, "")
    assert found.fuel_compared >= turns[-1].seq - begun


def test_time_and_chance_go_on_and_nothing_is_drawn_twice(node: Node) -> None:
    with node:
        spawn(node)
        before = walk(node, 3)
        node.debugger.set_level("walker", RecordingLevel.EXACT)
        after = walk(node, EXACT_TURNS + 3)
        drawn, times = zip(*(answer.split()[1:] for answer in (*before, *after)), strict=True)
        assert len(set(drawn)) == len(drawn)
        assert list(map(float, times)) == sorted(map(float, times)) and len(set(times)) == len(times)
        assert [int(answer.split()[0]) for answer in after] == list(range(4, EXACT_TURNS + 7))


def test_one_that_cannot_hand_out_its_state_is_recorded_in_full_and_that_is_said(node: Node) -> None:
    with node:
        spawn(node, NO_STATE)
        node.debugger.set_level("walker", RecordingLevel.EXACT)
        assert walk(node, 2)[-1].startswith("2 ")
        said = [line.message for line in node.logs(actor="walker") if line.level is Level.WARN]
        why = "walker cannot hand out its state: it has no snapshot_state; stop it and spawn it anew"
        assert said == [f"it goes on as it was, and not in a fresh instance: {why}"]
        operations = [found.turn.operation for found in node.debugger.turns("walker", limit=10)]
        assert operations == ["init", "message", "message"]
