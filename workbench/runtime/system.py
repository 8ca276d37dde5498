"""The actor system: who is there, and how messages, births and deaths travel between them."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.answer import Answer
from workbench.api import traces
from workbench.api.actors import ActorInfo, ActorState, SpawnOptions
from workbench.api.errors import (
    AlreadyExists,
    Exhausted,
    NotFound,
    Timeout,
    Unavailable,
    WorkbenchError,
)
from workbench.api.events import Area
from workbench.api.identity import NAME_BYTES, ActorId, split_address
from workbench.api.journal import Post
from workbench.api.limits import DEFAULT_PROFILE, Limits, profile
from workbench.api.messages import NO_HEADERS, Envelope, Kind, Payload, Reply
from workbench.api.supervision import ChildSpec
from workbench.runtime import life
from workbench.runtime.actor import Actor
from workbench.runtime.away import Away
from workbench.runtime.births import Library, check_behaviors, options_of, spec_of
from workbench.runtime.body import Spec
from workbench.runtime.bonds import DOWN, EXIT, Bonds
from workbench.runtime.durable import Durable
from workbench.runtime.keeper import Keeper
from workbench.runtime.mailbox import Letter
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.waits import Waits

if TYPE_CHECKING:
    from workbench.runtime.moving.moves import Moves, Receiver

logger = logging.getLogger(__name__)
SHUTDOWN_SECONDS = 5.0
ROOM_FOR_NUMBER = 16


class ActorSystem:
    """All actors of a node. Thread-safe. `moves`, which knows of those on other nodes, is set right after it exists."""

    moves: Moves

    def __init__(self, library: Library, around: Surroundings, *, node_name: str, most: int) -> None:
        self.library, self.around, self.node_name, self._most = library, around, node_name, most
        self._actors: dict[ActorId, Actor] = {}
        self._waits = Waits()
        self.away = Away(around)
        self.closing = False
        self._lock = threading.Lock()
        self._message_ids = itertools.count(1)
        self._names = itertools.count(1)

    # Who is there.

    def find(self, actor: ActorId) -> Actor:
        found = self._actors.get(actor)
        if found is None:
            moved = self.moves.forward(actor)
            raise moved.elsewhere() if moved is not None else self.away.missing(actor)
        return found

    def receiver(self, actor: ActorId) -> Receiver:
        """Who takes a message for it: itself, or the way to where it is now. NotFound: it is nowhere."""
        found = self._actors.get(actor) or self.moves.forward(actor)
        if found is None:
            raise self.away.missing(actor)
        return found

    def reach(self, address: str, near: ActorId) -> Receiver:
        """Who takes a message for the one that the actor `near` means by `name` or `name@node`."""
        found = self.moves.means(address, near)
        if found is None or isinstance(found, ActorId):
            return self.receiver(found or self.resolve(address, near))
        return found

    def lives(self, actor: ActorId) -> bool:
        """Whether it is there, or was moved, and has not ended."""
        found = self._actors.get(actor)
        return not found.gone if found is not None else self.moves.forward(actor) is not None

    def has(self, actor: ActorId) -> bool:
        """Whether it is listed here, dead or alive."""
        return actor in self._actors

    def all(self) -> list[Actor]:
        return list(self._actors.values())

    def resolve(self, address: str, near: ActorId) -> ActorId:
        """The actor that `near` means by `name` or `name@node`."""
        name, node = split_address(address)
        if node and node != self.node_name:
            whole = ActorId(address, near.namespace, near.tenant)
            if whole in self._actors:
                return whole
            found = ActorId(name, near.namespace, near.tenant)
            if self.moves.was_at(found, node):
                return found
            said = f"{address} is on another node, and this node ({self.node_name}) is in no cluster"
            raise Unavailable(f"needs a cluster: {said}")
        return ActorId(name, near.namespace, near.tenant)

    # Birth and death.

    def spawn(
        self,
        scope: tuple[str, str],
        module: str,
        state: Payload,
        options: SpawnOptions,
        *,
        parent: Actor | None = None,
        timeout: float = 30.0,
    ) -> ActorInfo:
        spec = spec_of(self.library, module, state, options, parent)
        actor = self.register(scope, options.name, spec)
        with self._waits.waiting(parent, actor.id, Answer()):
            self._on_worker(lambda: self.birth(actor), timeout, f"the start of {actor.id.name}")
        return actor.info()

    def birth(self, actor: Actor, begin: Callable[[Actor], None] | None = None) -> None:
        """Bring it to life; with `begin`, again, and so that it is in the roster already."""
        try:
            (begin or Actor.begin)(actor)
        except BaseException:
            if actor.state is not ActorState.CRASHED:
                self.forget(actor)
            raise
        if begin is None:
            self.around.returning.entered(actor)
        self.around.bus.publish(
            Area.ACTORS, "actors.spawned", actor.id.name, actor.spec.runnable.info.name, actor.scope
        )

    def forget(self, actor: Actor) -> None:
        with self._lock:
            if self._actors.get(actor.id) is actor:
                del self._actors[actor.id]
        self.around.metrics.forget(actor.id, actor.body.counters)

    def register(
        self, scope: tuple[str, str], name: str, spec: Spec, keeper: Keeper | None = None, *, returns: bool = False
    ) -> Actor:
        tenant, namespace = scope
        with self._lock:
            if len(self._actors) >= self._most:
                raise Exhausted(
                    f"actors: this node has {len(self._actors):,}, and its setting `actors` allows {self._most:,}",
                    limit="actors",
                    value=self._most,
                    used=len(self._actors),
                )
            if not name:
                identity = self._free_name(spec.runnable.info.name, tenant, namespace)
            else:
                split_address(f"{name}@{self.node_name}")  # refuses an empty or too long name
                identity = ActorId(name, namespace, tenant)
            if identity in self._actors:
                raise AlreadyExists(f"an actor {name!r} runs already; stop it, or choose another name")
            if not returns and (moved := self.moves.forward(identity)) is not None:
                raise AlreadyExists(
                    f"the actor {name!r} was moved to the node {moved.where}, and its forward address stands here; "
                    f"choose another name, or give it up: workbench actor stop {name}"
                )
            actor = self._actors[identity] = Actor(identity, spec, self.around, keeper)
            self.away.is_here(identity)
            return actor

    def _free_name(self, base: str, tenant: str, namespace: str) -> ActorId:
        base = base.encode()[: NAME_BYTES - ROOM_FOR_NUMBER].decode(errors="ignore")
        while True:
            identity = ActorId(f"{base}-{next(self._names)}", namespace, tenant)
            if identity not in self._actors:
                return identity

    def _on_worker(self, job: Any, timeout: float, what: str) -> Any:
        try:
            return self.around.scheduler.call(job, timeout)
        except TimeoutError:
            raise Timeout(f"{what} took longer than {timeout:g} s; it goes on in the background") from None

    def stop(self, identity: ActorId, timeout: float) -> None:
        """Idempotent: an actor that is not there is stopped."""
        actor = self._actors.get(identity)
        if actor is None:
            self.away.give_up(identity)
            self.moves.give_up(identity)
            return
        answer = self._begin_stop(actor)
        if not self.around.scheduler.wait(answer, timeout):
            actor.kill(f"it did not stop within {timeout:g} s")
            if not self.around.scheduler.wait(answer, SHUTDOWN_SECONDS):
                raise Timeout(f"{identity.name} was told to stop and killed, but is still {actor.state}")
        answer.take()

    def request_stop(self, identity: ActorId) -> None:
        """Let it stop after the turn in hand, without waiting; NotFound when it is not there."""
        self._begin_stop(self.find(identity))

    def stop_itself(self, identity: ActorId) -> None:
        """The same, asked by its own turn, which may still wait."""
        self._begin_stop(self.find(identity), waits=True)

    def _begin_stop(self, actor: Actor, *, closing: bool = False, waits: bool = False) -> Answer[Any]:
        def job() -> None:
            if actor.keeper is not None:
                life.leave(actor)
                return
            life.stop(actor, closing=closing)
            self.forget(actor)

        return actor.stop(job, waits=waits)

    def kill(self, identity: ActorId) -> None:
        """When this returns, the actor is listed as crashed, unless a host call holds it for longer than a shutdown."""
        self.around.scheduler.wait(self.find(identity).kill("it was killed"), SHUTDOWN_SECONDS)

    def control(self, identity: ActorId, job: Any, timeout: float, what: str) -> Any:
        """Run a control job of an actor and wait for it."""
        return self._wait(self.find(identity).control(job), timeout, identity, what)

    def _wait(self, answer: Answer[Any], timeout: float, identity: ActorId, what: str) -> Any:
        if not self.around.scheduler.wait(answer, timeout):
            raise Timeout(f"{what} of {identity.name} did not come within {timeout:g} s; its turn in hand goes on")
        return answer.take()

    def restart(self, identity: ActorId, timeout: float) -> ActorInfo:
        actor = self.find(identity)
        if actor.keeper is None:
            self.control(identity, lambda: life.restart(actor), timeout, "the restart")
        else:
            self._wait(actor.keeper.restart(), timeout, identity, "the restart")
        return actor.info()

    def upgrade(self, identity: ActorId, module: str, timeout: float) -> ActorInfo:
        actor = self.find(identity)
        runnable = self.library.open(module, actor.spec.limits.stack_bytes)
        check_behaviors(actor, runnable)
        spec = replace(actor.spec, runnable=runnable)
        self.control(identity, lambda: life.upgrade(actor, spec), timeout, "the upgrade")
        return actor.info()

    def renew(self, identity: ActorId) -> None:
        """Let it go on in a fresh instance with its state, soon; nothing when it is not there."""
        actor = self._actors.get(identity)
        if actor is not None:
            actor.control(lambda: life.renew(actor))

    def snapshot(self, identity: ActorId, timeout: float) -> Payload:
        actor = self.find(identity)
        state: Payload = self.control(identity, lambda: life.snapshot(actor), timeout, "the snapshot")
        return state

    def checkpoint(self, identity: ActorId, timeout: float) -> int:
        """Store the state of a durable actor; the turn that it belongs to."""
        actor = self.find(identity)
        seq: int = self.control(identity, lambda: life.checkpoint(actor), timeout, "the checkpoint")
        return seq

    def suspend(self, identity: ActorId, timeout: float) -> ActorInfo:
        return self._live(identity, life.suspend, timeout, "the suspension")

    def resume(self, identity: ActorId, timeout: float) -> ActorInfo:
        return self._live(identity, life.resume, timeout, "the resumption")

    def passivate(self, identity: ActorId, timeout: float) -> ActorInfo:
        return self._live(identity, life.passivate, timeout, "the passivation")

    def set_limits(self, identity: ActorId, limits: Limits, timeout: float) -> ActorInfo:
        actor = self.find(identity)
        runnable = actor.spec.runnable
        if limits.stack_bytes != actor.spec.limits.stack_bytes:
            runnable = self.library.open(runnable.info.hash, limits.stack_bytes)
        spec = replace(actor.spec, runnable=runnable, limits=limits)
        return self._live(identity, lambda actor: life.set_limits(actor, spec), timeout, "the change of limits")

    def _live(self, identity: ActorId, job: Callable[[Actor], None], timeout: float, what: str) -> ActorInfo:
        actor = self.find(identity)
        self.control(identity, lambda: job(actor), timeout, what)
        return actor.info()

    # For supervisors: see supervision.ties.Makes and supervision.trees.System.

    def check(self, child: ChildSpec) -> None:
        """NotFound, Invalid: this child could not be made."""
        self._wanted(child)

    def _wanted(self, child: ChildSpec) -> Spec:
        return spec_of(self.library, child.module, child.state, options_of(child), changes=child.limits)

    def module_of(self, reference: str) -> str:
        try:
            return self.library.open(reference, profile(DEFAULT_PROFILE).limits.stack_bytes).info.hash
        except WorkbenchError:
            return reference

    def taken(self, scope: tuple[str, str], name: str) -> bool:
        tenant, namespace = scope
        return ActorId(name, namespace, tenant) in self._actors

    def keeper_of(self, scope: tuple[str, str], name: str) -> Keeper | None:
        tenant, namespace = scope
        return self.find(ActorId(name, namespace, tenant)).keeper

    def make(self, scope: tuple[str, str], child: ChildSpec, keeper: Keeper) -> Actor:
        return self.register(scope, child.name, replace(self._wanted(child), parent=keeper.supervisor), keeper)

    def bear(self, actor: Actor) -> Answer[Any]:
        return self.around.scheduler.start(lambda: self.birth(actor))

    def raise_again(self, actor: Actor) -> Answer[Any]:
        return actor.control(lambda: life.rise(actor, actor.spec))

    def raise_successor(self, actor: Actor, child: ChildSpec) -> Answer[Spec]:
        wanted = replace(self._wanted(child), parent=actor.spec.parent)

        def job() -> Spec:
            life.raise_successor(actor, wanted)
            return wanted

        return actor.control(job)

    def succeed(self, actor: Actor, spec: Spec) -> Answer[Any]:
        return actor.control(lambda: life.succeed(actor, spec))

    def dismiss(self, actor: Actor) -> Answer[Any]:
        return actor.control(actor.body.dismiss)

    def differences(self, actor: Actor, child: ChildSpec) -> tuple[str, ...]:
        return life.differences(actor, self._wanted(child))

    def halt(self, actor: Actor) -> Answer[Any]:
        return actor.stop(lambda: life.halt(actor))

    def retire(self, actor: Actor) -> Answer[Any]:
        def job() -> None:
            life.stop(actor, closing=self.closing)
            self.forget(actor)

        return actor.stop(job)

    # Bonds.

    @property
    def bonds(self) -> Bonds:
        return self.around.bonds

    def link(self, one: ActorId, other: ActorId) -> None:
        """NotFound: there is no such actor. One that has crashed already is told of at once."""
        actor = self.receiver(other)
        self.bonds.link(one, other)
        if isinstance(actor, Actor) and actor.gone and self.bonds.unlink(one, other):
            self.bonds.tell(one, EXIT, other, actor.epitaph)

    def monitor(self, watcher: ActorId, target: ActorId) -> None:
        """Of one that has ended already, or was never there, `DOWN` comes at once."""
        self.bonds.monitor(watcher, target)
        actor = self._actors.get(target)
        if not self.lives(target) and self.bonds.demonitor(watcher, target):
            self.bonds.tell(watcher, DOWN, target, actor.epitaph if actor else "there is no such actor")

    def inform(self, who: ActorId, message_type: str, about: ActorId, text: str) -> None:
        """Deliver a message of the system about an actor."""
        self.notify(who, message_type, text, sender=about.at(self.node_name))

    def notify(self, who: ActorId, message_type: str, payload: Payload, *, sender: str = "") -> None:
        """Deliver a message of the system (kind info); nobody is there to be told that it could not be."""
        number = f"{next(self._message_ids):x}"
        envelope = Envelope(number, Kind.INFO, message_type, payload, sender, self.around.clock.now(), number)
        try:
            self.receiver(who).deliver(Letter(envelope), True)
        except WorkbenchError as error:
            logger.info("%s was not delivered to %s: %s", message_type, who, error)

    def cast(self, sender: ActorId | None, to: ActorId, message_type: str, payload: Payload) -> bool:
        """Deliver a cast that a service passes on; whether there was room for it. It is a dead letter if not."""
        source = self._actors.get(sender) if sender is not None else None
        envelope = self.envelope(Kind.CAST, message_type, payload, source)
        try:
            if source is not None and source.durable is not None and source.body.envelope is not None:
                self.post(source.durable, self.receiver(to), envelope)
            else:
                self.tell(to, envelope)
        except NotFound:
            return False
        except WorkbenchError as error:
            self.around.dead_letters.add(to, envelope, f"{to.name} could not take it: {error}")
            return False
        return True

    # Messages.

    def envelope(
        self,
        kind: Kind,
        message_type: str,
        payload: Payload,
        sender: Actor | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Envelope:
        """A new message. Its correlation is the id of the first message of the chain that led to it; what a turn sends
        carries on the trace of the message in hand, if that has one."""
        number = f"{next(self._message_ids):x}"
        cause = sender.body.envelope if sender is not None else None
        correlation = cause.correlation if cause is not None else number
        if headers:
            headers = traces.admitted(headers)
        elif cause is not None and cause.headers and sender is not None:
            headers = traces.onward(cause, sender.id, sender.body.seq + 1)
        address = sender.id.at(self.node_name) if sender is not None else ""
        now = self.around.clock.now()
        return Envelope(number, kind, message_type, payload, address, now, correlation, headers)

    def post(self, sender: Durable, target: Receiver, envelope: Envelope) -> str:
        """Send it when the turn in hand is on disk. What can be known now is raised now."""
        if not isinstance(target, Actor):
            sender.outbox.post(target.id, envelope, kept=False, via=target)
            return envelope.id
        target.check_present()
        target.check(envelope)
        sender.outbox.post(target.id, envelope, kept=target.spec.durable)
        return envelope.id

    def deliver(self, post: Post) -> None:
        """Hand over a message that was posted; it is a dead letter when that is not possible."""
        try:
            (post.via or self.receiver(post.actor)).deliver(Letter(post.envelope, None, post.number))
        except WorkbenchError as error:
            if post.number and not isinstance(error, Exhausted):
                return  # it is on disk: the actor gets it when it is back, and when it has ended nothing waits for it
            if post.number:
                self.around.journal.unpost(post.number)
            self.around.dead_letters.add(post.actor, post.envelope, f"{post.actor.name} could not take it: {error}")

    def tell(self, to: ActorId, envelope: Envelope) -> str:
        self.receiver(to).deliver(Letter(envelope))
        return envelope.id

    def ask_actor(self, target: Receiver, envelope: Envelope, timeout: float, asker: Actor | None = None) -> Reply:
        """Send and wait.

        The turn runs on this thread when the actor is here and idle, the thread may run guests, and the turn cannot
        take longer than the asker is willing to wait.
        """
        limits = target.body.spec.limits if isinstance(target, Actor) else None
        if (
            asker is None
            and limits is not None
            and isinstance(target, Actor)
            and timeout * 1000 >= limits.time_ms + limits.wait_ms
        ):
            outcome = target.handle_here(envelope)
            if type(outcome) is Reply:
                return outcome
            if isinstance(outcome, WorkbenchError):
                raise outcome
        answer: Answer[Reply] = Answer()
        with self._waits.waiting(asker, target.id, answer):
            target.deliver(Letter(envelope, answer))
            if not self.around.scheduler.wait(answer, timeout):
                answer.fail(Timeout("nobody waits any more"))
                state = target.state
                raise Timeout(f"{target.id.name} did not answer {envelope.type!r} within {timeout:g} s (it is {state})")
        return answer.take()

    def close(self) -> None:
        """Stop every actor in the reverse order of their birth, all within the time that one may take."""
        answers = [(actor, self._begin_stop(actor, closing=True)) for actor in reversed(self.all())]
        deadline = self.around.clock.monotonic() + SHUTDOWN_SECONDS
        for actor, answer in answers:
            if not self.around.scheduler.wait(answer, max(0.0, deadline - self.around.clock.monotonic())):
                actor.kill("the node stops")
                self.around.scheduler.wait(answer, SHUTDOWN_SECONDS)
