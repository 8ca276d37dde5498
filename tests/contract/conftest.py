"""One suite, two kinds of node: embedded, and the same over gRPC. Neither end may be told from the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_sources import COUNTER

import workbench
from workbench.api import Node


@pytest.fixture
def embedded(interpreter: str, tmp_path: Path) -> Iterator[Node]:
    """A node on a workspace of its own."""
    with workbench.connect(f"embedded:{tmp_path / 'workspace'}") as node:
        yield node


@pytest.fixture(params=["local", "over gRPC"])
def node(request: pytest.FixtureRequest, embedded: Node) -> Iterator[Node]:
    """The embedded node itself, or a client of its private endpoint."""
    if request.param == "local":
        yield embedded
        return
    with workbench.serve(embedded):
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        with workbench.connect(f"grpc://{found.address}", token=found.token) as remote:
            yield remote


@pytest.fixture
def counter(node: Node) -> str:
    """The name of a running counter."""
    node.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    return node.actors.spawn("counter", options=workbench.api.SpawnOptions(name="tally")).id.name
