"""From a service of ours to gRPC handlers, by the service's descriptor: a method `Ask` is served by `ask`.

Every call passes one gate; every error leaves through one border. A method is `ask(node, request, context) -> message`,
or a generator of messages where the answer is a stream; where the request is a stream it gets the iterator. A service
names its long methods and its endless ones, which are bounded apart, so that neither can take all the threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from workbench.api import Exhausted, Invalid, WorkbenchError
from workbench.rpc import faults
from workbench.rpc.server.gate import Call, Context, Gate, Scope, Service
from workbench.rpc.server.pace import paced
from workbench.rpc.sizes import most

__all__ = ["Context", "Gate", "Scope", "Service", "handler", "python_name"]


NO_SLOT = nullcontext()
"""A short call takes a thread of the pool and no more."""


def handler(service: Service, descriptor: ServiceDescriptor, gate: Gate) -> grpc.GenericRpcHandler:
    """All methods of `descriptor`, each served by the method of `service` with its name."""
    methods = {method.name: _method(service, method, gate) for method in descriptor.methods}
    return grpc.method_handlers_generic_handler(descriptor.full_name, methods)


def _method(service: Service, method: MethodDescriptor, gate: Gate) -> grpc.RpcMethodHandler[Any, Any]:
    call = getattr(service, python_name(method.name))
    name = f"{method.containing_service.name}.{method.name}"
    is_short = method.name not in service.long and not method.client_streaming

    def unary(request: Any, context: Context) -> Message:
        passing = Call(gate, method, context)
        if is_short:
            next(gate.begun)
        try:
            node = passing.admit()
            with NO_SLOT if is_short else gate.slot(service, method, passing):
                answer: Message = call(node, readable(request, passing), passing)
            passing.done()
            return answer
        except Exception as error:
            told = passing.why(error)
            passing.done(told)
            faults.leave(context, told, name)
        finally:
            if is_short:
                next(gate.ended)

    def stream(request: Any, context: Context) -> Iterator[Message]:
        passing = Call(gate, method, context)
        try:
            node = passing.admit()
            with gate.slot(service, method, passing):
                for answer in call(node, readable(request, passing), passing):
                    passing.go_on()
                    with passing.handing_over():
                        yield answer
                passing.go_on()
            passing.done()
        except GeneratorExit as left:
            passing.done(left)
            raise
        except Exception as error:
            told = passing.why(error)
            passing.done(told)
            faults.leave(context, told, name)

    def readable(request: Any, passing: Call) -> Any:
        if not method.client_streaming:
            return _seen(request, passing)
        return _in_hand(request, passing, gate)

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


def _reader(method: MethodDescriptor) -> Callable[[bytes], Message | WorkbenchError]:
    """Reads a request. What cannot be read goes on as the error: raised here, gRPC would print a traceback."""
    kind, largest = GetMessageClass(method.input_type), most(method)
    name = f"{method.containing_service.name}.{method.name}"

    def read(data: bytes) -> Message | WorkbenchError:
        if len(data) > largest:
            said = f"a request of {len(data):,} bytes; {name} takes up to {largest:,}"
            return Exhausted(said, limit="request size", value=largest, used=len(data))
        try:
            return kind.FromString(data)
        except DecodeError:
            return Invalid("the request cannot be parsed; is it made for this version of the protocol?")

    return read


def _in_hand(request: Any, passing: Call, gate: Gate) -> Iterator[Any]:
    """Each request of a stream, which is in hand until the next one is asked for."""
    for each in paced(request, gate.patience):
        next(gate.begun)
        try:
            yield _seen(each, passing)
        finally:
            next(gate.ended)


def _seen(request: Message | WorkbenchError, passing: Call) -> Message:
    if isinstance(request, WorkbenchError):
        raise request
    passing.go_on()
    passing.see(request)
    return request
