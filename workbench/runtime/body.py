"""The body of an actor: its instance in the sandbox, and the turns it has lived through.

Only the thread that owns the actor may touch it. Whatever happens in a turn, it is counted and recorded here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from workbench.api.capabilities import Grant
from workbench.api.errors import Cause, Crashed, Exhausted, Figures, Invalid, Rejected, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.logs import Level
from workbench.api.messages import Envelope, Kind, Payload, Reply
from workbench.api.recordings import RecordingLevel
from workbench.api.turns import Birth, BirthReason, Outcome, Turn
from workbench.runtime.behaviors import NO_REPLY, Route, first_route
from workbench.runtime.metrics import Counters
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.codec import Err
from workbench.wasm.gate import Context
from workbench.wasm.holdings import Holdings
from workbench.wasm.instance import Died, Instance
from workbench.wasm.library import Runnable
from workbench.wasm.program import LIFECYCLE
from workbench.wasm.script import Script

OUTSIDE = ("time", "output")
"""Limits whose end of a turn does not follow from the turn itself."""
UNKNOWN = Figures(None, None, 0)
GROWN_BYTES = 16 << 20
CARRIES = (BirthReason.WAKE, BirthReason.UPGRADE, BirthReason.CHECKPOINT)
"""Births of an instance that goes on with the state of the one before, and so with its time and its chance."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How an actor was started, and is started again."""

    runnable: Runnable
    state: Payload
    profile: str
    grants: tuple[Grant, ...]
    limits: Limits
    parent: str
    durable: bool = False
    behavior_words: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:  # written once, for whoever lists thousands of actors again and again
        object.__setattr__(self, "behavior_words", tuple(map(str, self.runnable.info.behaviors)))


@dataclass(frozen=True, slots=True)
class Successor:
    """A fresh instance that has taken its state, and stands beside the one that serves until it takes its place."""

    spec: Spec
    instance: Instance


