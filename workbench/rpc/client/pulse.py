"""How an endpoint is doing: one answer and how long it took, what it offers, and whether something cuts the connection.

What can be told without a token is asked of the standard services: health, and where it is offered reflection.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from workbench.rpc.generated.plexspaces.v1 import node_pb2

HEALTH = "/grpc.health.v1.Health/Check"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
OFFER_SECONDS = 5.0
CUTS = 2
"""So many cuts in a row are no accident."""
CUT_SECONDS = 10.0
"""A connection that lived longer was not cut by a rule of a few seconds."""
UNSEEN = grpc.StatusCode.UNIMPLEMENTED


def ask_health(channel: grpc.Channel, seconds: float) -> float:
    """How many milliseconds an answer took; RpcError without one. A node without health has answered as well."""
    started = time.perf_counter()
    request = health_pb2.HealthCheckRequest()
    call = channel.unary_unary(
        HEALTH, request_serializer=_bytes, response_deserializer=health_pb2.HealthCheckResponse.FromString
    )
    try:
        call(request, timeout=seconds)
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call) or error.code() is not UNSEEN:
            raise
    return (time.perf_counter() - started) * 1000


def services() -> Sequence[ServiceDescriptor]:
    """Those of this program, by name."""
    package, pool = node_pb2.DESCRIPTOR.package, descriptor_pool.Default()
    names = ("Modules", "Actors", "Capabilities", "Supervision", "Blobs", "Channels", "Debugger", "Journal", "KeyValue",
             "Locks", "ProcessGroups", "Registry", "Tokens", "TupleSpace", "Node")  # fmt: skip
    return [pool.FindServiceByName(f"{package}.{name}") for name in names]


def missing(channel: grpc.Channel) -> frozenset[str]:
    """What this program calls and the endpoint has not: `Service`, or `Service.Method` where that can be told."""
    with suppress(grpc.RpcError):
        return _by_reflection(channel)
    return _by_health(channel)


def _by_reflection(channel: grpc.Channel) -> frozenset[str]:
    """One stream with one question for each service. RpcError: it is not offered."""
    wanted = services()
    ask = channel.stream_stream(
        REFLECTION, request_serializer=_bytes,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )  # fmt: skip
    questions = (reflection_pb2.ServerReflectionRequest(file_containing_symbol=each.full_name) for each in wanted)
    answers = ask(questions, timeout=OFFER_SECONDS)
    lacks: set[str] = set()
    for service, answer in zip(wanted, answers, strict=False):
        has = _methods(service.full_name, answer)
        if has is None:
            lacks.add(service.name)
        else:
            lacks |= {f"{service.name}.{method.name}" for method in service.methods if method.name not in has}
    return frozenset(lacks)


def _methods(service: str, answer: Any) -> frozenset[str] | None:
    for data in answer.file_descriptor_response.file_descriptor_proto:
        file = FileDescriptorProto.FromString(data)
        for each in file.service:
            if f"{file.package}.{each.name}" == service:
                return frozenset(method.name for method in each.method)
    return None


def _by_health(channel: grpc.Channel) -> frozenset[str]:
    """Which services it does not know; nothing where it does not say."""
    call = channel.unary_unary(
        HEALTH, request_serializer=_bytes, response_deserializer=health_pb2.HealthCheckResponse.FromString
    )
    asked: list[tuple[str, Any]] = [
        (each.name, call.future(health_pb2.HealthCheckRequest(service=each.full_name), timeout=OFFER_SECONDS))
        for each in services()
    ]
    return frozenset(name for name, answer in asked if answer.code() is grpc.StatusCode.NOT_FOUND)


class Transport:
    """Follows the connection below the calls. `changed` is called whenever it comes or goes, on a thread of gRPC's."""

    def __init__(self, channel: grpc.Channel, changed: Callable[[bool], None]) -> None:
        self._channel, self._changed = channel, changed
        self._lock = Lock()
        self._ready_at: float | None = None
        self._lives: deque[float] = deque(maxlen=CUTS)
        channel.subscribe(self._see)

    def close(self) -> None:
        with suppress(ValueError):
            self._channel.unsubscribe(self._see)

    @property
    def cut_every(self) -> float | None:
        """The seconds after which the connection was cut again and again; None when it was not."""
        with self._lock:
            found = cut_every(tuple(self._lives))
            alive = 0.0 if self._ready_at is None else time.monotonic() - self._ready_at
        return None if found is None or alive > max(2 * found, 1.0) else found

    def _see(self, state: grpc.ChannelConnectivity) -> None:
        ready, now = state is grpc.ChannelConnectivity.READY, time.monotonic()
        with self._lock:
            if ready == (self._ready_at is not None):
                return
            if self._ready_at is not None:
                self._lives.append(now - self._ready_at)
            self._ready_at = now if ready else None
        self._changed(ready)


def cut_every(lives: Sequence[float]) -> float | None:
    """From how long the last connections lived: their mean, when the last few were all short and alike."""
    if len(lives) < CUTS or max(lives) > CUT_SECONDS:
        return None
    mean = sum(lives) / len(lives)
    return mean if max(lives) - min(lives) <= max(0.5, mean / 2) else None


def _bytes(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data
