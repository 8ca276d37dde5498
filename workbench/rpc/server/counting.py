"""An interceptor around every call of a listener: which method it was of, with which status it ended, how long it took.

A stream has ended when its last answer was taken, or its caller has left. Methods that nobody serves are one,
`unknown`: their names come from outside. Health and reflection, which supervisors ask all the time, are not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import grpc

OWN = "/plexspaces.v1."
UNKNOWN = "unknown"
Counted: TypeAlias = Callable[[str, str, float], None]
"""Told the method (`Actors.Ask`), the name of the status, and seconds."""
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Counting(grpc.ServerInterceptor):
    """Thread-safe. The handlers of methods never change: each is wrapped once."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._wrapped: dict[str, Handler] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        path = handler_call_details.method
        if (known := self._wrapped.get(path)) is not None:
            return known
        found = continuation(handler_call_details)
        if found is None:
            self._counted(UNKNOWN, grpc.StatusCode.UNIMPLEMENTED.name, 0.0)
            return None
        if not path.startswith(OWN):
            return found
        made = self._wrapped[path] = self._wrap(path.removeprefix(OWN).replace("/", "."), found)
        return made

    def _wrap(self, method: str, handler: Handler) -> Handler:
        """The same handler, measured."""
        make: Callable[..., Handler]
        match handler.request_streaming, handler.response_streaming:
            case False, False:
                behavior, make = self._call(method, handler.unary_unary), grpc.unary_unary_rpc_method_handler
            case False, True:
                behavior, make = self._stream(method, handler.unary_stream), grpc.unary_stream_rpc_method_handler
            case True, False:
                behavior, make = self._call(method, handler.stream_unary), grpc.stream_unary_rpc_method_handler
            case _:
                behavior, make = self._stream(method, handler.stream_stream), grpc.stream_stream_rpc_method_handler
        return make(behavior, handler.request_deserializer, handler.response_serializer)

    def _call(self, method: str, behavior: Any) -> Callable[[Any, Any], Any]:
        def measured(request: Any, context: Any) -> Any:
            began = time.perf_counter()
            ended = False
            try:
                answer = behavior(request, context)
                ended = True
                return answer
            finally:
                self._counted(method, _status(context, ended=ended), time.perf_counter() - began)

        return measured

    def _stream(self, method: str, behavior: Any) -> Callable[[Any, Any], Iterator[Any]]:
        def measured(request: Any, context: Any) -> Iterator[Any]:
            began = time.perf_counter()
            ended = False
            try:
                yield from behavior(request, context)
                ended = True
            finally:
                self._counted(method, _status(context, ended=ended), time.perf_counter() - began)

        return measured


def _status(context: Any, *, ended: bool) -> str:
    """The name of the status that the caller gets; of one that has left, whatever came of the call, that of leaving."""
    if not context.is_active():
        left = context.time_remaining()
        late = left is not None and left <= 0
        return (grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED).name
    code = context.code()
    if code is not None:
        return str(code.name)
    return (grpc.StatusCode.OK if ended else grpc.StatusCode.UNKNOWN).name
