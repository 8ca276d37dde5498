"""One actor: a body, a mailbox, and at most one thread inside at a time.

Whoever owns the actor (`owned`, guarded by `_lock`) may touch its body. Ownership is taken by the thread that puts
the first message into an idle actor's mailbox and handed to a worker, or used right there by an asking thread. Control
jobs (`life`: stop, restart, upgrade, snapshot, …) go before messages and run between two turns. No lock is held while a
guest, a subscriber or another actor is called.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from workbench.answer import Answer
from workbench.api.actors import ActorInfo, ActorState
from workbench.api.errors import Cause, Crashed, NotFound, Rejected, Unavailable, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import NAME_BYTES, ActorId
from workbench.api.logs import Level
from workbench.api.messages import Envelope, Kind, Payload, Reply
from workbench.api.supervision import Ending
from workbench.api.turns import BirthReason
from workbench.runtime import life, recovery, returning, written
from workbench.runtime.behaviors import Route, route
from workbench.runtime.body import Body, Spec
from workbench.runtime.checks import check_sizes
from workbench.runtime.durable import Durable
from workbench.runtime.keeper import Keeper
from workbench.runtime.mailbox import Letter, Mailbox
from workbench.runtime.moving.forward import Forward, Rejoining
from workbench.runtime.picture import picture
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.threads import may_run_guest
from workbench.runtime.timers import Armed

logger = logging.getLogger(__name__)
BATCH = 64
"""Turns that a worker runs for one actor before others get their chance."""
GONE = (ActorState.STOPPING, ActorState.STOPPED)
ENDED = (ActorState.CRASHED, *GONE)
RESTING = (ActorState.IDLE, ActorState.PASSIVE, ActorState.SUSPENDED)


class Actor:
    """See the module. Public methods are thread-safe unless they are said to be the owner's.

    `awaited`: it has ended, and its supervisor is about to start it again or to give it up; messages wait for that.
    `stored` is the state of a passive actor. `suspended` until it is resumed by hand, through all its lives.
    `held`: between two turns it is a mover's (see moving), and `moved` says where it is when it has gone; `arriving`:
    it is not settled yet that it lives here.
    `stopping`: it was told to stop, and the turn in hand may wait no more; `says_goodbye`: it runs its `shutdown`,
    which may.
    """

    def __init__(self, identity: ActorId, spec: Spec, around: Surroundings, keeper: Keeper | None = None) -> None:
        self.id, self.around, self.keeper = identity, around, keeper
        self.body = Body(identity, spec, around)
        self.mailbox = Mailbox(spec.limits.mailbox)
        self.body.counters.box = self.mailbox
        self.state = ActorState.STARTING
        self.awaited = False
        self.durable: Durable | None = None
        self.stored: Payload = ""
        self.waiting_for = self.killed_by = ""
        self.last_cause: Cause | None = None
        self.restarts, self.spawned = 0, around.clock.now()
        self.timers: dict[int, Armed] = {}
        self.moved: Forward | Rejoining | None = None
        self.held = self.arriving = False
        self.suspended = self.stopping = self.says_goodbye = False
        self._wait: Answer[Any] | None = None
        self.owned = True  # by whoever brings it to life: until then nobody else may touch the body
        self._control: deque[Callable[[], None]] = deque()
        self._taken_up: set[int] = set()
        self._lock = threading.Lock()
        self._picture: ActorInfo | None = None

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
    def last_used(self) -> float:
        """When its last turn began."""
        return self.body.last_used

    @property
    def may_sleep(self) -> bool:
        """Whether it could become passive now."""
        return self.state is ActorState.IDLE and not self.mailbox.letters and self.spec.runnable.info.carries_state

    def put_to_sleep(self) -> Answer[Any]:
        return self.control(lambda: life.passivate(self))

    @property
    def spec(self) -> Spec:
        return self.body.spec

    # Messages in.

    def deliver(self, letter: Letter, of_system: bool = False) -> None:
        """Put a message into the mailbox. Raises at once what can be known at once: full, too large, gone, crashed."""
        if self.moved is not None:
            self.moved.deliver(letter, of_system)
        else:
            self.take_in(letter, of_system)

    def take_in(self, letter: Letter, of_system: bool = False, *, back: bool = False) -> None:
        """The same of one that comes from another node: `back` to where its actor is again."""
        self.check(letter.envelope)
        durable = self.durable
        if durable is None or letter.answer is not None or letter.number:
            self._put(letter, of_system, back=back)
            return
        self.check_present()
        letter.number = durable.accept(letter.envelope)
        try:
            self._put(letter, of_system, back=back)
        except BaseException:
            durable.give_back(letter.number)
            raise

    def _put(self, letter: Letter, of_system: bool, *, back: bool) -> None:
        with self._lock:
            if self.moved is not None and not (back and isinstance(self.moved, Rejoining)):
                self.moved.pass_on(letter)
                return
            state = self.state
            ended = state in ENDED
            if letter.number in self._taken_up:
                self._taken_up.discard(letter.number)
                return
            if ended and not self.awaited:
                self._check_alive(letter)
            self.mailbox.put(letter, self.id.name, of_system)
            self.body.note()
            if self.owned or ended:
                return
            self.owned = True
        self.around.scheduler.submit(self)

    def take_up(self, kept: Sequence[Letter]) -> None:
        """Kept messages that were not handled when the node ended. By the owner, before it lives.

        Who sent one may be about to hand it over, or has done so.
        """
        with self._lock:
            self._taken_up |= self.mailbox.take_up(kept)

    def handle_here(self, envelope: Envelope) -> Reply | WorkbenchError | None:
        """Run the message's turn on this very thread and give its outcome; None when that is not possible now."""
        if self.owned or not may_run_guest():
            return None
        way = self.check(envelope)
        with self._lock:
            state = self.state
            if (state is not ActorState.IDLE and state is not ActorState.PASSIVE) or self.owned:
                return None
            if self.mailbox.letters:
                return None
            self.owned = True
        try:
            if state is ActorState.PASSIVE and (refused := life.wake(self)) is not None:
                return refused if self.state is ActorState.PASSIVE else self._dead()
            return self._turn(way, envelope)
        finally:
            with self._lock:
                pending = self._control or self.mailbox.letters
                if not pending:
                    self.owned = False
            if pending:
                self.release()

    def _check_alive(self, letter: Letter) -> None:
        if self.state in GONE:
            raise NotFound(f"actor {self.id.name} was stopped")
        if self.state is ActorState.CRASHED and letter.answer is not None:
            raise self._dead()

    def _dead(self) -> Crashed:
        return Crashed(f"actor {self.id.name} is not running, it crashed: {self.last_cause}", cause=self.last_cause)

    def check(self, envelope: Envelope) -> Route:
        """The way that the message takes. Invalid: there is none. Exhausted: it is too large."""
        payload, message_type, body = envelope.payload, envelope.type, self.body
        if type(payload) is str and len(payload) <= body.room and payload.isascii() and type(message_type) is str:
            way = body.call_way if envelope.kind is Kind.CALL else body.cast_way
            if way is not None and len(message_type) <= NAME_BYTES and message_type.isascii():
                return way
        way = self.route(envelope.kind)
        check_sizes(envelope, body.spec.limits, body.instance, self.id.name)
        return way

    def route(self, kind: Kind) -> Route:
        return route(kind, self.body.spec.runnable.behaviors, self.id.name)

    def waiting_letters(self) -> tuple[int, float | None]:
        """How many messages wait, and when the oldest of them was sent."""
        with self._lock:
            return len(self.mailbox), self.mailbox.oldest()

    # Ownership.

    def run(self) -> None:
        """On a worker that owns the actor: control jobs and turns, until none is left or others must have a chance."""
        control, mailbox = self._control, self.mailbox
        for _ in range(BATCH):
            letter = mailbox.take() if not control and self.state is ActorState.IDLE else None
            if letter is not None:
                if self.durable is None:
                    self.handle(letter)
                elif written.handle(self, letter):
                    return  # the actor is nobody else's until the turn is on disk
                continue
            with self._lock:  # nobody puts anything in while it is given up
                job = control.popleft() if control else None
                if job is None and not self._has_work():
                    self.owned = False
                    return
            if job is not None:
                job()
                if self.held:
                    return
            elif self.state is ActorState.PASSIVE and (refused := life.wake(self)) is not None:
                life.turn_away(self, refused)
        self.around.scheduler.submit(self)

    def _has_work(self) -> bool:
        """Whether messages wait that can be handled; the lock is held."""
        state = self.state
        return bool(self.mailbox.letters) and (state is ActorState.IDLE or state is ActorState.PASSIVE)

    def release(self) -> None:
        with self._lock:
            pending = bool(self._control) or self._has_work()
            if not pending:
                self.owned = False
        if pending:
            self.around.scheduler.submit(self)

    def let_go(self) -> None:
        """It is nobody's who moves it any more."""
        self.held = self.arriving = False
        self.release()

    def next(self, job: Callable[[], None]) -> None:
        """Let the owner do this before anything else."""
        with self._lock:
            self._control.appendleft(job)

    def control(self, job: Callable[[], Any]) -> Answer[Any]:
        """Run `job` between two turns, before the messages that wait."""
        answer: Answer[Any] = Answer()

        def settle() -> None:
            try:
                if isinstance(self.moved, Forward):
                    raise self.moved.elsewhere()
                answer.set(job())
            except BaseException as error:
                answer.fail(error)

        with self._lock:
            self._control.append(settle)
            submit = not self.owned
            self.owned = True
        if submit:
            self.around.scheduler.submit(self)
        return answer

    # Turns: by the owner alone.

    def begin(self) -> None:
        """Be born: instantiate and initialise. The caller owns the actor since it was made."""
        try:
            if self.spec.durable:
                recovery.begin(self)
            else:
                returning.begin(self)
        except BaseException:
            self.end()
            raise
        finally:
            self.release()

    def start(self, spec: Spec, state: Payload, reason: BirthReason, world: tuple[int, int] | None = None) -> None:
        """A fresh instance; the old one, if any, is there until the new one is ready. See Body.start."""
        self.around.residents.admit()
        self.body.start(spec, state, reason, world=world)
        self.begun()

    def begun(self) -> None:
        """It has an instance that is ready for messages, which wait as long as it is suspended."""
        self.awaited = False
        self.rest()
        self.around.residents.enter(self)

    def rest(self) -> None:
        self.state = ActorState.SUSPENDED if self.suspended else ActorState.IDLE

    def handle(self, letter: Letter) -> None:
        envelope, body = letter.envelope, self.body
        way = body.call_way if envelope.kind is Kind.CALL else body.cast_way
        outcome = self._turn(way or self.route(envelope.kind), envelope)
        if letter.answer is not None or type(outcome) is not Reply:
            self.answer(letter, outcome)

    def _turn(self, way: Route, envelope: Envelope) -> Reply | WorkbenchError:
        self.state = ActorState.RUNNING
        try:
            outcome = self.body.handle(way, envelope) if self.durable is None else written.turn(self, way, envelope)
        except BaseException as error:  # a fault of ours: the actor must not stay inside of a turn for ever
            outcome = self.faulted(error, envelope)
        if type(outcome) is Crashed:
            self.died(outcome.cause, envelope)
        else:
            self.state = ActorState.IDLE
        return outcome

    def faulted(self, error: BaseException, envelope: Envelope) -> Crashed:
        logger.exception("the turn of %s over %r failed inside the host", self.id, envelope.type, exc_info=error)
        cause = Cause("crashed", "the host failed inside this turn; its log has the details")
        return Crashed(f"actor {self.id.name} crashed: {cause}", cause=cause)

    def answer(self, letter: Letter, outcome: Reply | WorkbenchError) -> None:
        if letter.answer is None:
            if isinstance(outcome, Rejected):
                envelope = letter.envelope
                self.log(Level.WARN, f"refused {envelope.kind} {envelope.type!r}: {outcome.message}")
        elif isinstance(outcome, WorkbenchError):
            letter.answer.fail(outcome)
        else:
            letter.answer.set(outcome)

    def died(self, cause: Cause | None, envelope: Envelope | None) -> None:
        """Be crashed: tell those who wait, those who are bound to it, and its supervisor."""
        found = cause or Cause("crashed", "for an unknown reason")
        self.body.counters.crashes += 1
        self.body.report(found)
        keeper = self.keeper
        if self.durable is not None:
            self.durable.commit_end()
        with self._lock:
            self.last_cause, self.killed_by = found, envelope.type if envelope else ""
            self.body.ending = None
            self.state, self.awaited = ActorState.CRASHED, keeper is not None
            calls = [] if keeper else self.mailbox.take_calls()
        self.drop()
        self._fail(calls)
        if envelope is not None and envelope.kind is not Kind.CALL:
            self.around.dead_letters.add(self.id, envelope, f"{self.id.name} crashed over it", found)
        self.around.bonds.ended(self.id, str(found), abnormal=True)
        self.announce("actors.crashed", str(found))
        self.around.returning.left(self)
        if keeper is not None:
            keeper.ended(Ending.ABNORMAL, found, self.killed_by)

    def take_letters(self) -> list[Letter]:
        with self._lock:
            return self.mailbox.clear()

    def abandon(self) -> None:
        """Its supervisor does not start it again: who waits for an answer is told so."""
        with self._lock:
            self.awaited = False
            calls = self.mailbox.take_calls()
        self._fail(calls)

    def _fail(self, calls: list[Letter]) -> None:
        for letter in calls:
            assert letter.answer is not None
            letter.answer.fail(self._dead() if self.state is ActorState.CRASHED else self._stopped(letter.envelope))

    def _stopped(self, envelope: Envelope) -> Unavailable:
        return Unavailable(f"actor {self.id.name} was stopped before it came to {envelope.type!r}")

    def drop(self) -> None:
        """Forget the instance and what hangs on it."""
        for timer in list(self.timers.values()):
            self.around.timers.cancel(timer.runs)
        self.timers.clear()
        if self.durable is not None:
            self.durable.outbox.disarm()
        self.stored = ""
        self.body.drop()
        self.around.residents.leave(self)

    def end(self) -> None:
        """Be gone, without asking the guest."""
        with self._lock:
            self.state, self.awaited = ActorState.STOPPED, False
            letters = self.mailbox.clear()
        self.drop()
        for letter in letters:
            if letter.answer is not None:
                letter.answer.fail(self._stopped(letter.envelope))
            elif letter.envelope.kind is Kind.CAST:
                reason = f"{self.id.name} was stopped before it came to it"
                self.around.dead_letters.add(self.id, letter.envelope, reason)
        self.around.bonds.ended(self.id, "it was stopped", abnormal=False)

    def check_present(self) -> None:
        if self.state in GONE:
            raise NotFound(f"actor {self.id.name} was stopped")

    def check_alive(self) -> None:
        self.check_present()
        if self.state is ActorState.CRASHED:
            raise self._dead()

    def log(self, level: Level, message: str) -> None:
        self.around.logbook.log(self.id, level, message, ())

    def announce(self, kind: str, text: str = "") -> None:
        self.around.bus.publish(Area.ACTORS, kind, self.id.name, text, self.scope)

    # A stop and a kill, from any thread.

    def stop(self, job: Callable[[], Any], *, waits: bool = False) -> Answer[Any]:
        """Let `job` stop it after the turn in hand, which may end but not wait any more, unless `waits`."""

        def begin() -> Any:
            self.stopping = False
            return job()

        if not waits and not self.says_goodbye:
            self.stopping = True
        answer = self.control(begin)
        if self.stopping:
            self._end_wait()
        return answer

    def kill(self, reason: str) -> Answer[Any]:
        """End the turn in hand at the next tick and cancel a wait; between turns, crash at once.

        The answer is set when the actor is crashed, or was gone already.
        """
        if self.state in (ActorState.STOPPED, ActorState.CRASHED):
            return self.control(lambda: None)
        cause = self.body.ending = Cause("crashed", reason)
        for instance in (self.body.context.newborn, self.body.instance):
            if instance is not None and self.state not in RESTING:
                instance.interrupt(cause)
        self._end_wait()
        return self.control(self._die)

    def _die(self) -> None:
        """What is left to do for a kill once no turn is in hand."""
        if self.body.ending is not None and self.state in RESTING:
            self.died(self.body.ending, None)

    @contextmanager
    def waiting_on(self, answer: Answer[Any]) -> Iterator[None]:
        """While this actor's turn waits for `answer`, a stop or a kill can end the wait."""
        self._wait = answer
        if self.body.ending is not None or self.stopping:  # read after the wait is there: they write, then look for one
            self._end_wait()
        try:
            yield
        finally:
            self._wait = None

    def _end_wait(self) -> None:
        wait = self._wait
        if wait is not None:
            how = "killed" if self.body.ending is not None else "stopped"
            wait.fail(Unavailable(f"actor {self.id.name} was {how} while it waited"))

    def info(self) -> ActorInfo:
        """A picture of now; the same one as before while nothing has changed, for whoever lists many."""
        made = picture(self, self.around)
        if made != self._picture:
            self._picture = made
        return self._picture
