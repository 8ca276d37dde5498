"""A node in memory that answers at once: for the panels, not for the semantics. No wasm, no threads of its own.

Every actor counts: `increment` and `add` change a number, `get_count` reads it, `boom` crashes, the rest is rejected.
"""

# ruff: noqa: ARG002  (the protocol has more arguments than this node uses)
from __future__ import annotations

import dataclasses
import itertools
import queue
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from time import time
from types import TracebackType

from fake_capabilities import FakeCapabilities
from fake_modules import FakeModules
from fake_services import debugger, services
from fake_supervision import FakeSupervision

from workbench.api import (
    PROFILES,
    ActorId,
    ActorInfo,
    ActorState,
    AlreadyExists,
    Area,
    Blobs,
    CancelToken,
    Cast,
    Cause,
    Channels,
    Conflict,
    Crashed,
    DeadLetter,
    Debugger,
    Envelope,
    Event,
    Figures,
    HostCall,
    Invalid,
    Journal,
    KeyValue,
    Kind,
    Level,
    Limits,
    Location,
    Locks,
    LogLine,
    NodeInfo,
    NotFound,
    Outcome,
    Payload,
    Position,
    ProcessGroups,
    Progress,
    ProgressCallback,
    Registry,
    Rejected,
    Reply,
    Sample,
    SpawnOptions,
    Subscription,
    Told,
    TupleSpace,
    Turn,
    Unavailable,
)
from workbench.api.storage import StorageKind, StorageUse

LIMITS = PROFILES["balanced"].interpreter
FIGURES = Figures(21_340, 13_238_272, 184_000)


