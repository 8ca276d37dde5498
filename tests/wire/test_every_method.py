"""Over every method of every service: deadlines, sizes, and errors with their typed detail."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "architecture"))

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from test_parity import FACETS, ONE_END_ONLY, RENAMED
from test_roles import METHODS

import workbench
from workbench import api
from workbench.api import PROFILES
from workbench.rpc.client import RemoteNode
from workbench.rpc.faults import KEY, STATUS
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import node_pb2
from workbench.rpc.server import serve
from workbench.rpc.server.access import Access
from workbench.rpc.server.endpoint import PARTS
from workbench.rpc.server.handler import python_name
from workbench.rpc.sizes import REQUEST_BYTES, most

SECRET = "s" * 40
SECONDS = 60
PROPERTIES = {"KeyValue": "keyvalue", "TupleSpace": "tuplespace"}
LONGEST_SECONDS = 6 * 3_600.0 + 600.0
"""Of all bytes of a blob; gRPC sends long ones in coarse steps."""
LIMITS = PROFILES["balanced"].interpreter
PARCEL = api.Parcel(
    "1", "node", "name", (), (), "name", "module", "", "", "balanced", (), LIMITS, "", False, False, "", 1, 0, 0, 0, 0.0
)
WITHOUT_DEADLINE = {"Actors.Relay", "Node.Watch"}
"""They never end by themselves; silence ends a watch, see its comment in the proto, and gRPC itself pings a way
between nodes."""


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    with (
        workbench.connect("embedded:") as node,
        serve(node, access=Access(SECRET, must=True)) as server,
        grpc.insecure_channel(server.address, options=(("grpc.max_send_message_length", -1),)) as opened,
    ):
        yield opened


def refused(channel: grpc.Channel, method: MethodDescriptor, data: bytes, token: str) -> tuple[grpc.Call, Any]:
    """How a call that sends these bytes ends, with its detail."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    call = channel.stream_stream(path)
    with pytest.raises(grpc.RpcError) as ended:
        list(call(iter([data]), timeout=SECONDS, metadata=(("authorization", f"Bearer {token}"),)))
    found = dict(ended.value.trailing_metadata())
    assert KEY in found, f"{method.full_name} ended without a typed detail: {ended.value.details()}"
    detail = common.ErrorDetail.FromString(found[KEY])
    assert ended.value.code() is STATUS[detail.code]
    assert len(detail.message) > 10 and "Traceback" not in detail.message
    return ended.value, detail


@pytest.mark.parametrize("name", METHODS)
def test_whoever_is_not_known_is_told_so(channel: grpc.Channel, name: str) -> None:
    _, detail = refused(channel, METHODS[name], b"", "wrong" * 8)
    assert detail.code in ("unauthenticated", "exhausted")  # an address may try only so often


@pytest.mark.parametrize("name", METHODS)
def test_what_cannot_be_parsed_is_invalid(channel: grpc.Channel, name: str) -> None:
    _, detail = refused(channel, METHODS[name], b"\xff\xff\xff", SECRET)
    assert detail.code == "invalid" and "cannot be parsed" in detail.message


@pytest.mark.parametrize("name", METHODS)
def test_a_request_that_is_too_large_says_how_much_its_method_takes(channel: grpc.Channel, name: str) -> None:
    method = METHODS[name]
    largest = most(method)
    assert largest <= REQUEST_BYTES
    if largest == REQUEST_BYTES:
        with pytest.raises(grpc.RpcError) as ended:  # gRPC itself takes no more, for any method
            path = f"/{method.containing_service.full_name}/{method.name}"
            known = (("authorization", f"Bearer {SECRET}"),)
            list(channel.stream_stream(path)(iter([bytes(largest + 1)]), timeout=SECONDS, metadata=known))
        assert ended.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        return
    _, detail = refused(channel, method, padding(largest + 1), SECRET)
    assert (detail.code, detail.limit, detail.value, detail.used) == (
        "exhausted", "request size", largest, largest + 1,
    )  # fmt: skip
    assert name in detail.message


