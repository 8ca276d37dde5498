"""The pytest plugin: fixtures that give a node. What it needs is loaded when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workbench.testing.node import VirtualNode

pytest.register_assert_rewrite("workbench.testing.actor")


def _node(request: pytest.FixtureRequest) -> Iterator[VirtualNode]:
    from workbench.testing.node import VirtualNode

    with VirtualNode(request.path.parent) as node:
        yield node


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Iterator[VirtualNode]:
    """A node of the test's own, in virtual time; files are looked for beside the test."""
    yield from _node(request)


@pytest.fixture(scope="module")
def module_node(request: pytest.FixtureRequest) -> Iterator[VirtualNode]:
    """One node for all tests of a file, where starting one for each takes too long."""
    yield from _node(request)
