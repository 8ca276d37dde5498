"""Older nodes: what they lack is found out, told, and hidden with that reason."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from watching import watched

from workbench.api import Node, Unavailable
from workbench.api.connections import Connection, Phase
from workbench.rpc.client import RemoteNode
from workbench.rpc.server import endpoint, serve, standard
from workbench.rpc.server.access import Access
from workbench.rpc.server.gate import Gate
from workbench.rpc.server.handler import handler


class Without:
    """The descriptor of a service as an older node has it."""

    def __init__(self, service: Any, *methods: str) -> None:
        self.full_name, self.name = service.full_name, service.name
        self.methods = [method for method in service.methods if method.name not in methods]


@contextmanager
def older(node: Node, *, services: tuple[str, ...] = (), methods: tuple[str, ...] = ()) -> Iterator[str]:
    """A node without these, over the real handlers; reflection tells the truth about services alone."""
    gate = Gate(node, None, access=Access(), rates=None, audit=None)
    parts = [part for part in endpoint.PARTS if part[2] not in services]
    handlers = [
        handler(service(), Without(file.services_by_name[name], *methods), gate)  # type: ignore[arg-type]
        for service, file, name in parts
    ]
    server = grpc.server(ThreadPoolExecutor(16), handlers=handlers)
    standard.add(server, [file.services_by_name[name].full_name for _, file, name in parts], reflect=False)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        gate.close()
        server.stop(None).wait(5.0)


def test_a_node_of_this_version_lacks_nothing_with_reflection_and_without(node: Node) -> None:
    with serve(node) as server, watched(Connection("own", server.address)) as link:
        assert link.wait_phase(Phase.ATTACHED)[1].lacks == frozenset()
    with older(node) as address, watched(Connection("own", address)) as link:
        assert link.wait_phase(Phase.ATTACHED)[1].lacks == frozenset()


def test_services_that_an_older_node_lacks_are_known_when_it_is_attached(node: Node) -> None:
    with older(node, services=("Tokens", "Debugger")) as address, watched(Connection("old", address)) as link:
        assert link.wait_phase(Phase.ATTACHED)[1].lacks == {"Tokens", "Debugger"}


def test_a_method_that_it_lacks_is_known_from_the_first_call_on(node: Node) -> None:
    with older(node, methods=("Increment",)) as address, watched(Connection("old", address)) as link:
        link.wait_phase(Phase.ATTACHED)
        assert link.link is not None and link.link.node is not None
        with pytest.raises(Unavailable, match=r"does not offer KeyValue\.Increment: it is of an older version"):
            link.link.node.keyvalue.increment("a")
        link.wait_for(lambda state: state.lacks == {"KeyValue.Increment"})


def test_reflection_tells_methods_before_any_call(node: Node) -> None:
    """A node is asked for what this program knows more than it does."""
    from google.protobuf import descriptor_pb2

    from workbench.rpc.client import pulse
    from workbench.rpc.generated.plexspaces.v1 import keyvalue_pb2

    file = descriptor_pb2.FileDescriptorProto()
    keyvalue_pb2.DESCRIPTOR.CopyToProto(file)
    kept = [method for method in file.service[0].method if method.name != "Increment"]
    del file.service[0].method[:]
    file.service[0].method.extend(kept)

    class Answer:
        class file_descriptor_response:  # noqa: N801
            file_descriptor_proto = (file.SerializeToString(),)

    found = pulse._methods("plexspaces.v1.KeyValue", Answer)
    assert found is not None
    assert "Put" in found and "Increment" not in found
    assert pulse._methods("plexspaces.v1.Locks", Answer) is None
    with serve(node) as server, RemoteNode(server.address) as remote:
        assert remote._connection.missing() == frozenset()
