"""The registry of a node as one caller sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.api.keyvalue import check_ttl
from workbench.api.names import check_limit, check_name
from workbench.api.registry import (
    ADDRESS_BYTES,
    NO_LABELS,
    TYPE_BYTES,
    Health,
    RegistryEntry,
    check_health,
    check_labels,
    check_part,
)
from workbench.services.means import Caller
from workbench.services.registry.service import RegistryService


class LocalRegistry:
    """The entries of one caller's tenant and namespace. See api.Registry."""

    def __init__(self, service: RegistryService, caller: Caller) -> None:
        self._service, self._caller = service, caller
        self._space, self._clock = service.space(caller.scope), service.means.clock

    def register(
        self, id: str, *, object_type: str, address: str, labels: Mapping[str, str] = NO_LABELS,  # noqa: A002
        ttl_ms: int | None = None, owner: str = "",
    ) -> RegistryEntry:  # fmt: skip
        kind = check_part(object_type, "the type of an entry", TYPE_BYTES)
        where = check_part(address, "an address", ADDRESS_BYTES)
        actor = self._caller.actor
        who = actor.name if actor is not None else check_name(owner, "an owner") if owner else ""
        found = self._service.register(
            self._space, _id(id), kind, where, check_labels(labels), check_ttl(ttl_ms), who, actor is None
        )
        return found.info(self._clock.now())

    def unregister(self, id: str) -> None:  # noqa: A002
        self._service.unregister(self._space, _id(id))

    def lookup(self, id: str) -> RegistryEntry | None:  # noqa: A002
        found = self._service.find(self._space, _id(id))
        return None if found is None else found.info(self._clock.now())

    def discover(
        self, *, object_type: str | None = None, labels: Mapping[str, str] = NO_LABELS, health: Health | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Sequence[RegistryEntry]:  # fmt: skip
        most, wanted, now = check_limit(limit), check_labels(labels).items(), self._clock.now()
        state = None if health is None else check_health(health)
        found: list[RegistryEntry] = []
        for entry in self._space.walk(after):
            if (
                object_type in (None, entry.object_type)
                and wanted <= entry.labels.items()
                and (state is None or entry.health(now) is state)
                and not self._service.over(entry)
            ):
                found.append(entry.info(now))
                if len(found) == most:
                    break
        return found

    def heartbeat(self, id: str, *, health: Health | None = None) -> RegistryEntry:  # noqa: A002
        state = Health.HEALTHY if health is None else check_health(health)
        return self._service.heartbeat(self._space, _id(id), state).info(self._clock.now())


def _id(identity: str) -> str:
    return check_name(identity, "an entry")
