"""A real node for tests of panels: tiny core actors, so that it needs no interpreter and starts in a moment."""

# ruff: noqa: ARG002  (the protocol has more arguments than are needed here)
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.unit.fragile import FRAGILE, child, die, tree
from workbench.api import CancelToken, ChildSpec, NodeInfo, ProgressCallback, Strategy, WorkbenchError
from workbench.api.supervision import INFINITY
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

__all__ = ["QuickNode", "child", "crash", "quick_node", "shop", "tree"]


class QuickNode(LocalNode):
    """One whose interpreter nobody needs."""

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        return self.info()


@contextmanager
def quick_node() -> Iterator[QuickNode]:
    """`fragile` is deployed: `die` traps, `increment` counts, `spin` never ends."""
    with QuickNode(Machine(None, load())) as node:
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        yield node


def shop(node: LocalNode, strategy: Strategy = Strategy.ONE_FOR_ONE, intensity: int = 3) -> None:
    """A tree: `shop` with `till`, and below it `workers` (rest_for_one) with `first`, `second` and `third`."""
    workers = tree("workers", Strategy.REST_FOR_ONE, *map(child, ("first", "second", "third")))
    below = ChildSpec("workers", shutdown_ms=INFINITY, supervisor=workers)
    node.supervision.apply(tree("shop", strategy, child("till"), below, intensity=intensity, period_ms=60_000))


def crash(node: LocalNode, name: str, times: int = 1) -> None:
    """Let it die, and be started again."""
    for _ in range(times):
        assert isinstance(die(node, name), WorkbenchError)
