"""Test your own actors with pytest: a real node in virtual time, its services in memory, every host call seen.

    def test_it_counts(node):
        counter = node.start("counter.py", "41")
        assert counter.call("increment") == "42"
        assert counter.host_calls() == []

The fixtures `node` and `module_node` come with the package: pytest finds them by itself (docs/testing.md).
"""

from __future__ import annotations

from workbench.testing.actor import ActorHandle
from workbench.testing.node import VirtualNode

__all__ = ["ActorHandle", "VirtualNode"]
