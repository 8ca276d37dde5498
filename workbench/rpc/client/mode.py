"""What a connection lets out of this process: one interceptor that every call of a channel goes through.

What a method changes is read from the protos (see `roles`); one that nobody has classified changes something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import grpc
from google.protobuf import descriptor_pool

from workbench.api import Denied
from workbench.api.connections import Confirm, Intent, Mode
from workbench.rpc.roles import changes
from workbench.rpc.subjects import subject

STANDARD = ("/grpc.health.v1.Health/", "/grpc.reflection.v1alpha.ServerReflection/")
"""Services that only tell."""
Continue = Callable[[Any, Any], Any]


class Repeated(Iterator[Any]):
    """The requests of a call that goes on after a cut: what was confirmed once is not asked again."""

    confirmed = False


def is_changing(path: str) -> bool:
    """Whether a call of `/package.Service/Method` may change something."""
    if path.startswith(STANDARD):
        return False
    service, _, method = path.removeprefix("/").rpartition("/")
    try:
        found = descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
    except KeyError:
        return True
    return changes(found)


def short(path: str) -> str:
    """`Service.Method`."""
    service, _, method = path.rpartition("/")
    return f"{service.rpartition('.')[2]}.{method}"


class Guard(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Refuses changing calls with Denied before anything is sent, or asks first. `name` is the connection's."""

    def __init__(self, name: str, mode: Mode, confirm: Confirm | None) -> None:
        self._name, self._mode, self._confirm = name, mode, confirm

    def intercept_unary_unary(self, continuation: Continue, client_call_details: Any, request: Any) -> Any:
        self._check(client_call_details.method, request)
        return continuation(client_call_details, request)

    def intercept_unary_stream(self, continuation: Continue, client_call_details: Any, request: Any) -> Any:
        self._check(client_call_details.method, request)
        return continuation(client_call_details, request)

    def intercept_stream_unary(self, continuation: Continue, client_call_details: Any, request_iterator: Any) -> Any:
        return continuation(client_call_details, self._checked(client_call_details.method, request_iterator))

    def intercept_stream_stream(self, continuation: Continue, client_call_details: Any, request_iterator: Any) -> Any:
        return continuation(client_call_details, self._checked(client_call_details.method, request_iterator))

    def _checked(self, path: str, requests: Iterator[Any]) -> Iterator[Any]:
        """The first request says what it is about."""
        if self._mode is not Mode.CONFIRM or not is_changing(path):
            self._check(path, None)
            return requests
        first = next(requests, None)
        if not (isinstance(requests, Repeated) and requests.confirmed):
            self._check(path, first)
        if isinstance(requests, Repeated):
            requests.confirmed = True
        return chain(() if first is None else (first,), requests)

    def _check(self, path: str, request: Any) -> None:
        if not is_changing(path):
            return
        method = short(path)
        if self._mode is Mode.READ_ONLY:
            raise Denied(
                f"{self._name} is a read-only connection, and {method} may change something: nothing was sent; set its "
                "mode to normal or confirm to allow it"
            )
        if self._confirm is None:
            raise Denied(
                f"{self._name} asks before every change, and there is nobody to ask about {method}: nothing was sent"
            )
        if not self._confirm(Intent(self._name, method, subject(request))):
            raise Denied(f"{method} on {self._name} was not confirmed: nothing was sent")
