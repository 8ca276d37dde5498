"""What a connection lets out: over every method of every service, counted where the calls would arrive."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.empty_pb2 import Empty

import workbench.rpc.generated.plexspaces.v1 as generated
from workbench.api import Denied, Node, WorkbenchError
from workbench.api.connections import Intent, Mode
from workbench.rpc.client import RemoteNode
from workbench.rpc.client.channel import Connection, Manner
from workbench.rpc.client.mode import is_changing
from workbench.rpc.roles import changes
from workbench.rpc.security import Caller

METHODS: tuple[MethodDescriptor, ...] = tuple(
    method
    for module in sorted(found.name for found in iter_modules(generated.__path__))
    if module.endswith("_pb2")
    for service in import_module(f"{generated.__name__}.{module}").DESCRIPTOR.services_by_name.values()
    for method in service.methods
)
CHANGING = {_ for _ in METHODS if changes(_)}


class Recording(grpc.GenericRpcHandler):
    """A node that answers nothing and remembers what came."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def service(self, handler_call_details: Any) -> Any:
        self.came.append(handler_call_details.method)
        return grpc.stream_stream_rpc_method_handler(lambda _, __: iter(()))


@contextmanager
def recording() -> Iterator[tuple[Recording, str]]:
    handler = Recording()
    server = grpc.server(ThreadPoolExecutor(4), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield handler, f"127.0.0.1:{port}"
    finally:
        server.stop(None)


def path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def call_all(address: str, manner: Manner) -> dict[str, WorkbenchError]:
    """Every method once, by the stubs that all facets use, in each way that they have; the errors by path."""
    connection = Connection(address, token="", caller=Caller(), manner=manner)
    refused: dict[str, WorkbenchError] = {}
    for method in METHODS:
        stub = connection.stub(method.containing_service)
        request: Any = iter([Empty()]) if method.client_streaming else Empty()
        try:
            if method.server_streaming:
                list(stub.stream(method.name, request, Empty, seconds=10))
            else:
                stub.call(method.name, request, Empty, seconds=10)
        except WorkbenchError as error:
            refused[path(method)] = error
    connection.close()
    return refused


def test_there_is_much_to_test() -> None:
    assert len(METHODS) > 140
    assert len(CHANGING) > 60
    assert len(METHODS) - len(CHANGING) > 60


def test_a_read_only_connection_sends_no_changing_call_and_every_other_one() -> None:
    with recording() as (node, address):
        refused = call_all(address, Manner("prod", Mode.READ_ONLY))
    assert sorted(node.came) == sorted(path(method) for method in METHODS if method not in CHANGING)
    for method in CHANGING:
        error = refused[path(method)]
        assert isinstance(error, Denied)
        assert f"prod is a read-only connection, and {method.containing_service.name}.{method.name}" in error.message


def test_the_count_catches_a_connection_that_lets_everything_out() -> None:
    with recording() as (node, address):
        call_all(address, Manner("prod", Mode.NORMAL))
    assert sorted(node.came) == sorted(map(path, METHODS))


def test_a_call_that_could_be_cancelled_is_refused_too() -> None:
    from workbench.api import CancelToken
    from workbench.rpc.generated.plexspaces.v1 import keyvalue_pb2 as pb

    with recording() as (node, address):
        connection = Connection(address, token="", caller=Caller(), manner=Manner("prod", Mode.READ_ONLY))
        stub = connection.stub(pb.DESCRIPTOR.services_by_name["KeyValue"])
        with pytest.raises(Denied, match="nothing was sent"):
            stub.call("Put", pb.KeyValuePutRequest(key="a"), pb.KeyValuePutResponse, cancel=CancelToken())
        connection.close()
    assert node.came == []


def test_what_nobody_has_classified_changes_something() -> None:
    assert is_changing("/plexspaces.v1.KeyValue/Invented")
    assert is_changing("/invented.v1.Service/Get")
    assert not is_changing("/grpc.health.v1.Health/Check")


def test_a_connection_that_confirms_asks_once_for_each_changing_call_and_for_no_other() -> None:
    asked: list[Intent] = []

    def no(intent: Intent) -> bool:
        asked.append(intent)
        return False

    with recording() as (node, address):
        refused = call_all(address, Manner("prod", Mode.CONFIRM, no))
    assert sorted(node.came) == sorted(path(method) for method in METHODS if method not in CHANGING)
    assert [intent.method for intent in asked] == [
        f"{method.containing_service.name}.{method.name}" for method in METHODS if method in CHANGING
    ]
    assert all("was not confirmed: nothing was sent" in refused[path(m)].message for m in CHANGING)
    with recording() as (node, address):
        call_all(address, Manner("prod", Mode.CONFIRM, lambda _: True))
    assert sorted(node.came) == sorted(map(path, METHODS))


def test_without_anybody_to_ask_nothing_is_confirmed() -> None:
    with recording() as (node, address):
        call_all(address, Manner("prod", Mode.CONFIRM))
    assert {*node.came}.isdisjoint(map(path, CHANGING))


def test_over_a_real_node_a_read_only_connection_reads_and_a_question_names_the_thing(embedded: Node) -> None:
    from workbench.rpc.server import serve

    asked: list[Intent] = []
    embedded.keyvalue.put("colour", "blue")
    with serve(embedded) as server:
        with RemoteNode(server.address, manner=Manner("prod", Mode.READ_ONLY)) as reader:
            assert reader.keyvalue.get("colour") == "blue"
            with reader.subscribe() as events, pytest.raises(Denied, match=r"KeyValue\.Put may change something"):
                assert reader.info().name == embedded.info().name
                reader.keyvalue.put("colour", "red")
            with pytest.raises(Denied, match=r"Modules\.Deploy"):
                reader.modules.deploy(b"(module)", file_name="a.wat")
            assert not events.get(0.0)
        with RemoteNode(
            server.address, manner=Manner("prod", Mode.CONFIRM, lambda i: bool(asked.append(i)) or True)
        ) as careful:
            careful.keyvalue.put("colour", "red")
            with suppress(WorkbenchError):
                careful.modules.deploy(b"nothing", file_name="a.wat")
    assert embedded.keyvalue.get("colour") == "red"
    assert asked == [Intent("prod", "KeyValue.Put", "colour"), Intent("prod", "Modules.Deploy", "a.wat")]
