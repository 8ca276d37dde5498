"""How much is recorded of whom: an actor's own level, else that of its tenant and namespace, else the node's."""

from __future__ import annotations

import threading
from typing import TypeVar

from workbench.api.identity import ActorId
from workbench.api.recordings import RecordingLevel

Scope = tuple[str, str]
K = TypeVar("K")


class Levels:
    """Thread-safe. `version` is another after each change: whoever remembers a level asks again then."""

    def __init__(self, default: RecordingLevel) -> None:
        self.version = 0
        self._default = default
        self._scopes: dict[Scope, RecordingLevel] = {}
        self._actors: dict[ActorId, RecordingLevel] = {}
        self._lock = threading.Lock()

    def of(self, actor: ActorId) -> RecordingLevel:
        if self._actors and (own := self._actors.get(actor)) is not None:
            return own
        return self.of_scope((actor.tenant, actor.namespace))

    def of_scope(self, scope: Scope) -> RecordingLevel:
        return self._scopes.get(scope, self._default) if self._scopes else self._default

    @property
    def have_calls(self) -> bool:
        """Whether those of some tenant and namespace are recorded with their host calls."""
        with self._lock:
            return self._default.has_calls or any(level.has_calls for level in self._scopes.values())

    def own(self, scope: Scope) -> tuple[str, ...]:
        """The names of those of its actors that have a level of their own."""
        with self._lock:
            return tuple(sorted(actor.name for actor in self._actors if (actor.tenant, actor.namespace) == scope))

    def set(self, actor: ActorId, level: RecordingLevel | None) -> None:
        with self._lock:
            _put(self._actors, actor, level)
            self.version += 1

    def set_scope(self, scope: Scope, level: RecordingLevel | None) -> None:
        with self._lock:
            _put(self._scopes, scope, level)
            self.version += 1


def _put(levels: dict[K, RecordingLevel], key: K, level: RecordingLevel | None) -> None:
    if level is None:
        levels.pop(key, None)
    else:
        levels[key] = level