def padding(size: int) -> bytes:
    """A field that no message has: every parser takes it, and every method would."""
    head = bytes([0xFA, 0xFF, 0x01])  # number 4,095, length-delimited
    length = size - len(head) - 4
    return (
        head
        + bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14 & 0x7F | 0x80, length >> 21])
        + (b"x" * length)
    )


def test_padding_is_a_request_like_any_other() -> None:
    """So that what refuses it is its size."""
    for method in METHODS.values():
        assert GetMessageClass(method.input_type).FromString(padding(70_000)).ByteSize() == 70_000


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part[2])
def test_what_a_service_says_of_its_methods_is_about_methods_that_it_has(part: tuple[Any, Any, str]) -> None:
    service, file, name = part
    assert service.long | service.endless <= set(file.services_by_name[name].methods_by_name)


class Deadlines:
    """A server that keeps how long each call may take, and answers none."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def handler(self, name: str) -> grpc.RpcMethodHandler[Any, Any]:
        def note(_: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
            left = context.time_remaining()
            self.seconds[name] = float("inf") if left is None else left
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "noted")
            yield b""

        return grpc.stream_stream_rpc_method_handler(note)


@pytest.fixture
def noted() -> Iterator[tuple[Deadlines, RemoteNode]]:
    noted = Deadlines()
    server = grpc.server(ThreadPoolExecutor(8))
    for name, (_, _, _, file) in FACETS.items():
        service = file.DESCRIPTOR.services_by_name[name]
        handlers = {method.name: noted.handler(f"{name}.{method.name}") for method in service.methods}
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service.full_name, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with RemoteNode(f"127.0.0.1:{port}") as node:
        yield noted, node
    server.stop(None)


def test_every_call_of_the_client_has_a_deadline(noted: tuple[Deadlines, RemoteNode]) -> None:
    found, node = noted
    for facet, (protocol, _, _, _) in FACETS.items():
        called = node if facet == "Node" else getattr(node, PROPERTIES.get(facet) or python_name(facet))
        for name, member in vars(protocol).items():
            if inspect.isfunction(member) and not name.startswith("_") and name not in ONE_END_ONLY:
                positional, named = arguments(member)
                with suppress(api.WorkbenchError):
                    answer = getattr(called, name)(*positional, **named)
                    list(answer if isinstance(answer, Iterator) else ())
    assert set(found.seconds) == set(METHODS), "some method was not called"
    assert endless(found) == WITHOUT_DEADLINE
    assert set(RENAMED.values()) == {"watch"}


def test_a_call_without_a_deadline_would_be_found(noted: tuple[Deadlines, RemoteNode]) -> None:
    found, node = noted
    with suppress(grpc.RpcError):
        list(node._stub.open("Logs", node_pb2.LogsRequest(), node_pb2.LogsResponse, seconds=None))
    assert endless(found) == {"Node.Logs"}


def endless(found: Deadlines) -> set[str]:
    return {name for name, seconds in found.seconds.items() if seconds > LONGEST_SECONDS}


def arguments(method: Any) -> tuple[list[Any], dict[str, Any]]:
    """Something of the right kind for what has no default."""
    hints = typing.get_type_hints(method, {**vars(api), **method.__globals__})
    wanted = [one for one in list(inspect.signature(method).parameters.values())[1:] if one.default is one.empty]
    named = {one.name: value(hints[one.name]) for one in wanted if one.kind is one.KEYWORD_ONLY}
    return [value(hints[one.name]) for one in wanted if one.kind is not one.KEYWORD_ONLY], named


def value(hint: Any) -> Any:
    kinds = typing.get_args(hint) or (hint,)
    if type(None) in kinds:
        return None
    if typing.get_origin(hint) is Sequence:
        return (1,)
    known: dict[Any, Any] = {
        bytes: b"x", str: "name", int: 1, bool: False, api.Limits: LIMITS, api.Cast: api.Cast("name", "type"),
        api.SupervisorSpec: api.SupervisorSpec("name"), api.StorageKind: api.StorageKind.LOGS,
        api.Parcel: PARCEL, api.Frame: api.Frame(api.FrameKind.BEAT),
    }  # fmt: skip
    found = next(known[kind] for kind in (str, *known) if kind in kinds)
    return [found] if typing.get_origin(hint) is Iterable else found
