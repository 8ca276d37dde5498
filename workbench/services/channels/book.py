"""Which queues there are: made, found, deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from workbench.api.channels import ATTEMPTS, DEAD, LENGTH, VISIBILITY_MS
from workbench.api.errors import AlreadyExists, Exhausted, NotFound
from workbench.services.channels.ledger import Ledger
from workbench.services.channels.queue import Options, Queue
from workbench.services.channels.store import QueueStore
from workbench.services.means import Means, Scope

QUEUES = 10_000
"""The most queues of a node."""
DEAD_OPTIONS = Options(VISIBILITY_MS, 0, LENGTH, "")
"""A dead-letter queue keeps what fails, and takes letters beyond its length."""
Key = tuple[Scope, str]


class Book:
    """All queues of a node, by scope and name. `lock` is that of the queues' messages."""

    def __init__(self, means: Means, store: QueueStore, ledger: Ledger, lock: threading.Lock) -> None:
        self._means, self._store, self._ledger, self._lock = means, store, ledger, lock
        self._creating = threading.Lock()
        self._queues: dict[Key, Queue] = {}
        self._last = 0

    def load(self) -> dict[int, Queue]:
        """Those that the node before left, by number. The lock is held."""
        found = {queue.number: queue for queue in self._store.queues()}
        self._queues = {queue.key: queue for queue in found.values()}
        self._last = max(self._store.last(), *found, 0)
        return found

    def get(self, key: Key) -> Queue | None:
        found = self._queues.get(key)
        return None if found is None or found.gone else found

    def find(self, scope: Scope, name: str) -> Queue:
        """NotFound."""
        found = self.get((scope, name))
        if found is None:
            raise NotFound(f"no queue {name[:40]!r}")
        return found

    def all(self, scope: Scope) -> list[Queue]:
        """By name."""
        return sorted((queue for queue in tuple(self._queues.values()) if queue.scope == scope), key=lambda q: q.name)

    def obtain(self, scope: Scope, name: str) -> Queue:
        """The queue, made when it is not there."""
        return self.get((scope, name)) or self.create(scope, name, default_options(name), again=True)

    def create(self, scope: Scope, name: str, options: Options, *, again: bool = False) -> Queue:
        """Make a queue and its dead-letter queue; AlreadyExists unless `again`, which gives the one that is there."""
        with self._creating:
            found = self._queues.get((scope, name))
            if found is not None:
                if not again:
                    raise AlreadyExists(f"a queue {name[:40]!r} exists already; delete it, or choose another name")
                return found
            if len(self._queues) >= QUEUES:
                text = f"queues: this node has {len(self._queues):,}, which is the most"
                raise Exhausted(text, limit="queues", value=QUEUES, used=len(self._queues))
            wanted = [(name, options)]
            if options.dead_letter_queue and (scope, options.dead_letter_queue) not in self._queues:
                wanted.append((options.dead_letter_queue, DEAD_OPTIONS))
            now = self._means.clock.now()
            with self._lock:
                made = [Queue(self.next(now), scope, called, chosen, now) for called, chosen in wanted]
            with self._ledger.writing() as tx:
                for queue in made:
                    self._store.add_queue(tx, queue)
            with self._lock:
                self._queues.update({queue.key: queue for queue in made if queue.key not in self._queues})
                return self._queues[scope, name]

    def dead_letters(self, queue: Queue, now: float) -> Queue:
        """Where its dead letters go, made again when it was deleted. The lock is held."""
        key = queue.scope, queue.options.dead_letter_queue
        found = self.get(key)
        if found is None:
            found = self._queues[key] = Queue(self.next(now), *key, DEAD_OPTIONS, now)
            self._ledger.made(found)
        return found

    @contextmanager
    def deleting(self, scope: Scope, name: str) -> Iterator[list[Queue]]:
        """Remove a queue, and its own dead-letter queue when that is empty; gives them, with the lock held."""
        with self._creating:
            queue = self.find(scope, name)
            doomed = [queue, *self._own_dead_letters(queue)]
            try:
                with self._ledger.writing() as tx:
                    for each in doomed:
                        self._store.delete_queue(tx, each)
                        each.gone = True
            except BaseException:
                for each in doomed:
                    each.gone = False
                raise
            with self._lock:
                for each in doomed:
                    self._queues.pop(each.key, None)
                yield doomed

    def _own_dead_letters(self, queue: Queue) -> Iterable[Queue]:
        """Its dead-letter queue, when nobody else needs it."""
        name = queue.options.dead_letter_queue
        dead = self.get((queue.scope, name))
        shared = any(
            other is not queue and other.scope == queue.scope and other.options.dead_letter_queue == name
            for other in tuple(self._queues.values())
        )
        if dead is not None and name == f"{queue.name}{DEAD}" and not dead.length and not shared:
            yield dead

    def next(self, now: float) -> int:
        """A number that is greater than all before, also those of an earlier life of the node. The lock is held."""
        self._last = max(self._last + 1, int(now * 1e6))
        return self._last


def default_options(name: str) -> Options:
    """Of a queue that is made because something is sent to it."""
    return Options(VISIBILITY_MS, ATTEMPTS, LENGTH, f"{name}{DEAD}")
