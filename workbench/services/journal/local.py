"""The facet `node.journal` of an embedded node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from workbench.api.errors import Conflict, Invalid
from workbench.api.identity import ActorId, split_address
from workbench.api.journal import Damage, Event, JournalInfo
from workbench.api.modules import CancelToken
from workbench.api.traces import is_of, trace_id
from workbench.api.turns import Turn
from workbench.services.journal import damages, store
from workbench.services.journal.service import JournalService
from workbench.services.means import Scope

MOST, PAGE = 100_000, 1_000


class LocalJournal:
    """The journals of one tenant and namespace. See api.Journal. `take` has an actor's state stored."""

    def __init__(
        self,
        service: JournalService,
        scope: Scope,
        *,
        take: Callable[[ActorId, float], int],
        present: Callable[[ActorId], bool],
    ) -> None:
        self._service, self._scope, self._take, self._present = service, scope, take, present

    def _id(self, actor: ActorId | str) -> ActorId:
        tenant, namespace = self._scope
        return ActorId(split_address(actor)[0] if isinstance(actor, str) else actor.name, namespace, tenant)

    def list(self) -> Sequence[JournalInfo]:
        return store.infos(self._service.database, self._service.sizes, self._scope)

    def get(self, actor: ActorId | str) -> JournalInfo:
        who = self._id(actor)
        return store.infos(self._service.database, self._service.sizes, self._scope, self._service.number(who))[0]

    def entries(self, actor: ActorId | str, *, after: int = 0, limit: int = 100, trace: str = "") -> Sequence[Turn]:
        number = self._service.number(self._id(actor))
        wanted, most = trace_id(trace), _limit(limit)
        if wanted:
            return list(islice(self._of_trace(number, after, wanted), most))
        found = store.turns(self._service.database, number, after, most)
        return [turn for turn in found if isinstance(turn, Turn)]

    def _of_trace(self, number: int, after: int, trace: str) -> Iterator[Turn]:
        """Page by page, for of a thousand turns one may belong to it."""
        while found := list(store.turns(self._service.database, number, after, PAGE)):
            after = found[-1].seq if isinstance(found[-1], Turn) else found[-1][0]
            yield from (turn for turn in found if isinstance(turn, Turn) and is_of(turn, trace))

    def events(self, actor: ActorId | str, *, after: int = 0, limit: int = 1_000) -> Sequence[Event]:
        number = self._service.number(self._id(actor))
        found = store.events(self._service.database, number, after, (1 << 63) - 1, _limit(limit))
        return [event for event in found if isinstance(event, Event)]

    def checkpoint(self, actor: ActorId | str, *, timeout: float = 30.0) -> int:
        return self._take(self._id(actor), timeout)

    def compact(self, actor: ActorId | str) -> int:
        return self._service.compact(self._id(actor))

    def verify(self, actor: ActorId | str | None = None, *, cancel: CancelToken | None = None) -> Sequence[Damage]:
        number = None if actor is None else self._service.number(self._id(actor))
        return damages.found(self._service.database, self._scope, number, cancel)

    def remove(self, actor: ActorId | str) -> None:
        who = self._id(actor)
        if self._present(who):
            raise Conflict(f"{who.name} is still there: stop it first, then remove its journal")
        self._service.remove(who)


def _limit(limit: int) -> int:
    if not 1 <= limit <= MOST:
        raise Invalid(f"a limit is 1 to {MOST:,}, not {limit:,}")
    return limit
