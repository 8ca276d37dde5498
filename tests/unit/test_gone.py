"""An actor that is gone leaves nothing of itself behind, however it was spoken to and however it ended."""

from __future__ import annotations

import gc
from collections.abc import Callable
from weakref import ref

import pytest

from workbench.api import Crashed, Node, SpawnOptions


def _stopped(node: Node, name: str) -> None:
    node.actors.ask(name, "echo", "x")


def _crashed(node: Node, name: str) -> None:
    with pytest.raises(Crashed):
        node.actors.ask(name, "raising")


def _waking_later(node: Node, name: str) -> None:
    node.actors.ask(name, "later", "600000")


@pytest.mark.parametrize("used", [_stopped, _crashed, _waking_later])
def test_an_actor_that_is_gone_is_freed(node: Node, used: Callable[[Node, str], None]) -> None:
    """Ten KB each were kept for a name that had been used once: after 4,000 names that was 41 MiB."""
    left = []
    for number in range(5):
        name = node.actors.spawn("odd", options=SpawnOptions(name=f"brief-{number}")).id.name
        left.append(ref(node.actors.find(name)))  # type: ignore[attr-defined]
        used(node, name)
        node.actors.stop(name)
    gc.collect()
    assert [found for each in left if (found := each()) is not None] == []
