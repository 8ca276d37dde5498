"""Which actors are told of which tuples."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.api.errors import Exhausted, NotFound
from workbench.api.identity import ActorId
from workbench.api.tuplespace import Tuple
from workbench.services.means import Scope
from workbench.services.tuplespace.matching import Matcher

MOST = 1_000
"""Subscriptions of one actor."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to know of which tuples."""

    id: str
    actor: ActorId
    matcher: Matcher


class Subscriptions:
    """Thread-safe."""

    def __init__(self) -> None:
        self._all: dict[str, Subscription] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, actor: ActorId, matcher: Matcher) -> str:
        with self._lock:
            if sum(found.actor == actor for found in self._all.values()) >= MOST:
                said = f"{actor.name} has {MOST:,} subscriptions to tuples already, which is the most; end one first"
                raise Exhausted(said, limit="subscriptions", value=MOST, used=MOST + 1)
            made = Subscription(f"s{next(self._numbers)}", actor, matcher)
            self._all[made.id] = made
            return made.id

    def remove(self, actor: ActorId, subscription: str) -> None:
        with self._lock:
            found = self._all.get(subscription)
            if found is None or found.actor != actor:
                raise NotFound(f"{actor.name} has no subscription {subscription[:40]!r}")
            del self._all[subscription]

    def ended(self, actor: ActorId) -> None:
        """An actor is gone, and its subscriptions with it."""
        if self._all:
            with self._lock:
                self._all = {name: found for name, found in self._all.items() if found.actor != actor}

    def wanting(self, scope: Scope, fields: Tuple) -> Sequence[Subscription]:
        """Those that a tuple is for."""
        if not self._all:
            return ()
        with self._lock:
            everybody = tuple(self._all.values())
        mine = (each for each in everybody if (each.actor.tenant, each.actor.namespace) == scope)
        return [each for each in mine if each.matcher.matches(fields)]
