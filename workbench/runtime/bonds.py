"""Links and monitors: who is told when an actor ends.

A monitor is one way and tells of any end, once, as `DOWN`. A link is both ways and tells of an abnormal one (a crash, a
kill), as `EXIT`; a stop takes it away in silence. Both are gone after that. The messages are the system's: they find
room in a mailbox that is full. Source of the rules: Erlang's links and monitors, with every process trapping exits.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable

from workbench.api.errors import Exhausted
from workbench.api.identity import ActorId

DOWN, EXIT = "DOWN", "EXIT"
MOST = 10_000
"""Links and monitors of one actor, either way."""
Deliver = Callable[[ActorId, str, ActorId, str], None]
"""Called with who is told, `DOWN` or `EXIT`, the actor that ended, and the payload."""
Gone = Callable[[ActorId, str], None]
"""Called with an actor that ended and how, before anybody is told: what it held elsewhere is free by then."""


class Bonds:
    """Thread-safe. `deliver` and `gone` are called without any lock."""

    def __init__(self, deliver: Deliver, *, address: Callable[[ActorId], str], gone: Gone = lambda *_: None) -> None:
        self._deliver, self._address, self._gone = deliver, address, gone
        self.elsewhere: Callable[[ActorId, str, bool], None] = lambda *_: None
        """Told of every end, and whether it was abnormal: other nodes may have to know."""
        self._links: defaultdict[ActorId, set[ActorId]] = defaultdict(set)
        self._watched: defaultdict[ActorId, set[ActorId]] = defaultdict(set)  # by the actors that they monitor
        self._watchers: defaultdict[ActorId, set[ActorId]] = defaultdict(set)
        self._lock = threading.Lock()

    def link(self, one: ActorId, other: ActorId) -> None:
        """Linking twice is linking once, linking oneself nothing. Exhausted: one of them has too many."""
        if one != other:
            with self._lock:
                _check_room(self._links, one, other)
                _check_room(self._links, other, one)
                self._links[one].add(other)
                self._links[other].add(one)

    def unlink(self, one: ActorId, other: ActorId) -> bool:
        """Take the link away; whether there was one."""
        with self._lock:
            return _without(self._links, one, other) and _without(self._links, other, one)

    def monitor(self, watcher: ActorId, target: ActorId) -> None:
        """Monitoring twice is monitoring once, oneself nothing. Exhausted: the watcher or the target has too many."""
        if watcher == target:
            return
        with self._lock:
            _check_room(self._watched, watcher, target)
            _check_room(self._watchers, target, watcher)
            self._watched[watcher].add(target)
            self._watchers[target].add(watcher)

    def demonitor(self, watcher: ActorId, target: ActorId) -> bool:
        """Take the monitor away; whether there was one."""
        with self._lock:
            return _without(self._watched, watcher, target) and _without(self._watchers, target, watcher)

    def ended(self, actor: ActorId, reason: str, *, abnormal: bool) -> None:
        """Tell everybody who is bound to it, and forget all its bonds."""
        self._gone(actor, f"crashed: {reason}" if abnormal else f"ended: {reason}")
        self.elsewhere(actor, reason, abnormal)
        if not (actor in self._links or actor in self._watchers or actor in self._watched):
            return
        with self._lock:
            linked = self._links.pop(actor, set())
            watchers = self._watchers.pop(actor, set())
            for other in linked:
                _without(self._links, other, actor)
            for watcher in watchers:
                _without(self._watched, watcher, actor)
            for target in self._watched.pop(actor, set()):
                _without(self._watchers, target, actor)
        for watcher in sorted(watchers):
            self.tell(watcher, DOWN, actor, reason)
        for other in sorted(linked) if abnormal else ():
            self.tell(other, EXIT, actor, reason)

    def left(self, actor: ActorId) -> None:
        """It goes on at another node: what it held here is free, its bonds stay."""
        self._gone(actor, "ended: it was moved to another node")

    def tell(self, who: ActorId, message_type: str, actor: ActorId, reason: str) -> None:
        """Send one of the two messages."""
        text = json.dumps({"actor": self._address(actor), "reason": reason}, ensure_ascii=False)
        self._deliver(who, message_type, actor, text)

    def of(self, actor: ActorId) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of those it is linked to, and of those it monitors."""
        with self._lock:
            return _names(self._links.get(actor)), _names(self._watched.get(actor))


def _check_room(bonds: defaultdict[ActorId, set[ActorId]], actor: ActorId, other: ActorId) -> None:
    found = bonds.get(actor, set())
    if len(found) >= MOST and other not in found:
        raise Exhausted(
            f"{actor.name} has {len(found):,} links or monitors already, {MOST:,} are the most",
            limit="bonds",
            value=MOST,
            used=len(found),
        )


def _without(bonds: defaultdict[ActorId, set[ActorId]], actor: ActorId, other: ActorId) -> bool:
    found = bonds.get(actor)
    if found is None or other not in found:
        return False
    found.remove(other)
    if not found:
        del bonds[actor]
    return True


def _names(actors: set[ActorId] | None) -> tuple[str, ...]:
    return tuple(sorted(actor.name for actor in actors or ()))
