"""Who waits for whom inside of an ask: a circle is refused instead of waited out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.answer import Answer
from workbench.api.errors import Conflict
from workbench.api.identity import ActorId

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor


class Waits:
    """Of the actors of one node. Thread-safe. A circle by way of another node is not seen: there the ask times out."""

    def __init__(self) -> None:
        self._waits: dict[ActorId, ActorId] = {}
        self._lock = threading.Lock()

    @contextmanager
    def waiting(self, asker: Actor | None, target: ActorId, answer: Answer[Any]) -> Iterator[None]:
        """While the turn of `asker` waits for `target`, a stop or a kill can end the wait. Conflict: a circle."""
        if asker is None:
            yield
            return
        with self._lock:
            self._refuse_circle(asker.id, target)
            self._waits[asker.id] = target
        try:
            with asker.waiting_on(answer):
                yield
        finally:
            with self._lock:
                self._waits.pop(asker.id, None)

    def _refuse_circle(self, asker: ActorId, target: ActorId) -> None:
        chain = [asker, target]
        while chain[-1] != asker:
            following = self._waits.get(chain[-1])
            if following is None:
                return
            chain.append(following)
        circle = " -> ".join(actor.name for actor in chain)
        raise Conflict(f"this ask would wait for itself: {circle}; use a cast, or let one of them answer later")
