"""The gate that every call passes: who calls, how often, whether the role and the tenant allow it, a free slot.

What changes something is written to the audit log when it has ended, refused calls too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from itertools import count
from threading import Condition, Event, Thread
from typing import Any, Protocol, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor

from workbench.api import Conflict, Denied, Node, Unauthenticated, WorkbenchError
from workbench.api.audit import AuditEntry
from workbench.api.traces import TRACEPARENT, carried
from workbench.rpc.roles import changes, needed
from workbench.rpc.security import DEFAULT, Received, received
from workbench.rpc.server import grants
from workbench.rpc.server.access import Access, Identity, address, bound
from workbench.rpc.server.rates import FAILED_BURST, FAILED_PER_SECOND, Rates
from workbench.rpc.server.slots import LONG_CALLS, STREAMS, UPLOADS, Slots
from workbench.rpc.subjects import subject

PATIENCE_SECONDS = 30.0
"""Who neither sends nor takes anything for so long, in the middle of a call, has no place any more."""
FED = frozenset({"TellMany"})
"""Calls that bring new work for as long as they last: a node that stops does not wait for them."""
LOOK_SECONDS = 0.002
SCOPES = 256
"""Of so many tenants and namespaces the node as they see it is kept at hand."""
Scope: TypeAlias = Callable[[str, str], Node]
Audit: TypeAlias = Callable[[AuditEntry], None]
Context: TypeAlias = grpc.ServicerContext


class Service(Protocol):
    """Which methods of a service wait for guests or compilers, and which never end by themselves."""

    long: frozenset[str]
    endless: frozenset[str]


class Call:
    """One call on its way through the gate. To a service it is the context of gRPC, which also ends when its caller
    may not call any more, or when the node stops. `waits`: for what somebody else is to do."""

    def __init__(self, gate: Gate, method: MethodDescriptor, context: Context) -> None:
        self._gate, self._method, self._context = gate, method, context
        self._started = time.monotonic()
        self._received: Received = {}
        self._scope: tuple[str, str] = ("", "")
        self._subject = ""
        self._ended: WorkbenchError | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._handing_since: float | None = None
        self.waits = False
        self.identity: Identity | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Called when the call ends, perhaps twice."""
        self._callbacks.append(callback)
        added: bool = self._context.add_callback(callback) and self._ended is None
        return added

    def is_active(self) -> bool:
        self._expire()
        return self._ended is None and bool(self._context.is_active())

    def admit(self) -> Node:
        """The node as this caller may see it; Unauthenticated, Exhausted or Denied otherwise."""
        self._received = received(self._context.invocation_metadata())
        self.identity = self._gate.identify(self._context, self._received)
        self._scope = bound(self.identity, self._received)
        self._check_role(self.identity)
        return self._gate.node(self._scope)

    def recheck(self) -> None:
        """Unauthenticated when the caller may not call any more."""
        self._gate.known(self._context, self._received)

    def see(self, request: Any) -> None:
        """Remember what it is about: the first request of a stream says it. Denied: it grants what it may not."""
        if not self._subject and changes(self._method):
            self._subject = subject(request)
        if self.identity is not None and not self.identity.owns:
            grants.check(request)

    def go_on(self) -> None:
        """Raise what ended the right to call, if something did."""
        self._expire()
        if self._ended is not None:
            raise self._ended

    def end(self, why: WorkbenchError) -> None:
        """Let it stop soon, with this; the first reason counts."""
        self._ended = self._ended or why
        for callback in tuple(self._callbacks):
            callback()

    def traced(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of a message that the call brings, which belongs to the trace of the call unless it has one."""
        found = dict(headers)
        if TRACEPARENT not in found and TRACEPARENT in self._received:
            found |= carried(self._context.invocation_metadata())
        return found

    def why(self, error: Exception) -> Exception:
        """What its caller is told: a wait that was cancelled because the call was ended, ended for that reason."""
        return self._ended if self._ended is not None and isinstance(error, Conflict) else error

    @property
    def brings_work(self) -> bool:
        return self._method.name in FED

    @property
    def owner(self) -> tuple[str, str, str]:
        """Whose call it is: what is kept for the next one must not be another's."""
        return (self.identity.key if self.identity is not None else "", *self._scope)

    @contextmanager
    def handing_over(self) -> Iterator[None]:
        """An answer is on its way, which takes as long as its reader lets it."""
        self._handing_since = time.monotonic()
        try:
            yield
        finally:
            self._handing_since = None

    def hurry(self, seconds: float) -> None:
        """End it when its reader has taken nothing for so long."""
        since = self._handing_since
        if since is not None and time.monotonic() - since > seconds:
            self._context.cancel()

    def done(self, error: BaseException | None = None) -> None:
        """Write it down, if it is of those that are."""
        if not changes(self._method):
            return
        who, (tenant, namespace) = self.identity, self._scope
        self._gate.audit(
            AuditEntry(
                round(time.time(), 3),
                who.name if who is not None else f"address {address(self._context)}",
                who.role.value if who is not None else "",
                tenant,
                namespace,
                f"{self._method.containing_service.name}.{self._method.name}",
                self._subject,
                _outcome(error),
                round((time.monotonic() - self._started) * 1_000, 3),
            )
        )

    def _check_role(self, who: Identity) -> None:
        wanted = needed(self._method)
        if not who.role.includes(wanted):
            name = f"{self._method.containing_service.name}.{self._method.name}"
            raise Denied(f"{name} needs the role {wanted}, and this caller has {who.role}")

    def _expire(self) -> None:
        if self._ended is None and self.identity is not None and _is_over(self.identity):
            self.end(_expired(self.identity))


class Gate:
    """What all calls at one listener share."""

    def __init__(
        self,
        node: Node,
        scope: Scope | None = None,
        *,
        access: Access | None = None,
        rates: Rates | None = None,
        audit: Audit | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._node = node
        self._scope = lru_cache(SCOPES)(scope) if scope is not None else None
        self._access, self._rates = access or Access(), rates
        self._strangers = Rates(FAILED_PER_SECOND, FAILED_BURST)
        self.audit: Audit = audit or (lambda _: None)
        self._streams = Slots(STREAMS, "streams")
        self._long = Slots(LONG_CALLS, "long calls")
        self._uploads = Slots(UPLOADS, "uploads")
        self.patience = patience
        self._lock = Condition()
        self._open: set[Call] = set()
        self._endless: set[Call] = set()
        self._at_work: set[Call] = set()
        """Calls in hand that end by themselves and may take long."""
        self.begun, self.ended = count(), count()
        """Of short calls, and of requests of a stream: `next` is one step, whatever other threads do."""
        self._stops: WorkbenchError | None = None
        tokens = self._access.tokens
        self._forget = tokens.watch(self._revoked) if tokens is not None else lambda: None
        self._closed = Event()
        Thread(target=self._hurry, name="grpc-patience", daemon=True).start()

    def identify(self, context: Context, received: Received) -> Identity:
        """Who calls; whoever cannot be known uses up what its address may try."""
        try:
            who = self.known(context, received)
        except Unauthenticated:
            self._strangers.take(address(context), "calls without a right token")
            raise
        if self._rates is not None:
            self._rates.take(who.key)
        return who

    def known(self, context: Context, received: Received) -> Identity:
        who = self._access.identify(context, received)
        if _is_over(who):
            raise _expired(who)
        return who

    def node(self, scope: tuple[str, str]) -> Node:
        """The node as seen from a tenant and namespace; Denied when it shows itself to the default ones alone.
        Unavailable: it stops."""
        if self._stops is not None:
            raise self._stops
        if self._scope is not None:
            return self._scope(*scope)
        if scope != (DEFAULT, DEFAULT):
            raise Denied("this endpoint serves the default tenant and namespace only")
        return self._node

    @contextmanager
    def slot(self, service: Service, method: MethodDescriptor, call: Call) -> Iterator[None]:
        """Room for one more call of this kind and caller, or Exhausted at once. A stream ends when its token is
        revoked."""
        caller = call.owner[0]
        with ExitStack() as taken:
            if method.name in service.endless:
                taken.enter_context(self._streams.taken(caller))
                taken.enter_context(self._kept(call, self._endless))
            elif method.client_streaming:
                taken.enter_context(self._uploads.taken(caller))
            elif method.name in service.long:
                taken.enter_context(self._long.taken(caller))
            if method.client_streaming or method.server_streaming:
                taken.enter_context(self._kept(call, self._open))
                call.recheck()  # it may have been revoked before it was kept
            if method.name not in service.endless:
                taken.enter_context(self._kept(call, self._at_work))
                if self._stops is not None and call.brings_work:
                    raise self._stops  # it was let in before, and not seen by `refuse`
            yield

    def refuse(self, why: WorkbenchError) -> None:
        """Take no new calls: they are told this. Those in hand go on, but for those that bring new work."""
        self._stops = why
        with self._lock:
            fed = [call for call in self._at_work if call.brings_work]
        for call in fed:
            call.end(why)

    def wait_short(self, seconds: float) -> None:
        """Until the short calls that were let in before are over, and what was in hand of streams."""
        ends, looked = time.monotonic() + seconds, Event()
        while time.monotonic() < ends:
            ended = next(self.ended)  # first: a call that ends meanwhile is waited for once more
            if next(self.begun) == ended:
                return
            looked.wait(LOOK_SECONDS)

    def end_waits(self, why: WorkbenchError) -> None:
        """End the calls that wait for what nobody can do any more."""
        with self._lock:
            waiting = [call for call in self._at_work if call.waits]
        for call in waiting:
            call.end(why)

    def wait_idle(self, seconds: float, why: WorkbenchError) -> int:
        """Wait for the calls in hand; how many had to be told this because they were not over by then."""

        def left() -> list[Call]:
            return [call for call in self._at_work if not call.brings_work]

        with self._lock:
            self._lock.wait_for(lambda: not left(), seconds)
            cut_off = left()
        for call in cut_off:
            call.end(why)
        return len(cut_off)

    def close(self) -> None:
        """End the calls that never end by themselves, so that a stop need not wait for them; idempotent."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._forget()
        with self._lock:
            endless = tuple(self._endless)
        for call in endless:
            call.cancel()

    def _hurry(self) -> None:
        while not self._closed.wait(self.patience / 4):
            with self._lock:
                running = tuple(self._open)
            for call in running:
                call.hurry(self.patience)

    def _revoked(self, token: str) -> None:
        with self._lock:
            affected = [call for call in self._open if call.identity is not None and call.identity.token == token]
        for call in affected:
            call.end(Unauthenticated("the token of this call was revoked; ask for another"))

    @contextmanager
    def _kept(self, call: Call, kept: set[Call]) -> Iterator[None]:
        with self._lock:
            kept.add(call)
        try:
            yield
        finally:
            with self._lock:
                kept.discard(call)
                self._lock.notify_all()


def _outcome(error: BaseException | None) -> str:
    match error:
        case None:
            return "ok"
        case WorkbenchError():
            return error.code
        case GeneratorExit() | grpc.RpcError():
            return "cancelled"
        case _:
            return "internal"


def _is_over(who: Identity) -> bool:
    return who.ends is not None and who.ends <= time.time()


def _expired(who: Identity) -> Unauthenticated:
    return Unauthenticated(f"the {who.name} has expired; ask for another")
