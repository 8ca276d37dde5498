"""What this node knows of actors on other nodes: where those went that were here, and where those came from that came.

A moved actor keeps calling those it knew: a plain name goes on meaning what it meant at the node where it came from,
unless that one has come from there too, or is a child of its own. Between two nodes there is nothing else: any other
address of another node needs a cluster.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, TypeAlias

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import Conflict, Invalid, NotFound, Unavailable, WorkbenchError
from workbench.api.identity import ActorId, split_address
from workbench.api.logs import Level
from workbench.api.messages import Kind, Reply
from workbench.api.migration import ForwardAddress, Frame, FrameKind, MovesLog, Origin, Stage, failure_of
from workbench.api.node import Node
from workbench.runtime.actor import Actor
from workbench.runtime.mailbox import Letter
from workbench.runtime.moving import passage
from workbench.runtime.moving.arrivals import Arrivals
from workbench.runtime.moving.forward import Forward, Way
from workbench.runtime.moving.link import NO_ENVELOPE, Link, Mark, dialled, greeting
from workbench.runtime.moving.unsettled import back, settle_again, there

if TYPE_CHECKING:
    from workbench.runtime.surroundings import Surroundings
    from workbench.runtime.system import ActorSystem
    from workbench.wasm.library import Library, Runnable

logger = logging.getLogger(__name__)
Receiver: TypeAlias = Actor | Forward | Way
Dial: TypeAlias = Callable[[str, tuple[str, str], str], Node]
"""The node at HOST:PORT, or of a stored connection, as a tenant and namespace see it; with a token, or with what is
known."""
Keep: TypeAlias = Callable[[str, tuple[str, str], str], None]
"""The token of a node, for a tenant and namespace, is right: show it from now on."""
CONNECT_SECONDS = 10.0


class Moves:
    """Thread-safe."""

    def __init__(
        self, system: ActorSystem, around: Surroundings, library: Library, log: MovesLog, dial: Dial, keep: Keep
    ) -> None:
        self.system, self.around, self.library, self.log = system, around, library, log
        self.dial, self.keep = dial, keep
        self.node = log.node
        self._own = self.node, system.node_name, token_hex(16)
        self.arrivals = Arrivals(self)
        self._busy: set[ActorId] = set()
        self._tried: dict[tuple[str, tuple[str, str]], str] = {}
        self.anew: set[ActorId] = set()
        """Who came back with this node without the state that it had; where it came from does not know yet."""
        self._forwards: dict[ActorId, Forward] = {}
        self._origins: dict[ActorId, Origin] = {origin.actor: origin for origin in log.origins()}
        self._links: dict[tuple[str, tuple[str, str]], Link] = {}
        self._answered: dict[tuple[tuple[str, str], str], Link] = {}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        around.bonds.elsewhere = self.ended

    def revive(self) -> None:
        """Know again where actors went, before others come back."""
        for known in self.log.forwards():
            if known.stage is Stage.BEGUN and known.durable:
                self.log.forget(known.actor)  # it never left, and comes back from its journal
                self._run(partial(self._abort, known))
                continue
            link = self.link(known.to, (known.actor.tenant, known.actor.namespace))
            link.peer, link.name = link.peer or known.node, link.name or known.node_name
            forward = Forward(known.actor, link, self.around.journal, durable=known.durable)
            forward.open = known.stage is Stage.DONE
            self._forwards[known.actor] = forward
            if known.durable:
                for post in self.around.journal.kept(known.actor):
                    forward.pass_on(Letter(post.envelope, None, post.number))
            if not forward.open:
                ends = partial(there, self, known), partial(back, self, known)
                self._run(partial(settle_again, self, known, *ends))

    def _abort(self, known: ForwardAddress) -> None:
        try:
            with self.dial(known.to, (known.actor.tenant, known.actor.namespace), "") as peer:
                peer.actors.settle(known.migration, commit=False)
        except WorkbenchError as error:
            logger.info("the node %s could not be told that %s stayed: %s", known.node_name, known.actor, error)

    def _run(self, job: Callable[[], object]) -> None:
        threading.Thread(target=job, name="moves", daemon=True).start()

    @property
    def stopping(self) -> threading.Event:
        return self._stop

    # Who is where.

    def forward(self, actor: ActorId) -> Forward | None:
        return self._forwards.get(actor)

    def origin(self, actor: ActorId) -> Origin | None:
        return self._origins.get(actor)

    def origins(self) -> list[Origin]:
        return list(self._origins.values())

    def open(self, module: str, stack_bytes: int) -> Runnable:
        return self.library.open(module, stack_bytes)

    def was_at(self, actor: ActorId, node: str) -> bool:
        """Whether it was moved from here, and is known to be, or to have been, at the node of this name."""
        found = self._forwards.get(actor)
        return found is not None and (node == found.link.name or node in found.nodes)

    def born_at(self, actor: ActorId) -> str:
        """The name of the node where its parent was."""
        found = self._origins.get(actor)
        return found.through[-1] if found is not None and found.through else self.system.node_name

    def means(self, address: str, near: ActorId) -> Way | ActorId | None:
        """Whom a moved actor means by an address; None: what anybody here means by it."""
        origin = self._origins.get(near)
        if origin is None or not origin.node:  # it is back where it was born
            return None
        name, node = split_address(address)
        here = self.system.node_name
        if node and node not in origin.through:
            return None
        local = ActorId(name, near.namespace, near.tenant)
        if (not node or here == node or node in origin.through) and self._is_near(local, near, origin):
            return local
        return Way(self.back(origin), address, near)

    def _is_near(self, actor: ActorId, near: ActorId, origin: Origin) -> bool:
        """Whether it is the moved actor itself, came from the same node, or is its child here."""
        if actor == near:
            return True
        if not self.system.has(actor):
            return False
        other = self._origins.get(actor)
        return other.node == origin.node if other is not None else self.system.find(actor).spec.parent == near.name

    def back(self, origin: Origin) -> Link:
        """The link to where an actor came from; Unavailable: it is cut."""
        scope = origin.actor.tenant, origin.actor.namespace
        with self._lock:
            links = [*self._answered.values(), *self._links.values()]
        found = [link for link in links if link.peer == origin.node and link.scope == scope]
        best = next((link for link in found if link.present.is_set()), found[-1] if found else None)
        if best is None:
            raise Unavailable(
                f"the way of {origin.actor.name} back to the node {origin.node_name}, from which it came, is cut: that "
                "node opens it again when it is there"
            )
        return best

    def bind(self, deed: str, one: ActorId, address: str) -> None:
        """monitor, demonitor, link, unlink: what an actor asks for of another one."""
        target = self.means(address, one) or self.system.resolve(address, one)
        if isinstance(target, Way):
            target.bind(deed)
            return
        own = self.system if deed in ("link", "monitor") else self.system.bonds
        getattr(own, deed)(one, target)

    # Links.

    def link(self, to: str, scope: tuple[str, str]) -> Link:
        """The link to a node that this one dials, which is kept up from now on."""
        with self._lock:
            found = self._links.get((to, scope))
            if found is not None:
                return found
            made = Link(to, scope, self._own, self, self.around.journal)
            self._links[to, scope] = made
        job = partial(dialled, made, partial(self._connect, to, scope))
        threading.Thread(target=job, name=f"link-{to}", daemon=True).start()
        return made

    def drop(self, link: Link) -> None:
        """Unless somebody is on the other side of it."""
        with self._lock:
            if any(forward.link is link for forward in list(self._forwards.values())):
                return
            self._links.pop((link.key, link.scope), None)
        link.close()

    @contextmanager
    def trying(self, to: str, scope: tuple[str, str], token: str) -> Iterator[None]:
        """A token that is not known to be right yet: the link shows it too meanwhile."""
        way = to, scope
        if token:
            self._tried[way] = token
        try:
            yield
        finally:
            with self._lock:
                if token and self._tried.get(way) == token:
                    del self._tried[way]

    @contextmanager
    def alone(self, actor: ActorId) -> Iterator[None]:
        """Conflict: it is being moved already."""
        with self._lock:
            if actor in self._busy:
                raise Conflict(f"{actor.name} is being moved already")
            self._busy.add(actor)
        try:
            yield
        finally:
            with self._lock:
                self._busy.discard(actor)

    def _connect(self, to: str, scope: tuple[str, str], frames: Iterator[Frame]) -> Iterator[Frame]:
        with self.dial(to, scope, self._tried.get((to, scope), "")) as peer:
            yield from peer.actors.relay(frames)

    def relay(self, scope: tuple[str, str], frames: Iterable[Frame]) -> Iterator[Frame]:
        """The answering side of a link."""
        incoming = iter(frames)
        hello = next(incoming, None)
        if hello is None or hello.kind is not FrameKind.HELLO:
            raise Invalid("nodes that relay say first who they are; this call is between nodes")
        link = self._answering(scope, hello)
        out = link.attach()

        def listen() -> None:
            why = "the other side ended it"
            try:
                link.take(hello, out)
                link.listen(incoming, out)
            except Exception as error:
                why = str(error) or "it was cut"
            link.detach(out, why)

        self._run(listen)
        try:
            yield from link.said(out)
        finally:
            link.detach(out, "it was cut")

    def _answering(self, scope: tuple[str, str], hello: Frame) -> Link:
        """Of the end that calls; what an earlier run of its node has not heard goes to this one."""
        process, _, run = greeting(hello)
        key = scope, process
        with self._lock:
            found = self._answered.get(key)
            if found is not None:
                return found
            made = self._answered[key] = Link(hello.near, scope, self._own, self, self.around.journal)
            made.peer, made.name, made.run = hello.to, hello.near, run
            older = [each for each, link in self._answered.items()
                     if link.peer == made.peer and link.scope == scope and link.run != run]  # fmt: skip
            before = [self._answered.pop(each) for each in older]
        for link in before:
            made.inherit(link)
        return made

    def joined(self, link: Link) -> None:
        for forward in list(self._forwards.values()):
            if forward.link is link and forward.open:
                link.say(Frame(FrameKind.ASK_PRESENT, to=forward.id.name))

    def note(self, link: Link, level: Level, text: str) -> None:
        self.around.logbook.note(level, text, link.scope)

    # What the other side says.

    def hear(self, link: Link, frame: Frame) -> None:
        tenant, namespace = link.scope
        near = ActorId(frame.near, namespace, tenant) if frame.near else None
        actor = ActorId(frame.to, namespace, tenant)
        match frame.kind:
            case FrameKind.TELL | FrameKind.CALL:
                self._deliver(link, frame, actor, near)
            case FrameKind.ENDED:
                self._has_ended(link, actor, frame)
            case FrameKind.ASK_PRESENT:
                self._say_if_ended(link, actor)
            case FrameKind.MARK:
                self._mark(actor, frame)
            case FrameKind.BIND if near is not None and frame.text in ("monitor", "demonitor", "link", "unlink"):
                self.bind(frame.text, near, frame.to)
            case _:
                logger.warning("the node %s said %s, which means nothing here", link.name, frame.kind)

    def _say_if_ended(self, link: Link, actor: ActorId) -> None:
        """It may have been missed while the link was cut; said twice it is heard once."""
        if self.system.has(actor):
            found = self.system.find(actor)
            if actor in self.anew:
                self.anew.discard(actor)
                said = "its node was killed, and it has begun anew"
                link.say(Frame(FrameKind.ENDED, to=actor.name, text=said, abnormal=True))
            elif found.state is ActorState.CRASHED:
                link.say(Frame(FrameKind.ENDED, to=actor.name, text=found.epitaph, abnormal=True))
        elif not self.system.away.knows(actor) and self.forward(actor) is None:
            link.say(Frame(FrameKind.ENDED, to=actor.name, text="it is not at its node any more"))

    def _mark(self, actor: ActorId, frame: Frame) -> None:
        """What was sent to it before has passed here: on to where it is, or all of it has come back."""
        if self.arrivals.passed(actor, frame.text):
            return
        if (forward := self.forward(actor)) is not None:
            forward.link.say(Frame(FrameKind.MARK, to=actor.name, text=frame.text))
        elif self.system.has(actor) and (found := self.system.find(actor)).held:
            passage.put_mark(found, Mark(NO_ENVELOPE, token=frame.text))

    def _deliver(self, link: Link, frame: Frame, actor: ActorId, near: ActorId | None) -> None:
        assert frame.envelope is not None, "a message has an envelope"
        answer = self._answer(link, frame) if frame.kind is FrameKind.CALL else None
        if near is not None and (moved := self._forwards.get(near)) is not None:
            moved.nodes.add(split_address(frame.envelope.sender)[1] if frame.envelope.sender else "")
        try:
            receiver = self.system.reach(frame.to, near) if near is not None else self.system.receiver(actor)
            self._hand_over(link, frame, receiver, Letter(frame.envelope, answer))
        except WorkbenchError as error:
            if answer is not None:
                answer.fail(error)
            else:
                said = f"{actor.name} could not take it: {error}"
                self.around.dead_letters.add(actor, frame.envelope, said)
            if isinstance(error, NotFound) and near is None and not self.system.away.knows(actor):
                link.say(Frame(FrameKind.ENDED, to=actor.name, text="it is not at its node any more"))

    def _hand_over(self, link: Link, frame: Frame, receiver: Receiver, letter: Letter) -> None:
        origin = self._origins.get(receiver.id)
        kept = isinstance(receiver, Actor) and receiver.durable is not None and frame.about
        if kept and origin is not None and origin.node == link.peer:
            if frame.about <= origin.relayed:
                return  # it is on disk already
            letter.number = self.around.journal.post(receiver.id, letter.envelope, relayed=frame.about)
            self._origins[receiver.id] = replace(origin, relayed=frame.about)
        if isinstance(receiver, Actor) and not isinstance(receiver.moved, Forward):
            receiver.take_in(letter, letter.envelope.kind is Kind.INFO, back=True)
        else:
            receiver.deliver(letter)

    def _answer(self, link: Link, frame: Frame) -> Answer[Reply]:
        answer: Answer[Reply] = Answer()
        once = threading.Lock()

        def reply() -> None:
            if not once.acquire(blocking=False):
                return
            failure = failure_of(answer.error) if answer.error is not None else None
            link.say(Frame(FrameKind.REPLY, about=frame.number, reply=answer.value, failure=failure))

        answer.then(reply)
        return answer

    def _has_ended(self, link: Link, actor: ActorId, frame: Frame) -> None:
        forward = self._forwards.get(actor)
        if forward is None or forward.link.peer != link.peer or self.system.has(actor):
            return
        self.around.bonds.ended(actor, frame.text, abnormal=frame.abnormal)
        if not frame.abnormal:
            self.give_up(actor)

    def ended(self, actor: ActorId, reason: str, abnormal: bool) -> None:
        """Somebody here has ended: where it came from is told."""
        origin = self._origins.get(actor)
        ends = self._stop.is_set() or self.system.closing or self.around.returning.ends
        if origin is None or not origin.node or ends:  # it comes back with this node
            return
        try:
            self.back(origin).say(Frame(FrameKind.ENDED, to=actor.name, text=reason, abnormal=abnormal))
        except WorkbenchError as error:
            logger.info("the node %s was not told that %s ended: %s", origin.node_name, actor, error)
        if not abnormal:
            self._origins.pop(actor, None)
            self.log.left(actor)

    # Changes.

    def goes(self, known: ForwardAddress, forward: Forward) -> None:
        """From now on it is there."""
        self._forwards[known.actor] = forward

    def retract(self, actor: ActorId) -> Forward | None:
        """It did not go: the forward address that stood here."""
        self.log.forget(actor)
        return self._forwards.pop(actor, None)

    def comes(self, origin: Origin) -> Forward | None:
        """From now on it is here; the forward address that stood here."""
        self._origins[origin.actor] = origin
        self.log.arrived(origin)
        return self._forwards.pop(origin.actor, None)

    def give_up(self, actor: ActorId) -> None:
        """It is nowhere that matters here. Idempotent."""
        if self._forwards.pop(actor, None) is None:
            return
        self.log.forget(actor)
        self._origins.pop(actor, None)
        self.log.left(actor)
        try:
            self.around.journal.ended(actor)
        except NotFound:
            return  # it was not durable

    def close(self) -> None:
        """Say nothing any more; idempotent."""
        self._stop.set()
        with self._lock:
            links = [*self._links.values(), *self._answered.values()]
        for link in links:
            link.close()


def new_number() -> str:
    """Of a move."""
    return token_hex(16)