class Body:
    """See the module. `instance` is None before the birth and after a death. `envelope` is the one in hand.

    `room` is the longest plain text that the instance takes, `call_way` and `cast_way` where its messages go.
    `repeated` is the last turn that was lived through again; such turns are neither counted nor recorded. `heard` is
    told of every other one. `birth_reason` is why there is this instance.
    """

    def __init__(self, identity: ActorId, spec: Spec, around: Surroundings) -> None:
        self.id, self.spec, self._around = identity, spec, around
        self.holdings = Holdings(
            spec.grants,
            now=around.clock.now,
            message_type=self._message_type,
            on_denied=lambda capability, denial: around.grants.denied(identity, capability, denial),
            on_used_up=lambda grant: around.grants.used_up(identity, grant),
        )
        self.context = Context(identity, around.host, self.holdings, spec.limits, is_cancelled=around.is_cancelled)
        self.instance: Instance | None = None
        self.successor: Successor | None = None
        self.envelope: Envelope | None = None
        self.counters = Counters()
        self.fsm_state = ""
        self.last_used = 0.0
        self.last_turn_ns = self._seq = 0
        self._now, self._recorder = around.clock.now, around.recorder
        self._levels, self._level, self._level_version = around.recorder.levels, RecordingLevel.OFF, -1
        self._names = spec.runnable.names
        self._measured: int | None = None
        self._born_bytes: int | None = None
        self._world = (0, 0)
        self._bound_lifetime()
        self.room = -1
        self._repeats = self._has_folders = False
        self.heard: Callable[[Turn], object] | None = None
        self.birth_reason = BirthReason.SPAWN
        self.repeated: Turn | None = None
        self.call_way: Route | None = None
        self.cast_way: Route | None = None

    def repeat(self, script: Script | None, seq: int) -> None:
        """Let the next turn, after `seq`, be a recorded one whose host calls `script` answers; None: no longer."""
        self.context.script, self._repeats, self._seq = script, script is not None, seq
        if script is not None:
            self.repeated = None

    @property
    def seq(self) -> int:
        """The number of its last turn."""
        return self._seq

    @property
    def world_position(self) -> tuple[int, int]:
        """Where virtual time (nanoseconds) and the sequence that stands for chance (bytes) are, or were last."""
        return self._world if self.instance is None else (self.instance.world.virtual_ns, self.instance.world.drawn)

    def carry(self, fsm_state: str, world: tuple[int, int]) -> None:
        """Be where another life was. Before there is an instance."""
        self.fsm_state, self._world = fsm_state, world

    def _message_type(self) -> str:
        return self.envelope.type if self.envelope is not None else ""

    @property
    def ending(self) -> Cause | None:
        """The cause for which the actor is to die; it is set from other threads."""
        return self.context.ending

    @ending.setter
    def ending(self, cause: Cause | None) -> None:
        self.context.ending = cause

    def start(
        self,
        spec: Spec,
        state: Payload,
        reason: BirthReason,
        replayed_after: int = 0,
        world: tuple[int, int] | None = None,
    ) -> None:
        """A fresh instance of `spec`, initialised; the old one, if any, stays until the new one is ready.

        It goes on from there in its `world`, if none is given from where the old one is when it carries its state on.
        Crashed or Rejected: the new one did not take the state. Invalid: its bytecode cannot be loaded.
        """
        with self._limits_kept(on_success=False):
            instance = self._born(spec, state, reason, replayed_after, world)
        self._take(spec, instance)

    def raise_successor(self, spec: Spec) -> None:
        """The same, beside the old one, which serves on until `succeed`."""
        self.dismiss()
        with self._limits_kept(on_success=True):
            self.successor = Successor(spec, self._born(spec, spec.state, BirthReason.UPGRADE))

    def succeed(self) -> None:
        """Let the successor, if there is one, take the place of the one before."""
        found, self.successor = self.successor, None
        if found is not None:
            self.context.limits = found.spec.limits
            self._take(found.spec, found.instance)

    def dismiss(self) -> None:
        """Forget the successor; idempotent."""
        found, self.successor = self.successor, None
        if found is not None:
            found.instance.close()

    @contextmanager
    def _limits_kept(self, *, on_success: bool) -> Iterator[None]:
        """While a new one is born on its own limits: those of the old one hold again when that fails, or always."""
        before, kept = self.context.limits, True
        try:
            yield
            kept = on_success
        finally:
            if kept:
                self.context.limits = before

    def _born(
        self,
        spec: Spec,
        state: Payload,
        reason: BirthReason,
        replayed_after: int = 0,
        world: tuple[int, int] | None = None,
    ) -> Instance:
        """A fresh instance that has taken the state."""
        name, started = self.id.name, self._around.clock.now()
        if world is None:
            world = self.world_position if reason in CARRIES else (0, 0)
        terms = state, spec.profile, self.holdings.lasting(), spec.limits, spec.parent
        birth = Birth(reason, *terms, replayed_after, *world)
        self._take_level()
        self.context.begin_turn()
        self.context.limits = spec.limits
        self.birth_reason = reason
        instance = None
        try:
            instance = spec.runnable.program.instantiate(self.context, self._around.engines)
            instance.world.virtual_ns, instance.world.drawn = world
            if self.ending is not None:
                instance.interrupt(self.ending)
            if spec.runnable.bytecode:
                loaded = instance.call("loader", "load", spec.runnable.bytecode, long=True)
                if isinstance(loaded, Err):
                    raise Invalid(f"{name} cannot be loaded: {loaded.value.kind}: {loaded.value.message}")
            result = instance.call("lifecycle", "init", state, long=True)
        except Died as died:
            self._record("init", None, Outcome.CRASHED, died.figures, started, "", "", died.cause, birth=birth)
            self.report(died.cause)
            raise Crashed(f"init of {name} crashed: {died.cause}", cause=died.cause, figures=died.figures) from died
        except BaseException:
            if instance is not None:
                instance.close()
            raise
        finally:
            self.context.newborn = None
        if isinstance(result, Err):
            self._record("init", None, Outcome.REJECTED, instance.figures, started, "", result.value, birth=birth)
            instance.close()
            raise Rejected(f"{name} refused to start: {result.value}", figures=instance.figures)
        self._record("init", None, Outcome.REPLY, instance.figures, started, names=spec.runnable.names, birth=birth)
        return instance

    def _take(self, spec: Spec, instance: Instance) -> None:
        before, self.instance, self.spec = self.instance, instance, spec
        self._has_folders = instance.world.native is not None
        self._names = spec.runnable.names
        self._bound_lifetime()
        self._make_room(instance)
        self._born_bytes = self._measured
        self.call_way = first_route(Kind.CALL, spec.runnable.behaviors)
        self.cast_way = first_route(Kind.CAST, spec.runnable.behaviors)
        if before is not None:
            before.close()

    def handle(self, way: Route, envelope: Envelope) -> Reply | WorkbenchError:
        """One message's turn: its reply, a Rejected, or the Crashed that it died of (then `instance` is None)."""
        self.last_used = started = self._now()
        self.envelope = envelope
        try:
            instance = self._present()
            result = instance.handle(way, (envelope.sender, envelope.type, envelope.payload))
        except Died as died:
            self.instance = None
            turn = self._record("message", envelope, Outcome.CRASHED, died.figures, started, "", "", died.cause)
            return Crashed(f"actor {self.id.name} crashed: {died.cause}", cause=died.cause, figures=turn.figures)
        finally:
            self.envelope = None
        figures = instance.figures
        if figures.memory_bytes != self._measured:
            self._make_room(instance)
            self._give_back(instance)
        needs_reply = envelope.kind is Kind.CALL
        value = result[0]
        if type(result) is Err:
            if needs_reply or not value.startswith(NO_REPLY):
                self._record("message", envelope, Outcome.REJECTED, figures, started, "", value)
                return Rejected(value, figures=figures)
            value = ""
        reply = value if way[0] == "gen-server" else self._reply(way, value)
        limits = self.spec.limits
        if len(reply) > (limits.text_bytes if type(reply) is str else limits.binary_bytes):
            refused = self._too_large(reply)
            self._record("message", envelope, Outcome.REJECTED, figures, started, "", refused)
            return Exhausted(refused, limit="size", used=len(reply), figures=figures)
        turn = self._record("message", envelope, Outcome.REPLY, figures, started, reply)
        return Reply(reply if needs_reply else "", figures, turn.seq, self.fsm_state)

    def set_limits(self, spec: Spec) -> None:
        """Take on the limits of `spec`, as far as a living instance can."""
        self.spec, self.context.limits = spec, spec.limits
        self._bound_lifetime()
        if self.instance is not None:
            self.instance.take_limits()
            self._make_room(self.instance)

    def _make_room(self, instance: Instance) -> None:
        """How long a text may be now: a quarter of what memory may still grow, and no more than the limit."""
        self._measured = used = instance.memory_bytes
        allowed = self.spec.limits.text_bytes
        self.room = allowed if used is None else min(allowed, (instance.memory_limit - used) // 4)

    def _give_back(self, instance: Instance) -> None:
        """Ask for a fresh instance with the state of this one, once a Python actor has grown by so much that it may be
        what its bindings lose: componentize-py 0.25 never frees the copy of bytes that go out."""
        used, born = self._measured, self._born_bytes
        if used is None or born is None or not self.spec.runnable.bytecode or not self.spec.runnable.info.carries_state:
            return
        if used - born >= min(max(GROWN_BYTES, born // 2), (instance.memory_limit - born) // 2):
            self._born_bytes = None  # once for each instance
            self._around.recorder.renew(self.id)

    def _too_large(self, reply: Payload) -> str:
        limits = self.spec.limits
        allowed = limits.binary_bytes if isinstance(reply, bytes) else limits.text_bytes
        return (
            f"size: the reply of {self.id.name} has {len(reply):,} bytes, up to {allowed:,} are delivered; use a blob"
        )

    def _reply(self, way: Route, value: Payload | None) -> Payload:
        if way.interface != "gen-fsm":
            return "" if value is None else value
        if isinstance(value, str) and value:
            self.fsm_state = value
        return self.fsm_state

    def snapshot(self) -> Payload:
        """The state as the guest gives it. Rejected: it cannot. Crashed: it died of it."""
        started = self._around.clock.now()
        try:
            result, figures = self._last_words("snapshot-state")
        except Died as died:
            self._record("snapshot-state", None, Outcome.CRASHED, died.figures, started, "", "", died.cause)
            raise Crashed(f"actor {self.id.name} crashed: {died.cause}", cause=died.cause) from died
        if isinstance(result, Err):
            self._record("snapshot-state", None, Outcome.REJECTED, figures, started, "", result.value)
            raise Rejected(f"{self.id.name} cannot hand out its state: {result.value}", figures=figures)
        state: Payload = result.value
        world = self.world_position
        self._record("snapshot-state", None, Outcome.REPLY, figures, started, state, world=world)
        return state

    def shutdown(self) -> Cause | None:
        """Let the guest put its things in order; what it died of, if it did."""
        started = self._around.clock.now()
        try:
            result, figures = self._last_words("shutdown")
        except Died as died:
            self._record("shutdown", None, Outcome.CRASHED, died.figures, started, "", "", died.cause)
            return died.cause
        refused = isinstance(result, Err)
        outcome = Outcome.REJECTED if refused else Outcome.REPLY
        self._record("shutdown", None, outcome, figures, started, "", result.value if refused else "")
        return None

    def _present(self) -> Instance:
        """The instance, ready for a turn. Raises Died when there is none."""
        instance = self.instance
        if instance is None:
            raise Died(Cause("crashed", "there is no instance"), UNKNOWN)
        if self.ending is not None:
            instance.interrupt(self.ending)
        if self._levels.version != self._level_version:
            self._take_level()
        self.context.begin_turn()
        return instance

    def _take_level(self) -> None:
        """From this turn on it is recorded as is wanted now."""
        self._level_version = self._levels.version
        self._level = self._levels.of(self.id)
        self.context.record_in_full(self._level.has_calls)

    def _last_words(self, function: str) -> tuple[Any, Figures]:
        """Call an export of the lifecycle; its result and what it took."""
        instance = self._present()
        try:
            return instance.call(LIFECYCLE, function, long=True), instance.figures
        except Died:
            self.instance = None
            raise

    def _record(
        self,
        operation: str,
        envelope: Envelope | None,
        outcome: Outcome,
        figures: Figures,
        started: float,
        reply: Payload = "",
        text: str = "",
        cause: Cause | None = None,
        names: tuple[str, str] | None = None,
        birth: Birth | None = None,
        world: tuple[int, int] = (0, 0),
    ) -> Turn:
        self._seq += 1
        context = self.context
        module, interpreter = names or self._names
        calls, total = (tuple(context.calls), context.calls_total) if context.calls_total else ((), 0)
        turn = Turn(
            self.id,
            self._seq,
            operation,
            envelope,
            outcome,
            figures,
            started,
            module,
            interpreter,
            reply,
            text,
            cause,
            self.fsm_state,
            calls,
            total,
            birth,
            self._unrepeatable(outcome, cause, birth),
            *world,
        )
        if self._repeats:
            self.repeated = turn
        else:
            self._count(turn)
            self._recorder.add(turn, self._level)
            if self.heard is not None:
                self.heard(turn)
        return turn

    def _unrepeatable(self, outcome: Outcome, cause: Cause | None, birth: Birth | None) -> str:
        """Why the turn that is over cannot be lived through again."""
        context = self.context
        if outcome is Outcome.CRASHED and cause is not None and (self.ending is not None or cause.limit in OUTSIDE):
            return f"it was ended from outside: {cause}"
        if context.calls_total != len(context.calls):
            return f"{len(context.calls):,} of its {context.calls_total:,} host calls were recorded"
        if (
            self._has_folders
            if birth is None
            else any(grant.capability == "filesystem" for grant in self.holdings.grants)
        ):
            return "it may use granted folders, and what it read of them is not recorded"
        return context.unrepeatable

    def _count(self, turn: Turn) -> None:
        figures, counters = turn.figures, self.counters
        self.last_turn_ns = figures.wall_ns
        counters.turns += 1
        counters.wall_ns += figures.wall_ns
        counters.fuel += figures.fuel or 0
        if self.context.fuel_left is not None:
            self._bound_lifetime()
        counters.memory_bytes = figures.memory_bytes if turn.outcome is not Outcome.CRASHED else None
        if not counters.noted:
            self.note()

    def note(self) -> None:
        """The graphs look at it again."""
        self._around.metrics.note(self.id, self.counters)

    def _bound_lifetime(self) -> None:
        """What the lifetime's fuel still leaves."""
        bound = self.spec.limits.lifetime_fuel
        self.context.fuel_left = max(0, bound - self.counters.fuel) if bound else None

    def report(self, cause: Cause) -> None:
        """A death that the guest did not report itself is still in the log, with what is known."""
        if self.context.exception is None:
            fields = [("exception.type", cause.limit or "trap"), ("exception.message", cause.message)]
            if cause.traceback:
                fields.append(("exception.stacktrace", cause.traceback))
            self._around.logbook.log(self.id, Level.CRITICAL, str(cause), fields)

    def drop(self) -> None:
        """Forget the instance and its successor; idempotent."""
        self.dismiss()
        if self.instance is not None:
            self._world = self.world_position
            self.instance.close()
            self.instance = None
        self.counters.memory_bytes = None
        self.note()
