"""One actor: a body, a mailbox, and at most one thread inside at a time.

Whoever owns the actor (`_owned`, guarded by `_lock`) may touch its body. Ownership is taken by the thread that puts
the first message into an idle actor's mailbox and handed to a worker, or used right there by an asking thread. Control
jobs (stop, restart, upgrade, snapshot) go before messages and run between two turns. No lock is held while a guest,
a subscriber or another actor is called.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from workbench.api.actors import ActorInfo, ActorState
from workbench.api.errors import Cause, Crashed, Exhausted, Invalid, NotFound, Rejected, Unavailable, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import NAME_BYTES, ActorId
from workbench.api.logs import Level
from workbench.api.messages import Envelope, Kind, Payload, Reply
from workbench.runtime.answer import Answer
from workbench.runtime.behaviors import Route, route
from workbench.runtime.body import Body, Spec
from workbench.runtime.mailbox import MAILBOX_BYTES, Letter, Mailbox
from workbench.runtime.metrics import Counters
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.threads import may_run_guest

logger = logging.getLogger(__name__)
BATCH = 64
"""Turns that a worker runs for one actor before others get their chance."""
GONE = (ActorState.STOPPING, ActorState.STOPPED)
ENDED = (ActorState.CRASHED, *GONE)


def size_of(text: Payload, what: str = "the text") -> int:
    """Bytes of a payload; Invalid when it is neither text nor bytes, or no valid Unicode."""
    if isinstance(text, bytes) or (isinstance(text, str) and text.isascii()):
        return len(text)
    if not isinstance(text, str):
        raise Invalid(f"a payload is text (str) or binary (bytes), not {type(text).__name__}")
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Invalid(f"{what} is not valid Unicode: {error.reason} at character {error.start}") from error


class Actor:
    """See the module. Public methods are thread-safe unless they are control jobs."""

    def __init__(self, identity: ActorId, spec: Spec, around: Surroundings) -> None:
        self.id, self._around = identity, around
        self.body = Body(identity, spec, around)
        self.mailbox = Mailbox(spec.limits.mailbox)
        self.state = ActorState.STARTING
        self.waiting_for = self.killed_by = ""
        self.last_cause: Cause | None = None
        self.restarts = 0
        self.spawned = around.clock.now()
        self.timers: dict[int, int] = {}  # number and bytes of what each will send
        self._wait: Answer[Any] | None = None
        self._owned = True  # by whoever brings it to life: until then nobody else may touch the body
        self._control: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._picture: ActorInfo | None = None
        self._words: tuple[Spec | None, tuple[str, ...]] = (None, ())

    @property
    def scope(self) -> tuple[str, str]:
        return self.id.tenant, self.id.namespace

    @property
    def gone(self) -> bool:
        """Whether it has ended: crashed, or stopped."""
        return self.state in ENDED

    @property
    def epitaph(self) -> str:
        """Why it ended."""
        return str(self.last_cause) if self.state is ActorState.CRASHED and self.last_cause else "it was stopped"

    @property
    def spec(self) -> Spec:
        return self.body.spec

    # Messages in.

    def deliver(self, letter: Letter, of_system: bool = False) -> None:
        """Put a message into the mailbox. Raises at once what can be known at once: full, too large, gone, crashed."""
        self._check(letter.envelope)
        with self._lock:
            state = self.state
            if state in ENDED:
                self._check_alive(letter)
            self.mailbox.put(letter, self.id.name, of_system)
            if self._owned or state is ActorState.CRASHED:
                return
            self._owned = True
        self._around.scheduler.submit(self)

    def handle_here(self, envelope: Envelope) -> Reply | WorkbenchError | None:
        """Run the message's turn on this very thread and give its outcome; None when that is not possible now."""
        if self._owned or not may_run_guest():
            return None
        way = self._check(envelope)
        with self._lock:
            if self.state is not ActorState.IDLE or self._owned or self.mailbox.letters:
                return None
            self._owned = True
        try:
            return self._turn(way, envelope)
        finally:
            with self._lock:
                pending = self._control or self.mailbox.letters
                if not pending:
                    self._owned = False
            if pending:
                self._release()

    def _check_alive(self, letter: Letter) -> None:
        if self.state in GONE:
            raise NotFound(f"actor {self.id.name} was stopped")
        if self.state is ActorState.CRASHED and letter.answer is not None:
            raise self._dead()

    def _dead(self) -> Crashed:
        return Crashed(f"actor {self.id.name} is not running, it crashed: {self.last_cause}", cause=self.last_cause)

    def _check(self, envelope: Envelope) -> Route:
        """The way that the message takes. Invalid: there is none. Exhausted: it is too large."""
        payload, message_type, body = envelope.payload, envelope.type, self.body
        if type(payload) is str and len(payload) <= body.room and payload.isascii() and type(message_type) is str:
            way = body.call_way if envelope.kind is Kind.CALL else body.cast_way
            if way is not None and len(message_type) <= NAME_BYTES and message_type.isascii():
                return way
        return self._check_closely(envelope)

    def _check_closely(self, envelope: Envelope) -> Route:
        way = self.route(envelope.kind)
        payload, message_type, instance = envelope.payload, envelope.type, self.body.instance
        limits = self.body.spec.limits
        if not isinstance(message_type, str):
            raise Invalid(f"a message type is text (str), not {type(message_type).__name__}")
        size, named = size_of(payload), size_of(message_type, "the message type")
        if named > NAME_BYTES:
            raise Exhausted(
                f"size: a message type has up to {NAME_BYTES:,} bytes, this one has {named:,}",
                limit="size",
                value=NAME_BYTES,
                used=named,
            )
        allowed = limits.text_bytes if isinstance(payload, str) else limits.binary_bytes
        if instance is not None and instance.memory_bytes is not None:
            headroom = (instance.memory_limit - instance.memory_bytes) // 4
            allowed = allowed if allowed < headroom else headroom
        if size > allowed:
            raise Exhausted(
                f"size: the payload has {size:,} bytes and {self.id.name} takes up to {allowed:,} now; use a blob",
                limit="size",
                value=allowed,
                used=size,
            )
        return way

    def check_timer(self, envelope: Envelope) -> None:
        """Whether one more timer may carry this message."""
        self._check(envelope)
        held = sum(self.timers.values()) + len(envelope.payload)
        if len(self.timers) >= self.mailbox.limit or held > MAILBOX_BYTES:
            raise Exhausted(
                f"{self.id.name} has {len(self.timers):,} timers already, and what they carry would be {held:,} bytes",
                limit="mailbox",
                value=self.mailbox.limit,
                used=len(self.timers),
            )

    def route(self, kind: Kind) -> Route:
        return route(kind, self.body.spec.runnable.behaviors, self.id.name)

    # Ownership.

    def _claim(self) -> bool:
        """Take ownership if nobody has it; the lock is held."""
        if self._owned:
            return False
        self._owned = True
        return True

    def run(self) -> None:
        """On a worker that owns the actor: control jobs and turns, until none is left or others must have a chance."""
        control, mailbox = self._control, self.mailbox
        for _ in range(BATCH):
            letter = mailbox.take() if not control and self.state is ActorState.IDLE else None
            if letter is not None:
                self._handle(letter)
                continue
            with self._lock:  # nobody puts anything in while it is given up
                job = control.popleft() if control else None
                if job is None and not (mailbox.letters and self.state is ActorState.IDLE):
                    self._owned = False
                    return
            if job is not None:
                job()
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

    # Turns: by the owner alone.

    def begin(self) -> None:
        """Be born: instantiate and initialise. The caller owns the actor since it was made."""
        try:
            self._start(self.spec, self.spec.state)
        except BaseException:
            self.end()
            raise
        finally:
            self._release()

    def _start(self, spec: Spec, state: Payload) -> None:
        self.body.start(spec, state)
        self.state = ActorState.IDLE

    def _handle(self, letter: Letter) -> None:
        envelope, body = letter.envelope, self.body
        way = body.call_way if envelope.kind is Kind.CALL else body.cast_way
        outcome = self._turn(way or self.route(envelope.kind), envelope)
        if letter.answer is not None or type(outcome) is not Reply:
            self._answer(letter, outcome)

    def _turn(self, way: Route, envelope: Envelope) -> Reply | WorkbenchError:
        self.state = ActorState.RUNNING
        try:
            outcome = self.body.handle(way, envelope)
        except BaseException as error:  # a fault of ours: the actor must not stay inside of a turn for ever
            outcome = self._faulted(error, envelope)
        if type(outcome) is Crashed:
            self._crashed(outcome.cause, envelope)
        else:
            self.state = ActorState.IDLE
        return outcome

    def _faulted(self, error: BaseException, envelope: Envelope) -> Crashed:
        logger.exception("the turn of %s over %r failed inside the host", self.id, envelope.type, exc_info=error)
        cause = Cause("crashed", "the host failed inside this turn; its log has the details")
        return Crashed(f"actor {self.id.name} crashed: {cause}", cause=cause)

    def _answer(self, letter: Letter, outcome: Reply | WorkbenchError) -> None:
        if letter.answer is None:
            if isinstance(outcome, Rejected):
                envelope = letter.envelope
                self._log(Level.WARN, f"refused {envelope.kind} {envelope.type!r}: {outcome.message}")
        elif isinstance(outcome, WorkbenchError):
            letter.answer.fail(outcome)
        else:
            letter.answer.set(outcome)

    def _crashed(self, cause: Cause | None, envelope: Envelope | None) -> None:
        found = cause or Cause("crashed", "for an unknown reason")
        self.body.counters.crashes += 1
        self.body.report(found)
        with self._lock:
            self.last_cause, self.killed_by = found, envelope.type if envelope else ""
            self.body.ending = None
            self.state = ActorState.CRASHED
            calls = self.mailbox.take_calls()
        self._drop()
        for letter in calls:
            assert letter.answer is not None
            letter.answer.fail(self._dead())
        self._around.bonds.ended(self.id, str(found), abnormal=True)
        self._announce("actors.crashed", str(found))

    def _drop(self) -> None:
        """Forget the instance and what hangs on it."""
        for timer in list(self.timers):
            self._around.timers.cancel(timer)
        self.timers.clear()
        self.body.drop()

    def _log(self, level: Level, message: str) -> None:
        self._around.logbook.log(self.id, level, message, ())

    def _announce(self, kind: str, text: str = "") -> None:
        self._around.bus.publish(Area.ACTORS, kind, self.id.name, text, self.scope)

    # Control jobs.

    def restart(self) -> None:
        """Start again from the initial state; the mailbox stays."""
        self._check_present()
        if self.state is not ActorState.CRASHED:
            raise Invalid(f"actor {self.id.name} is {self.state}, only a crashed one is restarted")
        self._rise(self.spec)
        self._announce("actors.restarted")

    def upgrade(self, spec: Spec) -> None:
        """Go on with other code; on any refusal the old instance serves on."""
        self._check_present()
        if self.state is ActorState.CRASHED:
            self._rise(spec)
        else:
            self._hand_over(spec)
        self._announce("actors.upgraded", spec.runnable.info.name)

    def _check_present(self) -> None:
        if self.state in GONE:
            raise NotFound(f"actor {self.id.name} was stopped")

    def _rise(self, spec: Spec) -> None:
        """From the dead, with the initial state."""
        self.state = ActorState.STARTING
        try:
            self._start(spec, spec.state)
        except BaseException as refused:
            self.last_cause = getattr(refused, "cause", None) or self.last_cause
            self.state, self.body.ending = ActorState.CRASHED, None
            raise
        self.restarts += 1

    def _hand_over(self, spec: Spec) -> None:
        name = self.id.name
        if not self.spec.runnable.info.carries_state:
            raise Invalid(f"{name} cannot hand out its state: it has no snapshot_state; stop it and spawn it anew")
        state = self.snapshot()
        self.state = ActorState.RUNNING
        try:
            self._start(spec, state)
        except (Crashed, Rejected, Invalid) as refused:
            self.state = ActorState.IDLE
            text = f"{name} was not changed, the new code does not take its state over: {refused.message}"
            raise type(refused)(text, figures=refused.figures) from refused
        finally:
            if self.state is ActorState.RUNNING:
                self.state = ActorState.IDLE

    def snapshot(self) -> Payload:
        """The state as the guest gives it. A guest that dies of it is crashed."""
        self._check_present()
        if self.state is ActorState.CRASHED:
            raise self._dead()
        self.state = ActorState.RUNNING
        try:
            return self.body.snapshot()
        except Crashed as died:
            self._crashed(died.cause, None)
            raise
        finally:
            if self.state is ActorState.RUNNING:
                self.state = ActorState.IDLE

    def stop(self) -> None:
        """Run `shutdown`, answer what still waits, and be gone."""
        if self.state is ActorState.STOPPED:
            return
        if self.body.instance is not None:
            self.state = ActorState.STOPPING
            if cause := self.body.shutdown():
                self._log(Level.WARN, f"shutdown crashed: {cause}")
        self.end()
        self._announce("actors.stopped")

    def end(self) -> None:
        """Be gone, without asking the guest."""
        with self._lock:
            self.state = ActorState.STOPPED
            letters = self.mailbox.clear()
        self._drop()
        for letter in letters:
            if letter.answer is not None:
                text = f"actor {self.id.name} was stopped before it came to {letter.envelope.type!r}"
                letter.answer.fail(Unavailable(text))
        self._around.bonds.ended(self.id, "it was stopped", abnormal=False)

    # A kill, from any thread.

    def kill(self, reason: str) -> Answer[Any]:
        """End the turn in hand at the next tick and cancel a wait; between turns, crash at once.

        The answer is set when the actor is crashed, or was gone already.
        """
        if self.state in (ActorState.STOPPED, ActorState.CRASHED):
            return self.control(lambda: None)
        cause = self.body.ending = Cause("crashed", reason)
        for instance in (self.body.context.newborn, self.body.instance):
            if instance is not None and self.state is not ActorState.IDLE:
                instance.interrupt(cause)
        self._end_wait()
        return self.control(self._die)

    def _die(self) -> None:
        """What is left to do for a kill once no turn is in hand."""
        if self.body.ending is not None and self.state is ActorState.IDLE:
            self._crashed(self.body.ending, None)

    @contextmanager
    def waiting_on(self, answer: Answer[Any]) -> Iterator[None]:
        """While this actor's turn waits for `answer`, a kill can end the wait."""
        self._wait = answer
        if self.body.ending is not None:  # read after the wait is there, as a kill writes it before it looks for one
            self._end_wait()
        try:
            yield
        finally:
            self._wait = None

    def _end_wait(self) -> None:
        wait = self._wait
        if wait is not None:
            wait.fail(Unavailable(f"actor {self.id.name} was killed while it waited"))

    def counters(self) -> Counters:
        """What it took since it was spawned, and how many messages wait."""
        counters = self.body.counters
        counters.mailbox = len(self.mailbox)
        return counters

    def info(self) -> ActorInfo:
        """A picture of now; the same one as before while nothing has changed, for whoever lists many."""
        body, spec = self.body, self.spec
        links, monitors = self._around.bonds.of(self.id)
        counters, module = body.counters, spec.runnable.info
        sample = self._around.metrics.latest(self.id)
        with self._lock:
            oldest = self.mailbox.oldest()
            waiting = len(self.mailbox)
        words = self._words
        if words[0] is not spec:
            self._words = words = (spec, tuple(map(str, module.behaviors)))
        made = ActorInfo(
            id=self.id,
            state=self.state,
            module=module.hash,
            module_name=module.name,
            behaviors=words[1],
            parent=spec.parent,
            profile=spec.profile,
            grants=body.holdings.words,
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
            last_turn_ns=body.last_turn_ns,
            fsm_state=body.fsm_state,
            waiting_for=self.waiting_for,
            carries_state=module.carries_state,
            last_cause=self.last_cause,
            killed_by=self.killed_by,
            links=links,
            monitors=monitors,
        )
        if made != self._picture:
            self._picture = made
        return self._picture
