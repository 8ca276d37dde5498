"""Durable actors for tests of the Journal panel: core actors, whose journal needs no interpreter."""

from __future__ import annotations

from real_node import QuickNode

from workbench.api import SpawnOptions


def durable(node: QuickNode, name: str, turns: int = 0) -> None:
    """One that counts, with so many turns behind it."""
    node.actors.spawn("fragile", "0", options=SpawnOptions(name=name, durable=True))
    for _ in range(turns):
        node.actors.ask(name, "increment")
