"""The standard services: health on every listener, reflection where it is asked for. Both are asked without a token.

Health tells nothing but whether a service serves, and whoever asks is a supervisor that has no token. The servicers are
those of grpcio; what anybody may open is bounded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import BoundedSemaphore
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

WATCHERS = 64
"""Of the health of a service. They take no thread."""
REFLECTIONS = 4
"""Streams of reflection that are open at once; each takes a thread."""
REFLECTION_SECONDS = 30.0


class Health(health.HealthServicer):  # type: ignore[misc]
    """Which services serve; all of them until `drain`."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(experimental_non_blocking=True)
        self._known = frozenset(("", *services))
        self._watchers = BoundedSemaphore(WATCHERS)
        for service in services:
            self.set(service, health_pb2.HealthCheckResponse.SERVING)

    def Watch(self, request: Any, context: grpc.ServicerContext, send_response_callback: Any = None) -> Any:  # noqa: N802
        if not self._watchers.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{WATCHERS} watchers of health are here already")
        if not context.add_callback(self._watchers.release):
            self._watchers.release()
            return None
        if request.service in self._known:
            return super().Watch(request, context, send_response_callback)
        # A name that nobody knows is not kept: there may be any number of them.
        send_response_callback(health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVICE_UNKNOWN))
        return None

    def drain(self) -> None:
        """From now on nothing serves."""
        self.enter_graceful_shutdown()


class Reflection(reflection.ReflectionServicer):  # type: ignore[misc]
    """What services there are, for so many callers at once and for so long."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(services)
        self._open = BoundedSemaphore(REFLECTIONS)

    def ServerReflectionInfo(self, request_iterator: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        if (context.time_remaining() or 0.0) > REFLECTION_SECONDS:  # infinite without a deadline
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"give a deadline of up to {REFLECTION_SECONDS:g} s")
        if not self._open.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{REFLECTIONS} streams of reflection are open already")
        try:
            yield from super().ServerReflectionInfo(request_iterator, context)
        finally:
            self._open.release()


def add(server: grpc.Server, services: Sequence[str], *, reflect: bool) -> Health:
    """Put them beside `services`."""
    standard = Health(services)
    put_health: Callable[..., None] = health_pb2_grpc.add_HealthServicer_to_server
    put_health(standard, server)
    if reflect:
        put_reflection: Callable[..., None] = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
        put_reflection(Reflection([*services, health.SERVICE_NAME, reflection.SERVICE_NAME]), server)
    return standard