class FakeSubscription:
    def __init__(self, areas: Collection[Area]) -> None:
        self._areas = frozenset(areas) or frozenset(Area)
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._closed = False

    @property
    def lost(self) -> int:
        return 0

    @property
    def position(self) -> Position:
        return Position("fake", 0)

    def put(self, event: Event) -> None:
        if event.area in self._areas:
            self._queue.put(event)

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        found: list[Event] = []
        try:
            first = self._queue.get(timeout=timeout)
            while first is not None:
                found.append(first)
                first = self._queue.get_nowait()
        except queue.Empty:
            pass
        return found

    def close(self) -> None:
        self._queue.put(None)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class FakeActors:
    def __init__(self, node: FakeNode) -> None:
        self._node = node
        self._lock = RLock()
        self.rows: dict[str, ActorInfo] = {}
        self.counts: dict[str, int] = {}
        self.all_turns: list[Turn] = []
        self.letters: dict[int, DeadLetter] = {}
        self._numbers = itertools.count(1)

    def spawn(
        self, module: str, state: Payload = "", *, options: SpawnOptions | None = None, timeout: float = 30.0
    ) -> ActorInfo:
        info = self._node.modules.get(module)
        name = (options.name if options else "") or f"{info.name}-{len(self.rows) + 1}"
        if name in self.rows:
            raise AlreadyExists(f"the name {name!r} is taken")
        row = ActorInfo(
            ActorId(name), ActorState.IDLE, info.hash, info.name, tuple(str(b) for b in info.behaviors), "",
            "balanced", PROFILES["balanced"].grants, LIMITS, time(), memory_bytes=13 << 20,
            durable=options is not None and options.durable,
        )  # fmt: skip
        self.rows[name], self.counts[name] = row, int(state or 0)
        self._changed(name, "actors.spawned")
        return row

    def list(self) -> Sequence[ActorInfo]:
        if self._node.gone:
            raise Unavailable("the node does not answer")
        with self._lock:
            return [self.rows[name] for name in sorted(self.rows)]

    def get(self, actor: ActorId | str) -> ActorInfo:
        if str(actor) not in self.rows:
            raise NotFound(f"no actor {str(actor)!r}")
        return self.rows[str(actor)]

    def ask(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        kind: Kind = Kind.CALL,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> Reply:
        with self._lock:
            return self._turn(str(actor), message_type, payload, kind)

    def _turn(self, name: str, message_type: str, payload: Payload, kind: Kind) -> Reply:
        row = self.get(name)
        if row.state is ActorState.CRASHED:
            raise Crashed(f"actor {name!r} has crashed; restart it first", cause=row.last_cause)
        if row.state is ActorState.PASSIVE:
            row = self._put(dataclasses.replace(row, state=ActorState.IDLE), "actors.woken")
        if message_type == "boom":
            raise self._crash(row, payload, kind)
        if message_type not in ("increment", "add", "get_count"):
            self._record(
                row, message_type, payload, kind, Outcome.REJECTED, text=f"unknown message type {message_type}"
            )
            raise Rejected(f"unknown message type {message_type}", figures=FIGURES)
        self.counts[name] += int(payload or 0) if message_type == "add" else int(message_type == "increment")
        reply = str(self.counts[name]) if kind is Kind.CALL else ""
        turn = self._record(row, message_type, payload, kind, Outcome.REPLY, reply=reply)
        return Reply(reply, FIGURES, turn.seq)

    def _record(
        self, row: ActorInfo, message_type: str, payload: Payload, kind: Kind, outcome: Outcome,
        *, reply: str = "", text: str = "", cause: Cause | None = None,
    ) -> Turn:  # fmt: skip
        seq = row.turns + 1
        turn = Turn(
            row.id, seq, "message", Envelope(f"m{seq}", kind, message_type, payload, time=time()), outcome, FIGURES,
            time(), row.module, reply=reply, text=text, cause=cause,
            host_calls=(HostCall("logging", "log", ("info", f"{message_type} {payload!r}")),), host_calls_total=1,
        )  # fmt: skip
        self.all_turns.append(turn)
        now = dataclasses.replace(
            self.rows[row.id.name], turns=seq, fuel=row.fuel + 21_340, fuel_per_second=21_340.0, messages_per_second=1.0
        )
        self.rows[row.id.name] = now
        self._changed(row.id.name, "actors.turn")
        return turn

    def _crash(self, row: ActorInfo, payload: Payload, kind: Kind) -> Crashed:
        name = row.id.name
        text = (
            f'Traceback (most recent call last):\n  File "{row.module_name}.py", line 9, in handle_request\n'
            '    raise ValueError("boom")\nValueError: boom'
        )
        cause = Cause("crashed", "ValueError: boom", Location(f"{row.module_name}.py", 9, 13), text)
        turn = self._record(row, "boom", payload, kind, Outcome.CRASHED, cause=cause)
        self.rows[name] = dataclasses.replace(
            self.rows[name], state=ActorState.CRASHED, crashes=row.crashes + 1, last_cause=cause, killed_by="boom"
        )
        self._node.write(Level.ERROR, name, text)
        self._changed(name, "actors.crashed")
        if kind is Kind.CAST and turn.envelope is not None:
            number = next(self._numbers)
            self.letters[number] = DeadLetter(number, time(), row.id, turn.envelope, "the actor crashed over it", cause)
            self._node.emit(Area.DEAD_LETTERS, "dead-letters.added", name)
        self._node.supervision.ended(name, cause, "boom")
        return Crashed("ValueError: boom", cause=cause, figures=FIGURES)

    def tell(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        self.ask(actor, message_type, payload, kind=Kind.CAST)
        return "m"

    def tell_many(self, casts: Iterable[Cast], *, timeout: float = 60.0) -> Told:
        return Told(len([self.tell(cast.actor, cast.message_type, cast.payload) for cast in casts]), 0)

    def stop(self, actor: ActorId | str, *, timeout: float = 5.0) -> None:
        self.rows.pop(str(actor), None)
        self._changed(str(actor), "actors.stopped")

    def kill(self, actor: ActorId | str) -> None:
        row = self.get(actor)
        self.rows[row.id.name] = dataclasses.replace(
            row, state=ActorState.CRASHED, crashes=row.crashes + 1, last_cause=Cause("crashed", "killed by the user")
        )
        self._changed(row.id.name, "actors.crashed")

    def restart(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        row = self.get(actor)
        self.counts[row.id.name] = 0
        return self._put(dataclasses.replace(row, state=ActorState.IDLE, restarts=row.restarts + 1), "actors.restarted")

    def upgrade(self, actor: ActorId | str, module: str, *, timeout: float = 30.0) -> ActorInfo:
        info = self._node.modules.get(module)
        row = dataclasses.replace(self.get(actor), module=info.hash, module_name=info.name, state=ActorState.IDLE)
        return self._put(row, "actors.upgraded")

    def suspend(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._put(dataclasses.replace(self.get(actor), state=ActorState.SUSPENDED), "actors.suspended")

    def resume(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        row = self.get(actor)
        state = ActorState.IDLE if row.state is ActorState.SUSPENDED else row.state
        return self._put(dataclasses.replace(row, state=state), "actors.resumed")

    def passivate(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        row = self.get(actor)
        if row.state is not ActorState.IDLE:
            raise Invalid(f"{row.id.name!r} is {row.state}; only an idle actor can be passivated")
        return self._put(dataclasses.replace(row, state=ActorState.PASSIVE), "actors.passivated")

    def set_limits(self, actor: ActorId | str, limits: Limits, *, timeout: float = 30.0) -> ActorInfo:
        return self._put(dataclasses.replace(self.get(actor), limits=limits), "actors.limited")

    def dead_letters(self, *, after: int = 0, limit: int = 1000) -> Sequence[DeadLetter]:
        return [letter for letter in self.letters.values() if letter.seq > after][-limit:]

    def resend(self, letter: int, *, message_type: str | None = None, payload: Payload | None = None) -> str:
        if letter not in self.letters:
            raise NotFound(f"no dead letter {letter}")
        found = self.letters.pop(letter)
        self._node.emit(Area.DEAD_LETTERS, "dead-letters.resent", found.actor.name)
        sent = found.envelope
        with suppress(Crashed, Rejected):
            self.ask(found.actor, message_type or sent.type, sent.payload if payload is None else payload,
                     kind=Kind.CAST)  # fmt: skip
        return f"r{letter}"

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:
        return str(self.counts[str(actor)])

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        kept = [t for t in self.all_turns if actor is None or (str(t.actor) == str(actor) and t.seq > after)]
        return kept[-limit:]

    def _put(self, row: ActorInfo, kind: str) -> ActorInfo:
        self.rows[row.id.name] = row
        self._changed(row.id.name, kind)
        return row

    def _changed(self, name: str, kind: str) -> None:
        self._node.emit(Area.ACTORS, kind, name)


class FakeNode:
    """Implements `workbench.api.Node`; `interpreter_ready=False` makes `prepare` report a build."""

    def __init__(self, *, interpreter_ready: bool = True) -> None:
        self._modules, self._actors = FakeModules(self), FakeActors(self)
        self._services, self._journal = services(lambda area, kind, subject: self.emit(area, kind, subject))
        self._debugger = debugger(lambda area, kind, subject: self.emit(area, kind, subject))
        self._supervision, self._capabilities = FakeSupervision(self), FakeCapabilities(self)
        self._subscriptions: list[FakeSubscription] = []
        self._seq = 0
        self.lines: list[LogLine] = []
        self.series: dict[str, list[Sample]] = {"": []}
        self.interpreter = "1" * 64 if interpreter_ready else ""
        self.closed = False
        self.gone = False
        """Set it, and the list of actors cannot be read any more."""

    @property
    def modules(self) -> FakeModules:
        return self._modules

    @property
    def actors(self) -> FakeActors:
        return self._actors

    @property
    def supervision(self) -> FakeSupervision:
        return self._supervision

    @property
    def capabilities(self) -> FakeCapabilities:
        return self._capabilities

    @property
    def channels(self) -> Channels:
        return self._services.channels

    @property
    def blobs(self) -> Blobs:
        return self._services.blobs

    @property
    def keyvalue(self) -> KeyValue:
        return self._services.keyvalue

    @property
    def locks(self) -> Locks:
        return self._services.locks

    @property
    def process_groups(self) -> ProcessGroups:
        return self._services.process_groups

    @property
    def registry(self) -> Registry:
        return self._services.registry

    @property
    def debugger(self) -> Debugger:
        return self._debugger

    @property
    def session(self) -> None:
        return None

    @property
    def journal(self) -> Journal:
        return self._journal

    @property
    def tuplespace(self) -> TupleSpace:
        return self._services.tuplespace

    def info(self) -> NodeInfo:
        rows = self._actors.list()
        return NodeInfo(
            "local", "0.1.0", "50.0.1", "/workspace", 0.0, len(rows), len(self._modules.known), self.interpreter, 2
        )

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        if not self.interpreter and progress:
            for done in range(11):
                if cancel is not None and cancel.is_set():
                    raise Conflict("building the interpreter was cancelled")
                progress(Progress("building the interpreter", done / 10, float(done)))
        self.interpreter = "1" * 64
        return self.info()

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        return [line for line in self.lines[after:] if actor is None or line.actor == str(actor)][-limit:]

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        wanted = {"", *(str(actor) for actor in actors)}
        return {name: [s for s in series if s.time > since] for name, series in self.series.items() if name in wanted}

    def storage(self) -> Sequence[StorageUse]:
        return [StorageUse(StorageKind.DATABASE, 1, 4_096)]

    def clear_storage(self, kind: StorageKind) -> StorageUse:
        raise Invalid(f"{kind} cannot be cleared")

    def subscribe(self, areas: Collection[Area] = (), *, after: Position | None = None) -> Subscription:
        made = FakeSubscription(areas)
        self._subscriptions.append(made)
        return made

    def close(self) -> None:
        self.closed = True
        for subscription in self._subscriptions:
            subscription.close()

    def __enter__(self) -> FakeNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def emit(self, area: Area, kind: str, subject: str = "") -> None:
        self._seq += 1
        for subscription in self._subscriptions:
            subscription.put(Event(self._seq, time(), area, kind, subject))

    def write(self, level: Level, actor: str, message: str, stream: str = "log") -> None:
        self.lines.append(LogLine(len(self.lines) + 1, time(), level, actor, message, stream))
        self.emit(Area.LOGS, "logs.written", actor)

    def sample(self, name: str, **values: float) -> None:
        """Add one second to a series; what is not named is None or 0, as the api has it."""
        given = {
            "fuel_per_second": 0.0,
            "messages_per_second": 0.0,
            "turn_ms": None,
            "memory_bytes": None,
            "mailbox": 0,
        }
        self.series.setdefault(name, []).append(Sample(**{"time": time(), **given, **values}))  # type: ignore[arg-type]
        self.emit(Area.METRICS, "metrics.sampled", name)
