"""What guests reach of the runtime through the gate: messaging, the log, and waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from workbench.answer import Answer
from workbench.api.actors import ActorState, SpawnOptions
from workbench.api.errors import Unavailable
from workbench.api.identity import ActorId
from workbench.api.journal import Post
from workbench.api.limits import DEFAULT_PROFILE
from workbench.api.messages import Kind, Payload
from workbench.runtime.callers import Inside
from workbench.runtime.checks import check_timer
from workbench.runtime.logbook import Logbook
from workbench.runtime.mailbox import Letter
from workbench.runtime.moving.forward import Way
from workbench.runtime.reminders import arm
from workbench.runtime.scheduler import Scheduler
from workbench.runtime.system import ActorSystem
from workbench.runtime.timers import Timers
from workbench.wasm.gate import Context, Network, Services

MAX_DELAY_SECONDS = 10 * 365 * 86_400.0


class _Ended(Answer[None]):
    """Nobody waits for it: it says to whoever does something else that the actor is to end."""

    __slots__ = ("_stop",)

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__()
        self._stop = stop

    def fail(self, error: BaseException) -> None:
        super().fail(error)
        self._stop()


class RuntimeHost:
    """Implements gate.Host. `system` and `views` are set right after they exist."""

    system: ActorSystem
    views: Callable[[Inside], Services]

    def __init__(self, logbook: Logbook, scheduler: Scheduler, timers: Timers, network: Network) -> None:
        self._logbook, self._scheduler, self._timers, self._network = logbook, scheduler, timers, network

    @property
    def network(self) -> Network:
        return self._network

    def services(self, context: Context) -> Services:
        return self.views(Inside(context, self.system, self._scheduler))

    @property
    def messaging(self) -> RuntimeHost:
        return self

    @property
    def logging(self) -> RuntimeHost:
        return self

    def log(
        self, actor: ActorId, level: str, message: str, fields: Sequence[tuple[str, str]], stream: str = "log"
    ) -> None:
        self._logbook.log(actor, level, message, fields, stream)

    @contextmanager
    def blocking(self, actor: ActorId, what: str) -> Iterator[None]:
        """Its worker is replaced while it waits, and its state says what for."""
        found = self.system.find(actor)
        before = found.state
        with self._scheduler.blocked():
            found.state, found.waiting_for = ActorState.WAITING, what
            try:
                yield
            finally:
                found.state, found.waiting_for = before, ""

    @contextmanager
    def interruptible(self, actor: ActorId, stop: Callable[[], None]) -> Iterator[None]:
        """While this lasts, a stop or a kill of the actor calls `stop`."""
        with self.system.find(actor).waiting_on(_Ended(stop)):
            yield

    def sleep(self, actor: ActorId, seconds: float) -> None:
        answer: Answer[None] = Answer()
        timer = self._timers.after(seconds, lambda: answer.set(None))
        try:
            with self.system.find(actor).waiting_on(answer):
                self._scheduler.wait(answer, seconds + 1.0)
        finally:
            self._timers.cancel(timer)

    def _sender(self, actor: ActorId) -> str:
        return actor.at(self.system.node_name)

    def tell(self, actor: ActorId, to: str, message_type: str, payload: Payload) -> str:
        target, sender = self.system.reach(to, actor), self.system.find(actor)
        envelope = self.system.envelope(Kind.CAST, message_type, payload, sender)
        if sender.durable is None:
            target.deliver(Letter(envelope))
            return envelope.id
        if (known := sender.body.context.recorded) is not None:
            envelope = replace(envelope, id=known)
        return self.system.post(sender.durable, target, envelope)

    def deliver(self, post: Post) -> None:
        self.system.deliver(post)

    def ask(self, actor: ActorId, to: str, message_type: str, payload: Payload, timeout_ms: int) -> Payload:
        target = self.system.reach(to, actor)
        asker = self.system.find(actor)
        envelope = self.system.envelope(Kind.CALL, message_type, payload, asker)
        return self.system.ask_actor(target, envelope, timeout_ms / 1000, asker).payload

    def spawn(self, actor: ActorId, module: str, state: Payload, options: Any) -> str:
        chosen = SpawnOptions(
            name=options.name or "", profile=options.profile or DEFAULT_PROFILE, grants=tuple(options.grants)
        )
        parent = self.system.find(actor)
        info = self.system.spawn((actor.tenant, actor.namespace), module, state, chosen, parent=parent)
        if options.link:
            self.system.link(actor, info.id)
        if options.monitor:
            self.system.monitor(actor, info.id)
        return self._sender(info.id)

    def stop(self, actor: ActorId, target: str) -> None:
        reached = self.system.reach(target, actor)
        if isinstance(reached, Way):
            raise Unavailable(f"needs a cluster: {target} is {reached.state}, and only messages go there")
        found = reached.id
        (self.system.stop_itself if found == actor else self.system.request_stop)(found)

    def link(self, actor: ActorId, other: str) -> None:
        self.system.moves.bind("link", actor, other)

    def unlink(self, actor: ActorId, other: str) -> None:
        self.system.moves.bind("unlink", actor, other)

    def monitor(self, actor: ActorId, target: str) -> None:
        self.system.moves.bind("monitor", actor, target)

    def demonitor(self, actor: ActorId, target: str) -> None:
        self.system.moves.bind("demonitor", actor, target)

    def self_id(self, actor: ActorId) -> str:
        return self._sender(actor)

    def parent_id(self, actor: ActorId) -> str | None:
        found = self.system.find(actor)
        parent = found.spec.parent if found.keeper is None else ""  # a supervisor is no actor
        return f"{parent}@{self.system.moves.born_at(actor)}" if parent else None

    def send_after(self, actor: ActorId, delay_ms: int, message_type: str, payload: Payload) -> int:
        found = self.system.find(actor)
        envelope = self.system.envelope(Kind.INFO, message_type, payload, found)
        check_timer(found, envelope)
        if found.durable is not None:
            seconds = min(delay_ms / 1000, MAX_DELAY_SECONDS)
            return found.durable.outbox.send_after(seconds, envelope, found.body.context.recorded or 0)
        return arm(self.system, found, min(delay_ms / 1000, MAX_DELAY_SECONDS), envelope)

    def cancel_timer(self, actor: ActorId, timer: int) -> bool:
        found = self.system.find(actor)
        if found.durable is not None:
            return found.durable.outbox.cancel(timer)
        armed = found.timers.pop(timer, None)
        return armed is not None and self._timers.cancel(armed.runs)
