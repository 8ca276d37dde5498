"""What has changed in memory and is not written yet: it goes along with the next message that is sent, or soon alone.

A message is on disk before its `send` returns. That it was received, done or moved follows within FLUSH_SECONDS: a node
that is killed in between delivers it once more, which every consumer of a queue must be ready for anyway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from workbench.api.errors import WorkbenchError
from workbench.services.channels.queue import Message, Queue
from workbench.services.channels.store import QueueStore
from workbench.services.means import Means
from workbench.storage.database import Transaction

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 0.02
RETRY_SECONDS = 1.0
AT_ONCE = 1_000
"""So many messages are written in one transaction, so that a writer waits for no more."""


class Ledger:
    """`lock` is that of the queues; it is taken inside a transaction, so nobody may begin one while holding it."""

    def __init__(self, means: Means, store: QueueStore, lock: threading.Lock) -> None:
        self._means, self._store, self._lock = means, store, lock
        self._changed: dict[int, Message] = {}
        self._made: list[Queue] = []
        self._timer = 0
        self._failing = False

    def changed(self, message: Message) -> None:
        """It must be written; the lock is held."""
        self._changed[message.seq] = message
        self._soon(FLUSH_SECONDS)

    def made(self, queue: Queue) -> None:
        """A queue must be written before its messages; the lock is held."""
        self._made.append(queue)
        self._soon(FLUSH_SECONDS)

    def _soon(self, seconds: float) -> None:
        if not self._timer:
            self._timer = self._means.timers.after(seconds, self._timed)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that writes what has changed, too."""
        batch: dict[int, Message] = {}
        made: list[Queue] = []
        try:
            with self._means.write() as tx:
                with self._lock:
                    batch.update(islice(self._changed.items(), AT_ONCE))
                    for seq in batch:
                        del self._changed[seq]
                    made, self._made = self._made, []
                    for queue in made:
                        self._store.add_queue(tx, queue)
                    self._store.write(tx, batch.values())
                yield tx
        except BaseException:
            with self._lock:
                self._changed = {**batch, **self._changed}
                self._made = made + self._made
            raise

    def flush(self) -> None:
        """Write all that has changed."""
        while self._changed or self._made:
            with self.writing():
                pass

    def at_turn(self) -> None:
        """A turn that did some of it is over: what is recorded behind it shall not be what it did."""
        if (self._changed or self._made) and not self._failing:
            self.settle()

    def _timed(self) -> None:
        with self._lock:
            self._timer = 0
        self.settle()

    def settle(self) -> None:
        """The same; what cannot be written now is tried again."""
        try:
            self.flush()
            self._failing = False
        except WorkbenchError as error:
            logger.warning("changes of queues could not be written yet: %s", error)
            self._failing = True
            with self._lock:
                self._soon(RETRY_SECONDS)

    def close(self) -> None:
        with self._lock:
            self._means.timers.cancel(self._timer)
            self._timer = -1
        try:
            self.flush()
        except WorkbenchError as error:
            logger.warning("the last changes of queues could not be written: %s", error)
