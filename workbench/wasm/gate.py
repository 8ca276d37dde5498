"""The one gate for every host call: capability, evidence, error mapping, record. A host function itself is three lines.

A host function is registered with `@host_call(interface, function)`; which grants it needs is in `permissions`. The
gate runs it with the calling actor's `Context`; whatever it raises becomes a WIT error. Nothing can leave: an exception
that went through the bindings would end in another thread's actor, a BaseException would end the process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.api.blobs import Blobs
from workbench.api.channels import ChannelsOfActor
from workbench.api.errors import Cause, Denied, Exhausted, Unavailable, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import DurabilityOfActor, Post
from workbench.api.keyvalue import KeyValueOfActor
from workbench.api.limits import Limits
from workbench.api.locks import Locks
from workbench.api.messages import Payload
from workbench.api.process_groups import ProcessGroups
from workbench.api.registry import Registry
from workbench.api.tuplespace import TupleSpaceOfActor
from workbench.api.turns import HostCall
from workbench.wasm import permissions
from workbench.wasm.codec import Err, Ok
from workbench.wasm.holdings import Holdings
from workbench.wasm.script import WASI, Script

logger = logging.getLogger(__name__)
KEPT_HOST_CALLS = 256
KEPT_HOST_CALL_BYTES = 1 << 20
"""How many host calls of one turn, and how many bytes of them, are kept in its record; all are counted."""
RECORDED_HOST_CALLS = 10_000
RECORDED_HOST_CALL_BYTES = 16 << 20
"""The same for an actor that is recorded in full."""


class Messaging(Protocol):
    """What the messaging interface needs of the runtime. `actor` is the caller."""

    def tell(self, actor: ActorId, to: str, message_type: str, payload: Payload) -> str: ...
    def ask(self, actor: ActorId, to: str, message_type: str, payload: Payload, timeout_ms: int) -> Payload: ...
    def spawn(self, actor: ActorId, module: str, state: Payload, options: Any) -> str: ...
    def stop(self, actor: ActorId, target: str) -> None: ...
    def link(self, actor: ActorId, other: str) -> None: ...
    def unlink(self, actor: ActorId, other: str) -> None: ...
    def monitor(self, actor: ActorId, target: str) -> None: ...
    def demonitor(self, actor: ActorId, target: str) -> None: ...
    def self_id(self, actor: ActorId) -> str: ...
    def parent_id(self, actor: ActorId) -> str | None: ...
    def send_after(self, actor: ActorId, delay_ms: int, message_type: str, payload: Payload) -> int: ...
    def cancel_timer(self, actor: ActorId, timer: int) -> bool: ...
    def deliver(self, post: Post) -> None:
        """Hand over a message that a durable actor sent, now that its turn is on disk."""
        ...


class Logging(Protocol):
    """Where log records of guests go."""

    def log(
        self, actor: ActorId, level: str, message: str, fields: Sequence[tuple[str, str]], stream: str = "log"
    ) -> None: ...


class Waiting(Protocol):
    """A deadline that the waits of one call share; `stop` ends them from another thread."""

    def stop(self) -> None: ...


class Answer(Protocol):
    """What a web server answered."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> Payload: ...


class Connection(Protocol):
    """A TCP connection to `target`, which is what its grant covers."""

    @property
    def target(self) -> str: ...
    def send(self, data: bytes, watch: Any) -> None: ...
    def receive(self, size: int, watch: Any) -> bytes: ...
    def close(self) -> None: ...


class Network(Protocol):
    """The network beyond this node. `check(target)` raises Denied, `permits(target)` asks without being counted."""

    def watch(self, seconds: float) -> Waiting: ...
    def request(
        self,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: Payload,
        *,
        check: Callable[[str], None],
        permits: Callable[[str], bool],
        watch: Any,
        text_bytes: int,
        binary_bytes: int,
    ) -> Answer: ...
    def connect(self, host: str, port: int, *, permits: Callable[[str], bool], watch: Any) -> Connection: ...


