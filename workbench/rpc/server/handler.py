"""From a service of ours to gRPC handlers, by the service's descriptor: a method `Ask` is served by `ask`.

Every call passes one gate: token, tenant, a free slot; every error leaves through one border. A method is
`ask(node, request, context) -> message`, or a generator of messages where the answer is a stream; where the request is
a stream it gets the iterator. A service names its long methods and its endless ones, which are bounded apart, so that
neither can take all the threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, Protocol, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from workbench.api import Denied, Exhausted, Invalid, Node
from workbench.rpc import faults
from workbench.rpc.security import Caller, admit

STREAMS = 32
LONG_CALLS = 24
Scope: TypeAlias = Callable[[str, str], Node]
Context: TypeAlias = grpc.ServicerContext


class Service(Protocol):
    """Which methods of a service wait for guests or compilers, and which never end by themselves."""

    long: frozenset[str]
    endless: frozenset[str]


class Gate:
    """Who may call, on which node, and how many at once."""

    def __init__(self, node: Node, token: str, scope: Scope | None) -> None:
        self._node = node
        self._token = token
        self._scope = scope
        self._streams = BoundedSemaphore(STREAMS)
        self._long = BoundedSemaphore(LONG_CALLS)
        self._open: set[Context] = set()

    def node(self, context: Context) -> Node:
        """The node as this caller may see it; Unauthenticated or Denied otherwise."""
        caller = admit(dict(context.invocation_metadata()), self._token)
        if self._scope is not None:
            return self._scope(caller.tenant, caller.namespace)
        if caller != Caller():
            raise Denied("this endpoint serves the default tenant and namespace only")
        return self._node

    @contextmanager
    def slot(self, service: Service, method: str, context: Context) -> Iterator[None]:
        """Room for one more call of this kind, or Exhausted at once."""
        if method in service.endless:
            with _taken(self._streams, STREAMS, "streams"):
                self._open.add(context)
                try:
                    yield
                finally:
                    self._open.discard(context)
        elif method in service.long:
            with _taken(self._long, LONG_CALLS, "long calls"):
                yield
        else:
            yield

    def end_streams(self) -> None:
        """End the calls that never end by themselves, so that a stop need not wait for them."""
        for context in tuple(self._open):
            context.cancel()


@contextmanager
def _taken(slots: BoundedSemaphore, limit: int, kind: str) -> Iterator[None]:
    if not slots.acquire(blocking=False):
        said = f"{limit} {kind} are open at this node already; try again when one has ended"
        raise Exhausted(said, limit=kind, value=limit, used=limit + 1)
    try:
        yield
    finally:
        slots.release()


def handler(service: Service, descriptor: ServiceDescriptor, gate: Gate) -> grpc.GenericRpcHandler:
    """All methods of `descriptor`, each served by the method of `service` with its name."""
    methods = {method.name: _method(service, method, gate) for method in descriptor.methods}
    return grpc.method_handlers_generic_handler(descriptor.full_name, methods)


def _method(service: Service, method: MethodDescriptor, gate: Gate) -> grpc.RpcMethodHandler[Any, Any]:
    call = getattr(service, python_name(method.name))
    name = f"{method.containing_service.name}.{method.name}"

    def unary(request: Any, context: Context) -> Message:
        try:
            node = gate.node(context)
            with gate.slot(service, method.name, context):
                answer: Message = call(node, readable(request), context)
                return answer
        except Exception as error:
            faults.leave(context, error, name)

    def stream(request: Any, context: Context) -> Iterator[Message]:
        try:
            node = gate.node(context)
            with gate.slot(service, method.name, context):
                yield from call(node, readable(request), context)
        except Exception as error:
            faults.leave(context, error, name)

    def readable(request: Any) -> Any:
        return map(_readable, request) if method.client_streaming else _readable(request)

    reader, writer = _reader(method), GetMessageClass(method.output_type).SerializeToString
    match method.client_streaming, method.server_streaming:
        case False, False:
            return grpc.unary_unary_rpc_method_handler(unary, reader, writer)
        case False, True:
            return grpc.unary_stream_rpc_method_handler(stream, reader, writer)
        case True, True:
            return grpc.stream_stream_rpc_method_handler(stream, reader, writer)
        case _:
            return grpc.stream_unary_rpc_method_handler(unary, reader, writer)


def python_name(method: str) -> str:
    """`StartChild` is served by `start_child`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method).lower()


def _reader(method: MethodDescriptor) -> Callable[[bytes], Message | DecodeError]:
    """Reads a request. What cannot be read goes on as the error: raised here, gRPC would print a traceback."""
    kind = GetMessageClass(method.input_type)

    def read(data: bytes) -> Message | DecodeError:
        try:
            return kind.FromString(data)
        except DecodeError as error:
            return error

    return read


def _readable(request: Message | DecodeError) -> Message:
    if isinstance(request, DecodeError):
        raise Invalid("the request cannot be parsed; is it made for this version of the protocol?")
    return request
