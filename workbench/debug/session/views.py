"""The real services over the rows of one moment: nothing happens by itself there, and nothing can be changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NoReturn

from workbench.answer import Answer
from workbench.api.blobs import Blobs
from workbench.api.channels import Channels
from workbench.api.errors import Unavailable
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.keyvalue import KeyValue
from workbench.api.locks import Locks
from workbench.api.process_groups import ProcessGroups
from workbench.api.registry import Registry
from workbench.api.tuplespace import TupleSpace
from workbench.clock import FakeClock
from workbench.debug.session.picture import Picture
from workbench.debug.session.sealed import sealed
from workbench.services.all import Views
from workbench.services.blobs.service import BlobService
from workbench.services.channels import queues
from workbench.services.channels.queues import QueueService
from workbench.services.channels.topics import TopicService
from workbench.services.keyvalue.service import KeyValueService
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.locks.service import LockService
from workbench.services.means import Means, Scope
from workbench.services.process_groups import service as groups
from workbench.services.process_groups.service import GroupService
from workbench.services.registry.service import RegistryService
from workbench.services.tuplespace.service import TupleSpaceService

FACETS = {
    "keyvalue": KeyValue,
    "tuplespace": TupleSpace,
    "locks": Locks,
    "registry": Registry,
    "process_groups": ProcessGroups,
    "channels": Channels,
    "blobs": Blobs,
}


class StandingClock(FakeClock):
    """It is always the same moment, but what takes long is still seen to."""

    def monotonic(self) -> float:
        return time.monotonic()


class _NoTimers:
    """Nothing happens by itself."""

    def after(self, _seconds: float, _job: Callable[[], object]) -> int:
        return 0

    def cancel(self, _number: int) -> bool:
        return True


class _NoEvents:
    """Nobody is told."""

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None:
        """Nothing."""

    def touch(self, area: Area, scope: Scope | None = None) -> None:
        """Nothing."""


class _Onlooker:
    """Somebody outside of the actors who waits for nothing: nothing will come."""

    actor: ActorId | None = None

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def wait(self, _answer: Answer[Any], _seconds: float, _what: str) -> bool:
        return False


class _NoContent:
    """What blobs contain is not recorded."""

    forgets = False

    def _refused(self) -> NoReturn:
        raise Unavailable("what a blob contains is not recorded in a session, only its name, its size and its hash")

    def put(self, _name: str, _parts: Iterable[bytes]) -> None:
        self._refused()

    def read(self, _name: str, _offset: int, _length: int) -> Iterator[bytes]:
        self._refused()

    def copy(self, _source: str, _name: str) -> None:
        self._refused()

    def delete(self, _name: str) -> None:
        self._refused()


class _Blobs(BlobService):
    """Those of the store that the rows are of, whichever that is."""

    def __init__(self, means: Means, store: str) -> None:
        super().__init__(means, store, lambda _: _NoContent())

    def _identity(self, url: str) -> str:
        return url


class Moment:
    """The services of a node, as `Services` has them, of one moment. Each is started when it is asked for."""

    def __init__(self, picture: Picture, scope: Scope, now: float) -> None:
        self._picture, self._scope = picture, scope
        self.means = Means(
            StandingClock(now),
            _NoTimers(),
            _NoEvents(),
            picture.database,
            tell=lambda *_: None,
            cast=lambda *_: False,
            present=lambda _: True,
        )

    @cached_property
    def keyvalue(self) -> KeyValueService:
        return KeyValueService(self.means, SqliteStore(self._picture.database))

    @cached_property
    def tuplespace(self) -> TupleSpaceService:
        made = TupleSpaceService(self.means)
        made.restore()
        return made

    @cached_property
    def locks(self) -> LockService:
        made = LockService(self.means)
        made.restore()
        return made

    @cached_property
    def registry(self) -> RegistryService:
        made = RegistryService(self.means)
        made.restore()
        return made

    @cached_property
    def process_groups(self) -> GroupService:
        made = GroupService(self.means)
        made.restore(self._scope, self._picture.rows(groups.TABLE))
        return made

    @cached_property
    def queues(self) -> QueueService:
        made = QueueService(self.means)
        made.restore(self._picture.rows(queues.TABLE))
        return made

    @cached_property
    def topics(self) -> TopicService:
        return TopicService(self.means)

    @cached_property
    def blobs(self) -> BlobService:
        found = self._picture.database.query("SELECT store FROM blobs ORDER BY modified DESC LIMIT 1")
        return _Blobs(self.means, found[0]["store"] if found else "")


class RecordedViews(Views):
    """What somebody outside may look at. Denied: it would change something."""

    def __init__(self, moment: Moment, scope: Scope, name: str) -> None:
        super().__init__(moment, _Onlooker(scope))  # type: ignore[arg-type]  # its services, without what closes them
        self._name = name

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return sealed(FACETS[name], self._name, lambda: found) if name in FACETS else found
