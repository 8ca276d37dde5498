"""An actor leaves for another node. Until its forward address is on disk it lives here, and serves on here if anything
fails; from then on it lives there, or, as long as the other node does not say whether it knows, nowhere.

    reach    the other node is there, and a link to it
    module   the other node has the code, ready to run
    pause    the turn in hand has ended; what comes waits in the mailbox
    snapshot the state is handed out, timers stand still
    send     it has come to life there, and waits
    commit   the forward address is on disk
    resume   it goes on there, what waited goes after it
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import AlreadyExists, Conflict, Invalid, NotFound, Timeout, Unavailable, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.migration import ForwardAddress, Migration, MovedTimer, Parcel, Phase, Stage
from workbench.api.modules import CancelToken, Progress, ProgressCallback
from workbench.api.node import Node
from workbench.runtime import life
from workbench.runtime.actor import Actor
from workbench.runtime.moving import passage
from workbench.runtime.moving.forward import Forward
from workbench.runtime.moving.link import Link
from workbench.runtime.moving.moves import CONNECT_SECONDS, Moves, new_number
from workbench.runtime.moving.unsettled import settle_again
from workbench.runtime.reminders import arm

if TYPE_CHECKING:
    from workbench.runtime.timers import Armed

logger = logging.getLogger(__name__)
STEPS = ("reach", "module", "pause", "snapshot", "send", "commit", "resume")
SETTLE_SECONDS = 5.0


class Departure:
    """One move; `run` it once."""

    def __init__(
        self, moves: Moves, actor: ActorId, to: str, token: str, progress: ProgressCallback | None,
        cancel: CancelToken | None = None,
    ) -> None:  # fmt: skip
        self._moves, self._id, self._to, self._token, self._progress = moves, actor, to, token, progress
        self._scope, self._cancel = (actor.tenant, actor.namespace), cancel
        self._phases: list[Phase] = []
        self._begun = time.monotonic()
        self._number = new_number()
        self._before = ActorState.IDLE
        self._timers: dict[int, Armed] = {}
        self._gave_up = False
        self._lock = threading.Lock()

    def run(self, timeout: float) -> Migration:
        """See api.Actors.migrate."""
        actor = self._moves.system.find(self._id)
        _check(actor)
        moves, way = self._moves, (self._to, self._scope, self._token)
        with moves.alone(self._id), moves.trying(*way), moves.dial(*way) as peer:
            link = self._reach(peer)
            self._ensure(actor, peer)
            paused = time.monotonic()
            known = ForwardAddress(
                self._id, self._number, self._to, link.peer, link.name, Stage.BEGUN, actor.durable is not None
            )
            try:
                self._pause(actor, timeout)
                parcel = self._snapshot(actor)
                self._moves.log.write(known)
                self._send(peer, link, parcel, timeout)
                moves.keep(*way)
                known = replace(known, stage=Stage.MOVED)
                self._commit(known)
            except BaseException:
                if actor.held:
                    self._stay(actor, peer)
                raise
            messages = self._resume(actor, peer, link, known)
        paused_ms = (time.monotonic() - paused) * 1_000
        return Migration(
            self._number, self._id.name, link.name, self._to, tuple(self._phases), round(paused_ms, 3), messages,
            len(parcel.timers),
        )  # fmt: skip

    @contextmanager
    def _step(self, name: str, size: int = 0) -> Iterator[None]:
        started = time.monotonic()
        if name != STEPS[-1] and self._cancel is not None and self._cancel.is_set():
            raise Conflict(f"the move of {self._id.name} was cancelled; it serves on here")
        if self._progress is not None:
            done = (STEPS.index(name) + 1) / (len(STEPS) + 1)
            self._progress(Progress(name, done, started - self._begun))
        yield
        self._phases.append(Phase(name, round((time.monotonic() - started) * 1_000, 3), size))

    def _reach(self, peer: Node) -> Link:
        """The link on which both sides will speak; whoever cannot speak there is not moved."""
        with self._step("reach"):
            link = self._moves.link(self._to, self._scope)
            try:
                if not link.present.is_set():
                    peer.info()  # says best what is wrong
                if not link.present.wait(CONNECT_SECONDS):
                    raise Unavailable(
                        f"{self._id.name} was not moved: no link to {self._to} within {CONNECT_SECONDS:g} s: {link.why}"
                    )
                if link.peer == self._moves.node:
                    raise Invalid(f"{self._id.name} is at {self._to} already: that is this node")
            except BaseException:
                self._moves.drop(link)
                raise
        return link

    def _ensure(self, actor: Actor, peer: Node) -> None:
        """The other node has the module, by its hash, and need not compile it while nobody is served."""
        module, library = actor.spec.runnable.info.hash, self._moves.library
        started = time.monotonic()
        try:
            ready, size = peer.modules.get(module).compiled, 0
        except NotFound:
            ready, size = False, len(library.data(module))
        if ready:
            self._phases.append(Phase("module", round((time.monotonic() - started) * 1_000, 3)))
            return
        with self._step("module", size):
            peer.modules.deploy(
                library.data(module),
                file_name=actor.spec.runnable.info.file_name,
                progress=self._progress,
                cancel=self._cancel,
            )

    def _pause(self, actor: Actor, timeout: float) -> None:
        """Hold it between two turns."""
        with self._step("pause"):
            answer: Answer[None] = actor.control(lambda: self._hold(actor))
            if not self._moves.around.scheduler.wait(answer, timeout):
                with self._lock:
                    if not actor.held:
                        self._gave_up = True
                        raise Timeout(
                            f"{actor.id.name} was not moved: its turn in hand ({actor.state}) did not end within "
                            f"{timeout:g} s"
                        )
            answer.take()

    def _hold(self, actor: Actor) -> None:
        actor.check_alive()
        with self._lock:
            if self._gave_up:
                raise Conflict("nobody waits for it any more")
            actor.held, self._before = True, actor.state

    def _snapshot(self, actor: Actor) -> Parcel:
        with self._step("snapshot"):
            answer = self._moves.around.scheduler.start(lambda: life.snapshot(actor))
            self._moves.around.scheduler.wait(answer, float("inf"))  # it has limits of its own
            state = answer.take()
            actor.state, actor.waiting_for = ActorState.SUSPENDED, f"its move to {self._to}"
            return self._parcel(actor, state)

    def _parcel(self, actor: Actor, state: str | bytes) -> Parcel:
        body, spec, moves = actor.body, actor.spec, self._moves
        origin, durable = moves.origin(actor.id), actor.durable
        here = moves.system.node_name
        clock_ns, drawn = body.world_position
        return Parcel(
            self._number, moves.node, here,
            tuple(dict.fromkeys((moves.node, *(origin.visited if origin is not None else ())))),
            (here, *(origin.through if origin is not None else ())),
            actor.id.name, spec.runnable.info.hash, state, spec.state, spec.profile,
            tuple(map(str, body.holdings.lasting())), spec.limits, spec.parent, durable is not None, actor.suspended,
            body.fsm_state, body.seq, clock_ns, drawn, actor.restarts, actor.spawned,
            durable.event if durable is not None else 0, self._stop_timers(actor),
            tuple(moves.around.journal.belongings(actor.id)) if durable is not None else (),
        )  # fmt: skip

    def _stop_timers(self, actor: Actor) -> tuple[MovedTimer, ...]:
        """Those that have not fired: of the others the message waits in the mailbox."""
        if actor.durable is not None:
            now = actor.around.clock.now()
            return tuple(
                MovedTimer(timer.number, max(0.0, timer.due - now), timer.envelope) for timer in actor.durable.disarm()
            )
        timers = actor.around.timers
        for number, armed in list(actor.timers.items()):
            if timers.cancel(armed.runs):
                self._timers[number] = armed
                actor.timers.pop(number, None)
        now = timers.now
        return tuple(
            MovedTimer(number, max(0.0, armed.due - now), armed.envelope)
            for number, armed in sorted(self._timers.items(), key=lambda each: each[1].due)
        )

    def _send(self, peer: Node, link: Link, parcel: Parcel, timeout: float) -> None:
        size = len(parcel.state) + len(parcel.initial) + sum(len(each.payload) for each in parcel.belongings)
        with self._step("send", size + sum(len(each.envelope.payload) for each in parcel.timers)):
            try:
                peer.actors.arrive(parcel, timeout=timeout)
            except AlreadyExists as error:
                raise AlreadyExists(
                    f"{parcel.name} was not moved and serves on here. At the node {link.name}: {error.message} "
                    f"--node {self._to}"
                ) from None

    def _commit(self, known: ForwardAddress) -> None:
        with self._step("commit"):
            self._moves.log.write(known)

    def _stay(self, actor: Actor, peer: Node) -> None:
        """It lives here as before, and nothing of it there."""
        self._serve_on(actor)
        with suppress(WorkbenchError):  # one that cannot be told gives it up by itself
            peer.actors.settle(self._number, commit=False)

    def _serve_on(self, actor: Actor) -> None:
        self._moves.retract(self._id)
        actor.waiting_for = ""
        if actor.state is ActorState.SUSPENDED:  # it may have died of its snapshot
            actor.state = self._before
        if actor.durable is not None and not actor.gone:
            actor.durable.rearm()
        for number, armed in self._timers.items():
            left = max(0.0, armed.due - actor.around.timers.now)
            arm(self._moves.system, actor, left, armed.envelope, number)
        actor.let_go()

    def _resume(self, actor: Actor, peer: Node, link: Link, known: ForwardAddress) -> int:
        with self._step("resume"):
            try:
                is_there = peer.actors.settle(self._number, commit=True)
            except WorkbenchError as lost:
                self._lost(actor, link, known)
                raise Unavailable(
                    f"whether {actor.id.name} has arrived at the node {link.name} ({self._to}) is not known: "
                    f"{lost.message}. It is asked again until it answers, and {actor.id.name} runs nowhere before"
                ) from lost
            if not is_there:
                self._serve_on(actor)
                raise Unavailable(
                    f"{actor.id.name} was not moved: the node {link.name} ({self._to}) has lost it before it was "
                    "settled; it serves on here"
                )
            return self._leave(actor, link, known)

    def _lost(self, actor: Actor, link: Link, known: ForwardAddress) -> None:
        job = (self._moves, known, lambda: self._leave(actor, link, known), lambda: self._serve_on(actor))
        threading.Thread(target=settle_again, args=job, name="moves", daemon=True).start()

    def _leave(self, actor: Actor, link: Link, known: ForwardAddress) -> int:
        """It is there: what waits goes after it, and what comes here finds it there."""
        moves = self._moves
        forward = Forward(actor.id, link, moves.around.journal, durable=known.durable)
        moves.goes(replace(known, stage=Stage.DONE), forward)
        count = passage.go(actor, forward)
        moves.system.forget(actor)
        if known.durable:
            moves.around.journal.moved(actor.id)
        else:
            moves.around.returning.gave_up(actor.id)
        moves.log.write(replace(known, stage=Stage.DONE))
        moves.around.bonds.left(actor.id)
        actor.waiting_for = ""
        actor.announce("actors.moved", f"to {forward.where}")
        actor.let_go()
        return count


def _check(actor: Actor) -> None:
    """Whether it may be moved at all; found out before anything is done."""
    name = actor.id.name
    actor.check_alive()
    if not actor.spec.runnable.info.carries_state:
        raise Invalid(f"{name} cannot be moved: it has no snapshot_state, so its state would be lost")
    if actor.keeper is not None:
        above = actor.keeper.supervisor
        raise Invalid(
            f"{name} cannot be moved: its supervisor {above} starts it again here; take it out of the tree first "
            f"(workbench supervisor remove {above} {name}), and spawn it by itself"
        )
