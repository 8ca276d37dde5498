"""The facet `node.actors` of an embedded node."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from weakref import ref

from workbench.api.actors import ActorInfo, ActorState, DeadLetter, SpawnOptions
from workbench.api.errors import Timeout, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import KEPT_REFUSALS, NO_HEADERS, Cast, Kind, Payload, Refusal, Reply, Told
from workbench.api.migration import Arrival, Frame, Migration, Parcel
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.turns import Turn
from workbench.runtime.actor import Actor
from workbench.runtime.mailbox import Letter
from workbench.runtime.moving.departure import Departure
from workbench.runtime.moving.moves import Receiver
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.system import ActorSystem

Scope = tuple[str, str]
KEPT_NAMES = 1_000


class LocalActors:
    """The facet `node.actors` of an embedded node, for one tenant and namespace."""

    def __init__(self, system: ActorSystem, around: Surroundings, scope: Scope) -> None:
        self._system, self._around, self._scope = system, around, scope
        self._known: dict[str, ref[Actor]] = {}  # found once for each name that is used again and again

    def id_of(self, actor: ActorId | str) -> ActorId:
        """Whom the caller means, in its own tenant and namespace."""
        if isinstance(actor, str):
            tenant, namespace = self._scope
            if "@" in actor:
                return self._system.resolve(actor, ActorId("", namespace, tenant))
            return ActorId(actor, namespace, tenant)
        if (actor.tenant, actor.namespace) != self._scope:
            return ActorId(actor.name, self._scope[1], self._scope[0])
        return actor

    def find(self, actor: ActorId | str) -> Actor:
        """The actor whom the caller means; NotFound when there is none."""
        return self._system.find(self.id_of(actor))

    def _receiver(self, actor: ActorId | str) -> Receiver:
        """Who takes a message for the actor whom the caller means; NotFound when there is none."""
        if not isinstance(actor, str):
            return self._system.receiver(self.id_of(actor))
        known = self._known.get(actor)
        found: Receiver | None = known() if known is not None else None
        if not isinstance(found, Actor) or found.state is ActorState.STOPPED:
            if len(self._known) >= KEPT_NAMES:
                self._known.clear()
            found = self._system.receiver(self.id_of(actor))
            if isinstance(found, Actor):
                self._known[actor] = ref(found)  # weak: one that is gone takes 10 KB
        return found

    def spawn(
        self, module: str, state: Payload = "", *, options: SpawnOptions | None = None, timeout: float = 30.0
    ) -> ActorInfo:
        return self._system.spawn(self._scope, module, state, options or SpawnOptions(), timeout=timeout)

    def get(self, actor: ActorId | str) -> ActorInfo:
        return self._system.find(self.id_of(actor)).info()

    def ask(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        kind: Kind = Kind.CALL,
        headers: Mapping[str, str] = NO_HEADERS,
        timeout: float = 60.0,
    ) -> Reply:
        envelope = self._system.envelope(kind, message_type, payload, None, headers)
        return self._system.ask_actor(self._receiver(actor), envelope, timeout)

    def tell(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        envelope = self._system.envelope(Kind.CAST, message_type, payload, None, headers)
        self._receiver(actor).deliver(Letter(envelope))
        return envelope.id

    def tell_many(self, casts: Iterable[Cast], *, timeout: float = 60.0) -> Told:
        end, count, why = time.monotonic() + timeout, 0, list[Refusal]()
        refused = 0
        for number, cast in enumerate(casts):
            if time.monotonic() > end:
                raise Timeout(f"{number:,} messages were told in {timeout:g} s, and there are more")
            try:
                self.tell(cast.actor, cast.message_type, cast.payload, headers=cast.headers)
                count += 1
            except WorkbenchError as error:
                refused += 1
                if refused <= KEPT_REFUSALS:
                    why.append(Refusal(number, error.code, error.message))
        return Told(count, refused, tuple(why))

    def stop(self, actor: ActorId | str, *, timeout: float = 5.0) -> None:
        self._system.stop(self.id_of(actor), timeout)

    def kill(self, actor: ActorId | str) -> None:
        self._system.kill(self.id_of(actor))

    def restart(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.restart(self.id_of(actor), timeout)

    def upgrade(self, actor: ActorId | str, module: str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.upgrade(self.id_of(actor), module, timeout)

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:
        return self._system.snapshot(self.id_of(actor), timeout)

    def suspend(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.suspend(self.id_of(actor), timeout)

    def resume(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.resume(self.id_of(actor), timeout)

    def passivate(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.passivate(self.id_of(actor), timeout)

    def set_limits(self, actor: ActorId | str, limits: Limits, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.set_limits(self.id_of(actor), limits, timeout)

    def dead_letters(self, *, after: int = 0, limit: int = 1000) -> Sequence[DeadLetter]:
        return self._around.dead_letters.read(self._scope, after=after, limit=limit)

    def resend(self, letter: int, *, message_type: str | None = None, payload: Payload | None = None) -> str:
        found = self._around.dead_letters.take(self._scope, letter)
        before = found.envelope
        kind = before.type if message_type is None else message_type
        content = before.payload if payload is None else payload
        try:
            return self._system.tell(found.actor, self._system.envelope(Kind.CAST, kind, content, None, before.headers))
        except BaseException:
            self._around.dead_letters.put_back(found)
            raise

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        who = None if actor is None else self.id_of(actor)
        return self._around.recorder.read(self._scope, actor=who, after=after, limit=limit)

    def migrate(
        self,
        actor: ActorId | str,
        to: str,
        *,
        token: str = "",
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        timeout: float = 60.0,
    ) -> Migration:
        return Departure(self._system.moves, self.id_of(actor), to, token, progress, cancel).run(timeout)

    def arrive(self, parcel: Parcel, *, timeout: float = 30.0) -> Arrival:
        return self._system.moves.arrivals.prepare(self._scope, parcel, timeout)

    def settle(self, migration: str, *, commit: bool) -> bool:
        return self._system.moves.arrivals.settle(self._scope, migration, commit=commit)

    def relay(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        return self._system.moves.relay(self._scope, frames)

    def list(self) -> Sequence[ActorInfo]:
        return sorted((actor.info() for actor in self.everyone()), key=lambda info: info.id.name)

    def everyone(self) -> Iterable[Actor]:
        """The actors of the tenant and namespace, in no order."""
        return (actor for actor in self._system.all() if actor.scope == self._scope and not actor.arriving)