class Services(Protocol):
    """The services of the node as one actor sees them."""

    @property
    def keyvalue(self) -> KeyValueOfActor: ...
    @property
    def locks(self) -> Locks: ...
    @property
    def process_groups(self) -> ProcessGroups: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def tuplespace(self) -> TupleSpaceOfActor: ...
    @property
    def channels(self) -> ChannelsOfActor: ...
    @property
    def blobs(self) -> Blobs: ...


class Host(Protocol):
    """Everything that host functions reach, put together by the node."""

    def services(self, context: Context) -> Services:
        """For the actor of `context`, whose turn waits when a service makes it wait."""
        ...

    @property
    def messaging(self) -> Messaging: ...
    @property
    def logging(self) -> Logging: ...
    @property
    def network(self) -> Network: ...
    def blocking(self, actor: ActorId, what: str) -> AbstractContextManager[None]:
        """Around a wait of this actor: its worker is replaced, its state says what it waits for."""
        ...

    def interruptible(self, actor: ActorId, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Around a wait outside of this process: `stop` is called when the actor is to end."""
        ...

    def sleep(self, actor: ActorId, seconds: float) -> None:
        """Wait, or until the actor is stopped."""
        ...


@dataclass(slots=True)
class Context:
    """One actor inside the sandbox, as the host sees it: identity, holdings, limits, and what the turn in hand did.

    `waited_ns` is the part of the turn spent waiting in blocking host calls; it is neither fuel nor running time.
    `exception` is the report of the exception about to end the instance. `ending` is the cause for which the actor is
    to die, set from other threads, and `newborn` its instance before it has come to life. `fuel_left` of the actor's
    lifetime is None when that has no bound.

    While a recorded turn is lived through again, `script` answers its host calls; when that is to bring a living actor
    back, it is `muted`: its log has those lines already. `keeps_inputs`: what WASI gives of
    the real world is recorded too; where it is not, `unrepeatable` says what was given. `recorded` is what the call in
    hand had given before its turn was cut off. `is_cancelled` says at each tick whether the turn is to end.
    """

    actor: ActorId
    host: Host
    holdings: Holdings
    limits: Limits
    calls: list[HostCall] = field(default_factory=list)
    calls_total: int = 0
    calls_bytes: int = 0
    waited_ns: int = 0
    exception: dict[str, str] | None = None
    ending: Cause | None = None
    newborn: Any = None
    fuel_left: int | None = None
    script: Script | None = None
    muted: bool = False
    keeps_inputs: bool = False
    kept_calls: int = KEPT_HOST_CALLS
    kept_bytes: int = KEPT_HOST_CALL_BYTES
    unrepeatable: str = ""
    durability: DurabilityOfActor | None = None
    recorded: Any = None
    is_cancelled: Callable[[], bool] | None = None
    _services: Services | None = None

    @property
    def services(self) -> Services:
        if self._services is None:
            self._services = self.host.services(self)
        return self._services

    def begin_turn(self) -> None:
        if self.calls_total:
            self.calls, self.calls_total, self.calls_bytes = [], 0, 0
        self.waited_ns, self.exception = 0, None
        if self.unrepeatable:
            self.unrepeatable = ""

    def record_in_full(self, full: bool) -> None:
        """Keep of a turn what it takes to live through it again, or only what shows what it did.

        Of a durable actor the first is always kept.
        """
        full = full or self.durability is not None
        self.keeps_inputs = full
        self.kept_calls = RECORDED_HOST_CALLS if full else KEPT_HOST_CALLS
        self.kept_bytes = RECORDED_HOST_CALL_BYTES if full else KEPT_HOST_CALL_BYTES

    def keep(self, call: HostCall) -> None:
        """Record a host call of this turn, as far as there is room."""
        self.calls_total += 1
        if len(self.calls) >= self.kept_calls or self.calls_bytes > self.kept_bytes:
            return
        self.calls_bytes += size_of(call.arguments) + size_of(call.result)
        if self.calls_bytes <= self.kept_bytes:
            self.calls.append(call)

    def given(self, name: str, granted: bool, produce: Callable[[], Any]) -> Any:
        """Something of the real world for WASI, if it is granted, and None if not; in a replay what was recorded."""
        script = self.script
        if script is not None and not script.live:
            recorded = script.input(name)
            if recorded is None:
                return None
            self.keep(recorded)
            return recorded.result
        if not granted:
            return None
        result = produce()
        if self.keeps_inputs:
            self.keep(HostCall(WASI, name, (), result))
        else:
            self.unrepeatable = f"it was given {name} of the real world, which was not recorded"
        return result

    def need_host(self, what: str, target: str) -> None:
        """Denied unless a grant covers the host and port that a call goes on to."""
        if not self.holdings.use("network", "", target):
            raise permissions.denied(what, permissions.HOST, target, self.holdings, self.actor)

    def bounded(self, timeout_ms: int) -> int:
        """How long a wait may take: what the guest asked for, at most what its turn may still wait."""
        return max(0, min(timeout_ms, self.limits.wait_ms - self.waited_ns // 1_000_000))

    def waiting(self, what: str) -> AbstractContextManager[None]:
        """Around a wait: other actors go on, this turn's running time stands still."""
        return _Waiting(self, what)


class _Waiting:
    """See Context.waiting."""

    def __init__(self, context: Context, what: str) -> None:
        self.context, self.inner = context, context.host.blocking(context.actor, what)

    def __enter__(self) -> None:
        self.started = time.perf_counter_ns()
        self.inner.__enter__()

    def __exit__(self, *details: Any) -> None:
        try:
            self.inner.__exit__(*details)
        finally:
            self.context.waited_ns += time.perf_counter_ns() - self.started


Run = Callable[..., Any]
DONE_AGAIN = frozenset({("messaging", "now-ms"), ("logging", "log")})
"""What a replay does too: one moves the actor's virtual time on, the other may report what the instance dies of."""
DONE_WITH_TURN = frozenset(
    {
        *(("durability", name) for name in ("persist", "persist-batch", "checkpoint")),
        *(("messaging", name) for name in ("tell", "send-after", "cancel-timer")),
        *(("channels", "publish-to-topic"), ("process-groups", "publish")),
    }
)
"""What is done in memory until the turn is written: a turn that was cut off has to do it again, to the same end."""
REGISTRY: dict[tuple[str, str], Run] = {}
"""The host functions that this node has; which grants they need is in `permissions`."""


SHAPES: dict[tuple[str, str], Callable[[Context, Any], Any]] = {}
"""How a service's own value becomes what the guest is given, where these differ."""
EFFECTS = frozenset(
    {
        *(("messaging", name) for name in ("ask", "spawn", "stop")),
        *(("channels", name) for name in ("receive-from-queue", "ack", "nack", "create-queue", "delete-queue")),
        *(("channels", "send-to-queue"), ("tuplespace", "take"), ("locks", "acquire"), ("http", "request")),
        *(("socket", name) for name in ("connect", "send", "receive")),
    }
)
"""What must not be done a second time, and is not always written together with what it changes: of a durable actor it
is written right after."""


def host_call(interface: str, name: str, *, shape: Callable[[Context, Any], Any] | None = None) -> Callable[[Run], Run]:
    """Register `run(context, *arguments)`. See SHAPES."""

    def register(run: Run) -> Run:
        REGISTRY[interface, name] = run
        if shape is not None:
            SHAPES[interface, name] = shape
        return run

    return register


class GuestEnded(Exception):
    """The guest must not go on; `cause` says why."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(str(cause))
        self.cause = cause


def through_gate(interface: str, name: str, context: Context, arguments: tuple[Any, ...]) -> Ok | Err:
    """Run one host call for the actor of `context`. GuestEnded: in a replay, the recording has another call here."""
    key = interface, name
    script = context.script
    again = script is not None and key in DONE_AGAIN
    if script is not None and not again:
        recorded = script.answer(interface, name, arguments)
        _refuse(script)
        if recorded is not None:
            context.keep(recorded)
            if script.goes_on and key in DONE_WITH_TURN and not recorded.error:
                context.recorded = recorded.result
                REGISTRY[key](context, *arguments)
                context.recorded = None
            return Err((recorded.error, recorded.message)) if recorded.error else Ok(recorded.result)
    try:
        permissions.check(key, context.holdings, context.actor, arguments)
        run = REGISTRY.get(key)
        if run is None:
            raise Unavailable(f"this node does not offer {name} of {interface} yet; it was not run")
        error = message = ""
        if context.durability is None:
            result = run(context, *arguments)
        else:
            result = _run_once(context, context.durability, key, arguments, run)
    except WorkbenchError as failed:
        if isinstance(failed, Denied):
            permissions.count(key, context.holdings, failed)
        result, error, message = None, failed.code, failed.message
    except BaseException:
        logger.exception("host function %s.%s failed for actor %s", interface, name, context.actor)
        result, error, message = None, "internal", f"{interface}.{name} failed inside the host; its log has the details"
    context.keep(HostCall(interface, name, arguments, result, error, message))
    if again and script is not None:
        script.confirm(interface, name, arguments, result)
        _refuse(script)
    return Err((error, message)) if error else Ok(result)


def _run_once(
    context: Context, durability: DurabilityOfActor, key: tuple[str, str], arguments: tuple[Any, ...], run: Run
) -> Any:
    """The same for a durable actor: what it changes is written together with the fact that it did."""
    shape = SHAPES.get(key)
    if context.calls_total >= context.kept_calls or context.calls_bytes > context.kept_bytes:
        raise Exhausted(
            f"host calls: the turn of a durable actor is recorded whole, and this one has made {context.calls_total:,} "
            f"calls of {context.calls_bytes:,} bytes; up to {context.kept_calls:,} of {context.kept_bytes:,} bytes are "
            "kept: do the rest in another turn",
            limit="host_calls", value=context.kept_calls, used=context.calls_total,
        )  # fmt: skip

    def call(value: Any) -> HostCall:
        return HostCall(*key, arguments, value if shape is None else shape(context, value))

    with durability.along(call):
        result = run(context, *arguments)
    if key in EFFECTS:
        durability.done(HostCall(*key, arguments, result))
    return result


def _refuse(script: Script) -> None:
    if script.divergence is not None:
        raise GuestEnded(Cause("nondeterministic", script.divergence.sentence))


def misfit(context: Context, what: str, error: BaseException) -> Cause | None:
    """Why a guest ends whose recorded turn has a value that cannot be: a recording may come from anybody.

    None when no recorded turn is lived through: then the failure is one of the host.
    """
    if context.script is None or not isinstance(error, Exception):
        return None
    return Cause("nondeterministic", f"what was recorded of {what} is no value of it: {error}")


def size_of(value: Any) -> int:
    """About how many bytes a value of the host interfaces holds. Every host call is measured twice: types are compared
    by identity, which takes a third of asking `isinstance` first.
    """
    kind = type(value)
    if kind is str or kind is bytes:
        return len(value)
    if kind is not tuple and kind is not list and not isinstance(value, tuple | list):
        return len(value) if isinstance(value, str | bytes) else 8
    size = 8 * len(value)
    for part in value:
        kind = type(part)
        if kind is str or kind is bytes:
            size += len(part)
        elif kind is int or part is None:
            size += 8
        else:
            size += size_of(part)
    return size


class _Current(threading.local):
    instance: Any = None


current = _Current()
"""The instance whose guest code runs on this thread; set around every call into a guest."""
