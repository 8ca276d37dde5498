"""What a call would send: the method and its messages, as JSON, without sending anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from workbench.rpc.client.channel import Manner
from workbench.rpc.client.node import RemoteNode

NOWHERE = "127.0.0.1:1"
SHOWN_BYTES = 4_096


class _Seen(Exception):
    def __init__(self, path: str, requests: Iterable[Message]) -> None:
        self.path, self.requests = path, requests


@dataclass(frozen=True, slots=True)
class Sent:
    """`path` is `package.Service/Method`; `messages` are the first ones, as JSON; `whole` that these are all."""

    path: str
    messages: tuple[str, ...]
    whole: bool


class _Tap(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:  # noqa: ARG002
        raise _Seen(client_call_details.method, (request,))

    intercept_unary_stream = intercept_unary_unary

    def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:  # noqa: ARG002
        whole = getattr(request_iterator, "whole", None)  # one that waits for what the node has
        raise _Seen(client_call_details.method, request_iterator if whole is None else whole())

    intercept_stream_stream = intercept_stream_unary


def captured(make: Callable[[RemoteNode], object]) -> Sent | None:
    """The first call that `make` would send; None when it sends none. Errors are those of the values."""
    with RemoteNode(NOWHERE, manner=Manner(tap=_Tap())) as node:
        try:
            found = make(node)
            if hasattr(found, "__next__"):  # it is sent when somebody reads
                next(found)
        except _Seen as seen:
            messages: list[str] = []
            size, whole = 0, True
            for request in seen.requests:
                size += request.ByteSize()
                if size > SHOWN_BYTES:
                    whole = False
                    break
                messages.append(json.dumps(MessageToDict(request), ensure_ascii=False))
            return Sent(seen.path.removeprefix("/"), tuple(messages), whole)
    return None
