"""Topics: who subscribed, and what was published lately. All of it is forgotten with the node."""

from __future__ import annotations

import itertools
import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.api.channels import Publication, Subscriber, TopicInfo
from workbench.api.errors import Exhausted, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.services.channels.glob import compiled
from workbench.services.means import Caller, Means, Scope, author

KEPT, SHOWN = 10_000, 1_000
"""So many of the newest messages are remembered for a look back, with the first SHOWN characters or bytes of each."""
TOPICS = 10_000
"""So many topics without subscribers are remembered."""
SUBSCRIPTIONS = 1_000
"""The most subscriptions of one actor."""
Key = tuple[Scope, str]


@dataclass(slots=True)
class _Subscription:
    actor: ActorId
    filter: str | None
    matches: re.Pattern[str] | None
    since: float
    delivered: int = 0


class _Topic:
    """One topic; `last` is None until something is published."""

    def __init__(self) -> None:
        self.subscriptions: dict[ActorId, _Subscription] = {}
        self.published = 0
        self.last: float | None = None


class TopicService:
    """All topics of a node. Thread-safe; an actor is told without the lock."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._topics: dict[Key, _Topic] = {}
        self._of: dict[ActorId, set[Key]] = {}
        self._kept: deque[tuple[Scope, Publication]] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def subscribe(self, actor: ActorId, topic: str, pattern: str | None) -> None:
        matches = compiled(pattern) if pattern is not None else None
        key, now = ((actor.tenant, actor.namespace), topic), self.means.clock.now()
        with self._lock:
            mine = self._of.get(actor, set())
            if key not in mine and len(mine) >= SUBSCRIPTIONS:
                text = f"{actor.name} has {len(mine):,} subscriptions already, which is the most"
                raise Exhausted(text, limit="subscriptions", value=SUBSCRIPTIONS, used=len(mine))
            self._of.setdefault(actor, set()).add(key)
            self._topic(key).subscriptions[actor] = _Subscription(actor, pattern, matches, now)
        self.means.events.touch(Area.CHANNELS, key[0])

    def unsubscribe(self, actor: ActorId, topic: str) -> None:
        key = (actor.tenant, actor.namespace), topic
        with self._lock:
            if key not in self._of.get(actor, ()):
                raise NotFound(f"{actor.name} has not subscribed to a topic {topic[:40]!r}")
            self._leave(actor, key)
        self.means.events.touch(Area.CHANNELS, key[0])

    def ended(self, actor: ActorId) -> None:
        """An actor is gone, and its subscriptions with it."""
        if actor in self._of:
            with self._lock:
                for key in tuple(self._of.get(actor, ())):
                    self._leave(actor, key)
            self.means.events.touch(Area.CHANNELS, (actor.tenant, actor.namespace))

    def _leave(self, actor: ActorId, key: Key) -> None:
        self._of[actor].discard(key)
        if not self._of[actor]:
            del self._of[actor]
        topic = self._topics[key]
        del topic.subscriptions[actor]
        if not topic.subscriptions and topic.last is None:
            del self._topics[key]

    def _topic(self, key: Key) -> _Topic:
        """The lock is held."""
        found = self._topics.get(key)
        if found is None:
            if len(self._topics) >= TOPICS:
                idle = next((each for each, topic in self._topics.items() if not topic.subscriptions), None)
                if idle is not None:
                    del self._topics[idle]
            found = self._topics[key] = _Topic()
        return found

    def publish(self, caller: Caller, topic: str, message_type: str, payload: Payload, size_bytes: int) -> str:
        now, key = self.means.clock.now(), (caller.scope, topic)
        with self._lock:
            found = self._topic(key)
            found.published, found.last = found.published + 1, now
            everybody = found.subscriptions.values()
            wanted = [each for each in everybody if each.matches is None or each.matches.match(message_type)]
            number = next(self._numbers)
        got = 0
        for each in wanted:
            if self.means.cast(caller.actor, each.actor, message_type, payload):
                got += 1
                each.delivered += 1
        made = Publication(
            number, now, topic, message_type, payload[:SHOWN], size_bytes, got, len(wanted) - got, author(caller)
        )
        self._kept.append((caller.scope, made))
        self.means.events.touch(Area.CHANNELS, caller.scope)
        return f"p{number}"

    def list(self, scope: Scope) -> Sequence[TopicInfo]:
        with self._lock:
            found = [(name, topic) for (whose, name), topic in self._topics.items() if whose == scope]
            return [
                TopicInfo(name, topic.published, tuple(map(_shown, topic.subscriptions.values())), topic.last)
                for name, topic in sorted(found, key=lambda pair: pair[0])
            ]

    def published(self, scope: Scope, topic: str, limit: int) -> Sequence[Publication]:
        found = [one for whose, one in tuple(self._kept) if whose == scope and (not topic or one.topic == topic)]
        return found[-limit:]


def _shown(subscription: _Subscription) -> Subscriber:
    return Subscriber(subscription.actor.name, subscription.since, subscription.delivered, subscription.filter)
