"""One actor: an instance, a mailbox, and at most one thread inside at a time.

Whoever owns the actor (`_owned`, guarded by `_lock`) may touch its instance. Ownership is taken by the thread that puts
the first message into an idle actor's mailbox and handed to a worker, or used right there by an asking thread. Control
jobs (stop, restart, upgrade, snapshot) go before messages and run between two turns. No lock is held while a guest,
a subscriber or another actor is called.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workbench.api.actors import ActorId, ActorInfo, ActorState
from workbench.api.capabilities import Grant
from workbench.api.errors import Cause, Crashed, Exhausted, Figures, Invalid, NotFound, Rejected, Unavailable
from workbench.api.events import Area
from workbench.api.limits import Limits
from workbench.api.logs import Level
from workbench.api.messages import Envelope, Kind, Payload, Reply
from workbench.api.turns import Outcome, Turn
from workbench.runtime.answer import Answer
from workbench.runtime.behaviors import NO_REPLY, Route, route
from workbench.runtime.mailbox import Letter, Mailbox
from workbench.runtime.metrics import Counters
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.threads import here, may_run_guest
from workbench.wasm.codec import Err
from workbench.wasm.gate import Context
from workbench.wasm.instance import Died, Instance
from workbench.wasm.library import Runnable

logger = logging.getLogger(__name__)
BATCH = 64
"""Turns that a worker runs for one actor before others get their chance."""
UNKNOWN = Figures(None, None, 0)


@dataclass(frozen=True, slots=True)
class Spec:
    """How an actor was started, and is started again."""

    runnable: Runnable
    state: Payload
    profile: str
    grants: tuple[Grant, ...]
    limits: Limits
    parent: str


class Actor:
    """See the module. Public methods are thread-safe."""

    def __init__(self, identity: ActorId, spec: Spec, around: Surroundings) -> None:
        self.id, self.spec, self._around = identity, spec, around
        self.context = Context(identity, around.host, spec.grants, spec.limits)
        self.mailbox = Mailbox(spec.limits.mailbox)
        self.counters = Counters()
        self.state = ActorState.STARTING
        self.fsm_state = self.waiting_for = self.killed_by = ""
        self.last_cause: Cause | None = None
        self.restarts = self._seq = self._last_turn_ns = 0
        self.spawned = around.clock.now()
        self.timers: set[int] = set()
        self.wait: Answer[Any] | None = None
        self._instance: Instance | None = None
        self._control: deque[Callable[[], None]] = deque()
        self._owned = False
        self._lock = threading.Lock()

    @property
    def scope(self) -> tuple[str, str]:
        return self.id.tenant, self.id.namespace

    # Messages in.

    def deliver(self, letter: Letter) -> None:
        """Put a message into the mailbox. Raises at once what can be known at once: full, too large, gone, crashed."""
        self._check(letter.envelope)
        with self._lock:
            self._check_alive(letter)
            self.mailbox.put(letter, self.id.name)
            self.counters.mailbox = len(self.mailbox)
            submit = self._claim() if self.state is not ActorState.CRASHED else False
        if submit:
            self._around.scheduler.submit(self)

    def run_here(self, letter: Letter) -> bool:
        """Run the message's turn on this very thread, if that is allowed and nothing is in its way."""
        if not may_run_guest():
            return False
        self._check(letter.envelope)
        with self._lock:
            self._check_alive(letter)
            if self.state is not ActorState.IDLE or len(self.mailbox) or not self._claim():
                return False
        try:
            self._handle(letter)
        finally:
            self._release()
        return True

    def _check_alive(self, letter: Letter) -> None:
        if self.state in (ActorState.STOPPING, ActorState.STOPPED):
            raise NotFound(f"actor {self.id.name} was stopped")
        if self.state is ActorState.CRASHED and letter.answer is not None:
            raise self._dead()

    def _dead(self) -> Crashed:
        return Crashed(f"actor {self.id.name} is not running, it crashed: {self.last_cause}", cause=self.last_cause)

    def _check(self, envelope: Envelope) -> None:
        self.route(envelope.kind)
        payload, limits, instance = envelope.payload, self.spec.limits, self._instance
        try:
            size = len(payload) if isinstance(payload, bytes) else len(payload.encode())
            envelope.type.encode()
        except UnicodeEncodeError as error:
            raise Invalid(f"the text is not valid Unicode: {error.reason} at character {error.start}") from error
        allowed = limits.binary_bytes if isinstance(payload, bytes) else limits.text_bytes
        if instance is not None and instance.memory_bytes is not None:
            allowed = min(allowed, (instance.memory_limit - instance.memory_bytes) // 4)
        if size > allowed:
            raise Exhausted(
                f"size: the payload has {size:,} bytes and {self.id.name} takes up to {allowed:,} now; use a blob",
                limit="size",
                value=allowed,
                used=size,
            )

    def route(self, kind: Kind) -> Route:
        return route(kind, self.spec.runnable.behaviors, self.id.name)

    # Ownership.

    def _claim(self) -> bool:
        """Take ownership if nobody has it; the lock is held."""
        if self._owned:
            return False
        self._owned = True
        return True

    def run(self) -> None:
        """On a worker that owns the actor: control jobs and turns, until none is left or others must have a chance."""
        for _ in range(BATCH):
            with self._lock:
                job = self._control.popleft() if self._control else None
                letter = None
                if job is None and self.state is ActorState.IDLE:
                    letter = self.mailbox.take()
                    self.counters.mailbox = len(self.mailbox)
                if job is None and letter is None:
                    self._owned = False
                    return
            if job is not None:
                job()
            elif letter is not None:
                self._handle(letter)
        self._around.scheduler.submit(self)

    def _release(self) -> None:
        with self._lock:
            pending = bool(self._control) or (len(self.mailbox) > 0 and self.state is ActorState.IDLE)
            if not pending:
                self._owned = False
        if pending:
            self._around.scheduler.submit(self)

    def control(self, job: Callable[[], Any]) -> Answer[Any]:
        """Run `job` between two turns, before the messages that wait."""
        answer: Answer[Any] = Answer()

        def settle() -> None:
            try:
                answer.set(job())
            except BaseException as error:
                answer.fail(error)

        with self._lock:
            self._control.append(settle)
            submit = self._claim()
        if submit:
            self._around.scheduler.submit(self)
        return answer

    # Turns. Only by the owner.

    def begin(self) -> None:
        """Instantiate and initialise; the caller owns the actor since its birth. Raises Crashed or Rejected."""
        self._owned = True
        try:
            self._start(self.spec, self.spec.state)
            self.state = ActorState.IDLE
        except BaseException:
            self.state = ActorState.STOPPED
            self._drop()
            raise
        self._release()

    def _start(self, spec: Spec, state: Payload) -> None:
        """Give the actor a fresh instance of `spec`; the old one, if any, stays until the new one is ready."""
        name = self.id.name
        self.context.begin_turn()
        here.turns += 1
        instance = None
        started = self._around.clock.now()
        try:
            instance = Instance(spec.runnable.program, self.context, self._around.engines)
            if spec.runnable.bytecode:
                loaded = instance.call("loader", "load", spec.runnable.bytecode, long=True)
                if isinstance(loaded, Err):
                    raise Invalid(f"{name} cannot be loaded: {loaded.value.kind}: {loaded.value.message}")
            result = instance.call("lifecycle", "init", state, long=True)
        except Died as died:
            self._record("init", None, Outcome.CRASHED, died.figures, started, cause=died.cause)
            self._report(died.cause)
            raise Crashed(f"init of {name} crashed: {died.cause}", cause=died.cause, figures=died.figures) from died
        except BaseException:
            if instance is not None:
                instance.close()
            raise
        finally:
            here.turns -= 1
        if isinstance(result, Err):
            self._record("init", None, Outcome.REJECTED, instance.figures, started, text=result.value)
            instance.close()
            raise Rejected(f"{name} refused to start: {result.value}", figures=instance.figures)
        before, self._instance, self.spec = self._instance, instance, spec
        if before is not None:
            before.close()
        self.fsm_state = ""
        self._record("init", None, Outcome.REPLY, instance.figures, started)

    def _handle(self, letter: Letter) -> None:
        envelope, answer = letter.envelope, letter.answer
        way = self.route(envelope.kind)
        started = self._around.clock.now()
        arguments = (envelope.sender, envelope.type, envelope.payload)
        try:
            result = self._guest(way.interface, way.handler, *arguments)
        except Died as died:
            turn = self._record("message", envelope, Outcome.CRASHED, died.figures, started, cause=died.cause)
            error = Crashed(f"actor {self.id.name} crashed: {died.cause}", cause=died.cause, figures=turn.figures)
            if answer is not None:
                answer.fail(error)
            self._crashed(died.cause, envelope)
            return
        assert self._instance is not None
        figures = self._instance.figures
        if isinstance(result, Err) and not (envelope.kind is not Kind.CALL and result.value.startswith(NO_REPLY)):
            self._record("message", envelope, Outcome.REJECTED, figures, started, text=result.value)
            if answer is not None:
                answer.fail(Rejected(result.value, figures=figures))
            else:
                self._log(Level.WARN, f"refused {envelope.kind} {envelope.type!r}: {result.value}")
        else:
            reply = self._reply(way, "" if isinstance(result, Err) else result.value)
            turn = self._record("message", envelope, Outcome.REPLY, figures, started, reply=reply)
            if answer is not None:
                answer.set(Reply(reply if envelope.kind is Kind.CALL else "", figures, turn.seq, self.fsm_state))
        if self.state is ActorState.RUNNING:
            self.state = ActorState.IDLE

    def _reply(self, way: Route, value: Payload | None) -> Payload:
        if way.interface != "gen-fsm":
            return value or ("" if value is None else value)
        if isinstance(value, str) and value:
            self.fsm_state = value
        return self.fsm_state

    def _guest(self, interface: str, function: str, *arguments: Any, long: bool = False) -> Any:
        """Call an export of the instance inside a turn."""
        if self._instance is None:
            raise Died(self.last_cause or Cause("crashed", "there is no instance"), UNKNOWN)
        self.context.begin_turn()
        self.state = ActorState.RUNNING
        here.turns += 1
        try:
            return self._instance.call(interface, function, *arguments, long=long)
        finally:
            here.turns -= 1

    def _record(
        self,
        operation: str,
        envelope: Envelope | None,
        outcome: Outcome,
        figures: Figures,
        started: float,
        *,
        reply: Payload = "",
        text: str = "",
        cause: Cause | None = None,
    ) -> Turn:
        self._seq += 1
        self._last_turn_ns = figures.wall_ns
        counters, context = self.counters, self.context
        counters.turns += 1
        counters.wall_ns += figures.wall_ns
        counters.fuel += figures.fuel or 0
        counters.memory_bytes = figures.memory_bytes if outcome is not Outcome.CRASHED else None
        turn = Turn(
            self.id,
            self._seq,
            operation,
            envelope,
            outcome,
            figures,
            started,
            self.spec.runnable.info.hash,
            reply,
            text,
            cause,
            self.fsm_state,
            tuple(context.calls),
            context.calls_total,
        )
        self._around.recorder.add(turn)
        return turn

    def _crashed(self, cause: Cause, envelope: Envelope | None) -> None:
        self.counters.crashes += 1
        self._report(cause)
        with self._lock:
            self.last_cause, self.killed_by = cause, envelope.type if envelope else ""
            self.state = ActorState.CRASHED
            calls = self.mailbox.take_calls()
            self.counters.mailbox = len(self.mailbox)
        self._drop()
        for letter in calls:
            assert letter.answer is not None
            letter.answer.fail(self._dead())
        self._tell_all("actors.crashed", str(cause))

    def _report(self, cause: Cause) -> None:
        """A crash that the guest did not report itself is still in the log, with what is known."""
        if self.context.exception is None:
            fields = [("exception.type", cause.limit or "trap"), ("exception.message", cause.message)]
            if cause.traceback:
                fields.append(("exception.stacktrace", cause.traceback))
            self._around.logbook.log(self.id, Level.CRITICAL, str(cause), fields)

    def _drop(self) -> None:
        """Forget the instance and what hangs on it."""
        for timer in list(self.timers):
            self._around.timers.cancel(timer)
        self.timers.clear()
        if self._instance is not None:
            self._instance.close()
            self._instance = None
        self.counters.memory_bytes = None

    def _log(self, level: Level, message: str) -> None:
        self._around.logbook.log(self.id, level, message, ())

    def _tell_all(self, kind: str, text: str = "") -> None:
        self._around.bus.publish(Area.ACTORS, kind, self.id.name, text, self.scope)

    # Control jobs.

    def restart(self) -> None:
        """Start again from the initial state; the mailbox stays."""
        if self.state is not ActorState.CRASHED:
            raise Invalid(f"actor {self.id.name} is {self.state}, only a crashed one is restarted")
        self._start(self.spec, self.spec.state)
        self.restarts += 1
        self.state = ActorState.IDLE
        self._tell_all("actors.restarted")

    def upgrade(self, spec: Spec) -> None:
        """Go on with other code; on any refusal the old instance serves on."""
        name = self.id.name
        if self.state is ActorState.CRASHED:
            self._start(spec, spec.state)
            self.restarts += 1
        else:
            if not self.spec.runnable.info.carries_state:
                raise Invalid(
                    f"{name} cannot hand out its state: it has init but no snapshot_state; stop and spawn it anew"
                )
            state = self.snapshot()
            try:
                self._start(spec, state)
            except (Crashed, Rejected, Invalid) as refused:
                kind = type(refused)
                text = f"{name} was not changed, the new code does not take its state over: {refused.message}"
                raise kind(text, figures=refused.figures) from refused
        self.state = ActorState.IDLE
        self._tell_all("actors.upgraded", spec.runnable.info.name)

    def snapshot(self) -> Payload:
        """The state as the guest gives it. A guest that dies of it is crashed."""
        started = self._around.clock.now()
        if self.state is ActorState.CRASHED:
            raise self._dead()
        try:
            result = self._guest("lifecycle", "snapshot-state", long=True)
        except Died as died:
            self._record("snapshot-state", None, Outcome.CRASHED, died.figures, started, cause=died.cause)
            self._crashed(died.cause, None)
            raise Crashed(f"actor {self.id.name} crashed: {died.cause}", cause=died.cause) from died
        assert self._instance is not None
        self.state = ActorState.IDLE
        figures = self._instance.figures
        if isinstance(result, Err):
            self._record("snapshot-state", None, Outcome.REJECTED, figures, started, text=result.value)
            raise Rejected(f"{self.id.name} cannot hand out its state: {result.value}", figures=figures)
        state: Payload = result.value
        self._record("snapshot-state", None, Outcome.REPLY, figures, started, reply=state)
        return state

    def stop(self) -> None:
        """Run `shutdown`, answer what still waits, and be gone."""
        if self.state is ActorState.STOPPED:
            return
        if self._instance is not None:
            started = self._around.clock.now()
            try:
                self._guest("lifecycle", "shutdown", long=True)
                self._record("shutdown", None, Outcome.REPLY, self._instance.figures, started)
            except Died as died:
                self._record("shutdown", None, Outcome.CRASHED, died.figures, started, cause=died.cause)
                self._log(Level.WARN, f"shutdown crashed: {died.cause}")
        self.end()

    def end(self) -> None:
        """Be gone, without asking the guest."""
        with self._lock:
            self.state = ActorState.STOPPED
            letters = self.mailbox.clear()
            self.counters.mailbox = 0
        self._drop()
        for letter in letters:
            if letter.answer is not None:
                letter.answer.fail(
                    Unavailable(f"actor {self.id.name} was stopped before it came to {letter.envelope.type!r}")
                )
        self._tell_all("actors.stopped")

    def kill(self, reason: str) -> None:
        """End the turn in hand at the next tick and cancel a wait; between turns, crash at once. From any thread."""
        cause = Cause("crashed", reason)
        instance, wait = self._instance, self.wait
        if instance is not None and self.state in (ActorState.RUNNING, ActorState.WAITING):
            instance.interrupt(cause)
            if wait is not None:
                wait.fail(Unavailable(f"actor {self.id.name} was killed while it waited"))
        elif self.state is ActorState.IDLE:
            self.control(lambda: self._crashed(cause, None) if self.state is ActorState.IDLE else None)

    def info(self) -> ActorInfo:
        """A picture of now."""
        counters, spec = self.counters, self.spec
        sample = self._around.metrics.latest(self.id)
        with self._lock:
            oldest = self.mailbox.oldest()
            waiting = len(self.mailbox)
        return ActorInfo(
            id=self.id,
            state=self.state,
            module=spec.runnable.info.hash,
            module_name=spec.runnable.info.name,
            behaviors=tuple(str(behavior) for behavior in spec.runnable.info.behaviors),
            parent=spec.parent,
            profile=spec.profile,
            grants=tuple(map(str, spec.grants)),
            limits=spec.limits,
            spawned=self.spawned,
            turns=counters.turns,
            crashes=counters.crashes,
            restarts=self.restarts,
            mailbox=waiting,
            mailbox_oldest_seconds=max(0.0, self._around.clock.now() - oldest) if oldest else 0.0,
            fuel=counters.fuel,
            fuel_per_second=sample.fuel_per_second if sample else 0.0,
            messages_per_second=sample.messages_per_second if sample else 0.0,
            memory_bytes=counters.memory_bytes,
            last_turn_ns=self._last_turn_ns,
            fsm_state=self.fsm_state,
            waiting_for=self.waiting_for,
            carries_state=spec.runnable.info.carries_state,
            last_cause=self.last_cause,
            killed_by=self.killed_by,
        )

    def with_module(self, runnable: Runnable) -> Spec:
        """This actor's spec with other code."""
        return replace(self.spec, runnable=runnable)
