"""Health and reflection, as the tools that know nothing of us ask for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

import workbench
from workbench.api import Node
from workbench.rpc.client import RemoteNode
from workbench.rpc.server import Server
from workbench.rpc.server.endpoint import PARTS, offers_reflection
from workbench.rpc.server.standard import REFLECTIONS, WATCHERS

SERVING, NOT_SERVING, UNKNOWN = 1, 2, 3
OURS = {f"plexspaces.v1.{name}" for _, _, name in PARTS}


@pytest.fixture
def server(embedded: Node) -> Iterator[Server]:
    embedded.tokens.create("ci")
    with workbench.serve(embedded, listen="127.0.0.1:0") as running:
        yield running


@pytest.fixture
def channel(server: Server) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address) as opened:
        yield opened


def asked(channel: grpc.Channel, *requests: reflection_pb2.ServerReflectionRequest) -> list[object]:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    return list(stub.ServerReflectionInfo(iter(requests), timeout=20))


@pytest.mark.parametrize("service", ["", *sorted(OURS)])
def test_every_service_serves_and_that_is_told_without_a_token(channel: grpc.Channel, service: str) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    assert stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=20).status == SERVING


def test_the_private_endpoint_tells_its_health_too(embedded: Node) -> None:
    with workbench.serve(embedded) as server, grpc.insecure_channel(server.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        assert stub.Check(health_pb2.HealthCheckRequest(), timeout=20).status == SERVING


def test_a_service_that_is_not_there_is_not_found(channel: grpc.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    with pytest.raises(grpc.RpcError) as refused:
        stub.Check(health_pb2.HealthCheckRequest(service="absent"), timeout=20)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_node_that_drains_serves_no_more_and_still_answers(server: Server, channel: grpc.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    watching = stub.Watch(health_pb2.HealthCheckRequest(service="plexspaces.v1.Actors"), timeout=30)
    assert next(watching).status == SERVING
    server.drain()
    assert next(watching).status == NOT_SERVING
    assert stub.Check(health_pb2.HealthCheckRequest(), timeout=20).status == NOT_SERVING
    watching.cancel()


def test_a_node_that_closes_tells_its_watchers_first(embedded: Node) -> None:
    server = workbench.serve(embedded)
    with grpc.insecure_channel(server.address) as channel:
        watching = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=30)
        assert next(watching).status == SERVING
        server.close()
        assert next(watching).status == NOT_SERVING


def test_watchers_of_health_take_no_thread_and_are_bounded(server: Server, channel: grpc.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    watching = [stub.Watch(health_pb2.HealthCheckRequest(service=f"made up {number}"), timeout=60)
                for number in range(WATCHERS)]  # fmt: skip
    assert {next(each).status for each in watching} == {UNKNOWN}
    with pytest.raises(grpc.RpcError) as refused:
        next(stub.Watch(health_pb2.HealthCheckRequest(), timeout=20))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stub.Check(health_pb2.HealthCheckRequest(), timeout=20).status == SERVING
    for each in watching:
        each.cancel()


def test_reflection_tells_every_service_and_its_methods(channel: grpc.Channel) -> None:
    (listed,) = asked(channel, reflection_pb2.ServerReflectionRequest(list_services=""))
    names = {service.name for service in listed.list_services_response.service}  # type: ignore[attr-defined]
    assert names == OURS | {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    for name in sorted(names):
        (found,) = asked(channel, reflection_pb2.ServerReflectionRequest(file_containing_symbol=name))
        assert found.file_descriptor_response.file_descriptor_proto, name  # type: ignore[attr-defined]


def test_streams_of_reflection_are_bounded(server: Server, channel: grpc.Channel) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    with pytest.raises(grpc.RpcError) as refused:
        next(stub.ServerReflectionInfo(iter(()), timeout=3_600))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT

    def endless() -> Iterator[reflection_pb2.ServerReflectionRequest]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")
        held.wait(20)

    held = threading.Event()
    opened = [stub.ServerReflectionInfo(endless(), timeout=20) for _ in range(REFLECTIONS)]
    for each in opened:
        next(each)
    with pytest.raises(grpc.RpcError) as refused:
        next(stub.ServerReflectionInfo(endless(), timeout=20))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    held.set()


@pytest.mark.parametrize(("listen", "reflect", "offered"), [
    ("127.0.0.1:0", False, True), ("127.0.0.2:0", False, True), ("[::1]:0", False, True), ("localhost:0", False, True),
    ("0.0.0.0:0", False, False), ("192.168.1.1:1", False, False), ("[::]:1", False, False),
    ("node.example:1", False, False), ("0.0.0.0:0", True, True),
])  # fmt: skip
def test_beyond_this_machine_reflection_is_there_when_it_is_asked_for(
    listen: str, reflect: bool, offered: bool
) -> None:
    assert offers_reflection(listen, reflect=reflect) is offered


def test_a_stranger_beyond_this_machine_finds_no_reflection(embedded: Node, tmp_path: Path) -> None:
    """On all addresses of the machine, so the policy is that of one beyond it; asked over this machine's own."""
    folder = tmp_path / "certs"
    workbench.make_certificates(folder)
    embedded.tokens.create("ci")
    trusted = grpc.ssl_channel_credentials((folder / "ca.pem").read_bytes())
    for reflect in (False, True):
        with workbench.serve(
            embedded, listen="0.0.0.0:0", tls_cert=str(folder / "server.pem"), tls_key=str(folder / "server-key.pem"),
            reflect=reflect,
        ) as server:  # fmt: skip
            address = server.address.replace("0.0.0.0", "127.0.0.1")
            with grpc.secure_channel(address, trusted) as channel:
                health = health_pb2_grpc.HealthStub(channel)
                assert health.Check(health_pb2.HealthCheckRequest(), timeout=20).status == SERVING
                if reflect:
                    assert asked(channel, reflection_pb2.ServerReflectionRequest(list_services=""))
                else:
                    with pytest.raises(grpc.RpcError) as refused:
                        asked(channel, reflection_pb2.ServerReflectionRequest(list_services=""))
                    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_health_needs_no_token_but_everything_of_ours_does(server: Server) -> None:
    with RemoteNode(server.address) as anybody, pytest.raises(workbench.api.Unauthenticated):
        anybody.info()
