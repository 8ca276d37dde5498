"""All services of a node in one place, and views of them for one caller."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property

from workbench.api.identity import ActorId
from workbench.services.blobs.local import LocalBlobs
from workbench.services.blobs.service import BlobService
from workbench.services.channels.queues import QueueService
from workbench.services.channels.topics import TopicService
from workbench.services.channels.views import LocalChannels
from workbench.services.keyvalue.service import KeyValueService, LocalKeyValue
from workbench.services.keyvalue.store import Store
from workbench.services.locks.local import LocalLocks
from workbench.services.locks.service import LockService
from workbench.services.means import Caller, Means
from workbench.services.process_groups.local import LocalProcessGroups
from workbench.services.process_groups.service import GroupService
from workbench.services.registry.local import LocalRegistry
from workbench.services.registry.service import REAP_AFTER, RegistryService
from workbench.services.tuplespace.local import LocalTupleSpace
from workbench.services.tuplespace.service import TupleSpaceService


class Services:
    """Started in order, closed in reverse."""

    def __init__(self, means: Means, *, keys: Store, blobs: BlobService, reap_after: int = REAP_AFTER) -> None:
        self._closing = ExitStack()
        self.keyvalue = KeyValueService(means, keys)
        self._closing.callback(self.keyvalue.close)
        self.tuplespace = TupleSpaceService(means)
        self._closing.callback(self.tuplespace.close)
        self.locks = LockService(means)
        self._closing.callback(self.locks.close)
        self.process_groups = GroupService(means)
        self._closing.callback(self.process_groups.close)
        self.registry = RegistryService(means, reap_after=reap_after)
        self._closing.callback(self.registry.close)
        self.queues, self.topics = QueueService(means), TopicService(means)
        self._closing.callback(self.queues.close)
        self.blobs = blobs

    def start(self) -> None:
        """Take up what was left by the node before."""
        self.keyvalue.start()
        self.tuplespace.start()
        self.locks.start()
        self.registry.start()
        self.queues.start()
        self.blobs.start()

    def ended(self, actor: ActorId, how: str) -> None:
        """An actor's instance is gone: what it held of a service is free again."""
        self.keyvalue.ended(actor)
        self.tuplespace.ended(actor)
        self.queues.ended(actor, how)
        self.topics.ended(actor)
        self.locks.ended(actor)
        self.process_groups.ended(actor)
        self.registry.ended(actor)

    def keep(self) -> None:
        """The node is about to end: what actors hold that outlives a node is not freed when they end with it."""
        self.locks.keep()
        self.registry.keep()

    def close(self) -> None:
        self._closing.close()


class Views:
    """What one caller may use: keys, tuples and the rest of its own tenant and namespace. Each is made when used."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._all, self._caller = services, caller

    @cached_property
    def keyvalue(self) -> LocalKeyValue:
        return LocalKeyValue(self._all.keyvalue, self._caller)

    @cached_property
    def locks(self) -> LocalLocks:
        return LocalLocks(self._all.locks, self._caller)

    @cached_property
    def process_groups(self) -> LocalProcessGroups:
        return LocalProcessGroups(self._all.process_groups, self._caller)

    @cached_property
    def registry(self) -> LocalRegistry:
        return LocalRegistry(self._all.registry, self._caller)

    @cached_property
    def tuplespace(self) -> LocalTupleSpace:
        return LocalTupleSpace(self._all.tuplespace, self._caller)

    @cached_property
    def channels(self) -> LocalChannels:
        return LocalChannels(self._all.queues, self._all.topics, self._caller)

    @cached_property
    def blobs(self) -> LocalBlobs:
        return LocalBlobs(self._all.blobs, self._caller)
