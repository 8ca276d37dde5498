"""One connection to an endpoint: every call has a deadline, the token and the tenant, and its error translated."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, TypeVar

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from workbench.api import CancelToken, Conflict, Unavailable, WorkbenchError
from workbench.api.connections import Confirm, Mode
from workbench.api.names import MOST_SECONDS
from workbench.rpc import faults
from workbench.rpc.client import pulse
from workbench.rpc.client.diagnosis import cut, explained, is_cut, unimplemented
from workbench.rpc.client.mode import Guard
from workbench.rpc.client.tls import ClientTls
from workbench.rpc.roles import named
from workbench.rpc.security import Caller, metadata
from workbench.rpc.sizes import ANSWER_BYTES, METADATA_BYTES, REQUEST_BYTES

R = TypeVar("R", bound=Message)
SHORT_SECONDS = 30.0
LONG_SECONDS = 900.0
"""Deploying, building and preparing, which may compile."""
MARGIN_SECONDS = 5.0
"""On top of a wait that the node itself ends, so that the node's own words arrive."""
LONGEST_SECONDS = MOST_SECONDS + MARGIN_SECONDS
CANCEL_POLL_SECONDS = 0.05
OPTIONS = (
    ("grpc.max_send_message_length", REQUEST_BYTES),
    ("grpc.max_receive_message_length", ANSWER_BYTES),
    ("grpc.max_metadata_size", METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),
    # Of a node that is gone without a word one learns soon, and soon that it is back.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 3_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
"""Calls are never repeated. Whoever waits between attempts is the caller, so gRPC itself hardly does; what it calls the
least backoff is how long an attempt may take."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a connection behaves besides: under which name, what it lets out, whom it asks, and through which local
    address it goes (`by`, of a tunnel), where the node's own is another."""

    name: str = ""
    mode: Mode = Mode.NORMAL
    confirm: Confirm | None = None
    by: str = ""
    tap: Any = None
    """An interceptor that sees every call instead of the node."""


PLAIN = Manner()


class Connection:
    """A channel to `address`. Thread-safe; `close()` is idempotent and ends what is still open."""

    def __init__(
        self, address: str, *, token: str, caller: Caller, tls: ClientTls | None = None, manner: Manner = PLAIN
    ) -> None:
        self.address = address
        self._tls = tls
        self._by = manner.by or address
        if tls is None:
            channel = grpc.insecure_channel(self._by, options=OPTIONS)
        else:
            host = address.rpartition(":")[0].strip("[]")
            named = (("grpc.ssl_target_name_override", host),) if manner.by else ()  # else an address is none to check
            channel = grpc.secure_channel(self._by, tls.credentials(), options=(*OPTIONS, *named))
        self._raw = channel
        if manner.mode is not Mode.NORMAL:
            channel = grpc.intercept_channel(channel, Guard(manner.name or address, manner.mode, manner.confirm))
        self._channel = channel if manner.tap is None else grpc.intercept_channel(channel, manner.tap)
        self._metadata = metadata(caller, token)
        self.lacks: set[str] = set()
        """Methods that the endpoint was found not to have."""

    def stub(self, service: ServiceDescriptor) -> Stub:
        return Stub(self, self._channel, service, self._metadata)

    def failure(self, error: grpc.RpcError, method: MethodDescriptor | None = None) -> WorkbenchError:
        """The error that a failed call of `method` stands for."""
        if not isinstance(error, grpc.Call) or faults.is_ours(error):
            return faults.arrive(error, self.address)
        if error.code() is grpc.StatusCode.UNIMPLEMENTED and method is not None:
            self.lacks.add(named(method))
            return Unavailable(unimplemented(self.address, method))
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            return faults.arrive(error, self.address)
        said = error.details() or ""
        known = explained(said, self.address, self._tls, by=self._by)
        if known is None and is_cut(said):
            known = Unavailable(cut(self.address, method))
        return known or faults.arrive(error, self.address)

    def ping(self, seconds: float) -> float:
        """The milliseconds that an answer of the endpoint took; nobody needs to be let in for it."""
        try:
            return pulse.ask_health(self._raw, seconds)
        except grpc.RpcError as error:
            raise self.failure(error) from None
        except ValueError as error:
            raise Conflict(f"the connection to {self.address} is closed") from error

    def missing(self) -> frozenset[str]:
        """What this program calls and the endpoint has not, as far as that can be told; see `pulse`."""
        return pulse.missing(self._raw) | self.lacks

    def follow(self, changed: Callable[[bool], None]) -> pulse.Transport:
        """Tell whenever the connection below the calls comes or goes."""
        return pulse.Transport(self._raw, changed)

    def close(self) -> None:
        self._raw.close()


class Stub:
    """The methods of one service, called by name with the message that they answer."""

    def __init__(
        self,
        connection: Connection,
        channel: grpc.Channel,
        service: ServiceDescriptor,
        metadata: tuple[tuple[str, str | bytes], ...],
    ) -> None:
        self.address = connection.address
        self.failure = connection.failure
        self._channel = channel
        self._service = service
        self._metadata = metadata
        self._calls: dict[str, Callable[..., Any]] = {}

    def call(
        self,
        method: str,
        request: Message | Iterable[Message],
        answer: type[R],
        *,
        seconds: float = SHORT_SECONDS,
        cancel: CancelToken | None = None,
    ) -> R:
        """One request, or a stream of them, and one answer; setting `cancel` ends the call with Conflict."""
        call = self._call(method, answer)
        request = request if isinstance(request, Message) else iter(request)
        try:
            result: R = (
                call(request, timeout=_deadline(seconds), metadata=self._metadata)
                if cancel is None
                else self._cancellable(call, request, seconds, cancel)
            )
        except grpc.FutureCancelledError:
            raise Conflict(f"the call {method} to {self.address} was cancelled") from None
        except grpc.RpcError as error:
            raise self.failure(error, self._service.methods_by_name[method]) from None
        except ValueError as error:
            raise Conflict(f"the connection to {self.address} is closed") from error
        return result

    def _cancellable(self, call: Any, request: Any, seconds: float, cancel: CancelToken) -> Any:
        future, done = call.future(request, timeout=_deadline(seconds), metadata=self._metadata), Event()
        Thread(target=_watch, args=(cancel, done, future), name="grpc-cancel", daemon=True).start()
        try:
            return future.result()
        finally:
            done.set()

    def stream(
        self,
        method: str,
        request: Message | Iterable[Message],
        answer: type[R],
        *,
        seconds: float | None = SHORT_SECONDS,
        cancel: CancelToken | None = None,
    ) -> Generator[R, None, None]:
        """The answers as they come; setting `cancel` ends the call with Conflict."""
        answers = self.open(method, request, answer, seconds=seconds)
        done = Event()
        if cancel is not None:
            Thread(target=_watch, args=(cancel, done, answers), name="grpc-cancel", daemon=True).start()
        try:
            yield from answers
        except grpc.RpcError as error:
            raise self.failure(error, self._service.methods_by_name[method]) from None
        finally:
            done.set()
            answers.cancel()

    def open(self, method: str, request: Any, answer: type[R], *, seconds: float | None) -> Any:
        """The call of a stream in hand: iterable, with `cancel()`."""
        request = request if isinstance(request, Message) else iter(request)
        try:
            return self._call(method, answer)(request, timeout=_deadline(seconds), metadata=self._metadata)
        except ValueError as error:
            raise Conflict(f"the connection to {self.address} is closed") from error

    def _call(self, method: str, answer: type[Message]) -> Callable[..., Any]:
        if method not in self._calls:
            self._calls[method] = self._made(method, answer)
        return self._calls[method]

    def _made(self, method: str, answer: type[Message]) -> Callable[..., Any]:
        described = self._service.methods_by_name[method]
        path = f"/{self._service.full_name}/{method}"
        shapes: dict[tuple[bool, bool], Callable[..., Any]] = {
            (False, False): self._channel.unary_unary,
            (False, True): self._channel.unary_stream,
            (True, True): self._channel.stream_stream,
            (True, False): self._channel.stream_unary,
        }
        shape = shapes[described.client_streaming, described.server_streaming]
        made: Callable[..., Any] = shape(path, request_serializer=_serialize, response_deserializer=answer.FromString)
        return made


def finish(answers: Iterable[Message]) -> None:
    """Read on after the last answer to the end of the call, or the node takes it for cancelled. What fails there
    changes nothing."""
    with suppress(WorkbenchError):
        for _ in answers:
            pass


def _deadline(seconds: float | None) -> float | None:
    """Never more than gRPC can take; a wait that is too long is refused by the node, in its own words."""
    return seconds if seconds is None or seconds <= LONGEST_SECONDS else LONGEST_SECONDS  # that for NaN too


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


def _watch(cancel: CancelToken, done: Event, call: Any) -> None:
    """Cancel `call` when the token is set. The token is the caller's, so it is looked at, not waited on for good."""
    while not done.is_set():
        if cancel.wait(CANCEL_POLL_SECONDS):
            call.cancel()
            return
