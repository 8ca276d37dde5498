"""What one actor may do, and what it did with it: its grants, and the evidence that is kept of their use.

They outlive the instance: a restart forgets nothing. Grants change from other threads while a turn runs; a check takes
no lock, for it looks at one table that is exchanged whole. Only the thread of the turn counts.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from workbench.api.capabilities import Denial, Duration, Grant, includes

EVENT_SECONDS = 1.0
"""A denial of the same capability is told of no more often."""
NAME_CHARACTERS = 200


class Held:
    """One grant in an actor's hands; `uses` counts what it allowed."""

    __slots__ = ("duration", "grant", "uses")

    def __init__(self, grant: Grant, duration: Duration) -> None:
        self.grant, self.duration, self.uses = grant, duration, 0


Table = dict[str, tuple[Held, ...]]


@lru_cache(1024)
def _words(grants: tuple[Grant, ...]) -> tuple[str, ...]:
    """Shared by all actors that hold the same."""
    return tuple(map(str, grants))


class Holdings:
    """See the module. `on_denied(capability, denial)` and `on_used_up(grant)` are told on the thread of the turn."""

    def __init__(
        self,
        grants: Iterable[Grant] = (),
        *,
        now: Callable[[], float] = time.time,
        message_type: Callable[[], str] = lambda: "",
        on_denied: Callable[[str, Denial], None] = lambda _capability, _denial: None,
        on_used_up: Callable[[Grant], None] = lambda _grant: None,
    ) -> None:
        self._now, self._message_type = now, message_type
        self._on_denied, self._on_used_up = on_denied, on_used_up
        self.used: defaultdict[str, int] = defaultdict(int)
        self.denied: defaultdict[str, int] = defaultdict(int)
        self.last_denial: dict[str, Denial] = {}
        self._told: dict[str, float] = {}
        self._lock = threading.Lock()
        self._exchange([Held(grant, "always") for grant in grants])

    def _exchange(self, held: list[Held]) -> None:
        table: Table = {}
        for each in held:
            capability, before = each.grant.capability, table.get(each.grant.capability)
            if before is None:
                table[capability] = (each,)
            elif each.duration == "once":  # what lasts is used first
                table[capability] = (*before, each)
            else:
                table[capability] = (each, *before)
        self.held, self._table = tuple(held), table
        self.grants = tuple([each.grant for each in held])
        self._written: tuple[str, ...] | None = None
        self.real_time, self.real_random = "clocks" in table, "random" in table

    @property
    def words(self) -> tuple[str, ...]:
        """The grants as they are written."""
        if self._written is None:
            self._written = _words(self.grants)
        return self._written

    # Changes, from any thread.

    def add(self, grant: Grant, duration: Duration) -> None:
        """One more grant; the same one again only lasts as long as is said now."""
        with self._lock:
            found = next((each for each in self.held if each.grant == grant), None)
            made = Held(grant, duration)
            made.uses = found.uses if found else 0
            self._exchange([*(each for each in self.held if each is not found), made])

    def exchange(self, grants: Iterable[Grant]) -> None:
        """Other lasting grants than before; those that were lent stay, and so does what is known of uses."""
        with self._lock:
            known = {each.grant: each for each in self.held}
            lent = [each for each in self.held if each.duration != "always" and each.grant not in set(grants)]
            self._exchange([known.get(grant) or Held(grant, "always") for grant in grants] + lent)

    def remove(self, grants: Iterable[Grant]) -> tuple[Grant, ...]:
        """Take grants away, and give those that were there."""
        gone = set(grants)
        with self._lock:
            found = tuple(each.grant for each in self.held if each.grant in gone)
            self._exchange([each for each in self.held if each.grant not in gone])
        return found

    def unused(self) -> tuple[Grant, ...]:
        """The grants that never allowed anything. What cannot be counted is never among them."""
        return tuple(each.grant for each in self.held if not each.uses and each.grant.capability != "filesystem")

    def lasting(self) -> tuple[Grant, ...]:
        """The grants that belong to how the actor is started."""
        return tuple(each.grant for each in self.held if each.duration == "always")

    # Checks, on the thread of the turn.

    def has(self, capability: str) -> bool:
        return capability in self._table

    def holds(self, wanted: Grant) -> bool:
        """Whether one grant includes all that `wanted` says, for good: what is lent for a time is not handed on."""
        mine = self._table.get(wanted.capability, ())
        return any(each.duration == "always" and includes(each.grant, wanted) for each in mine)

    def permits(self, capability: str, mode: str = "", name: str = "") -> bool:
        """Whether it may, without being counted."""
        return any(each.grant.covers(capability, mode, name) for each in self._table.get(capability, ()))

    def use(self, capability: str, mode: str = "", name: str = "") -> bool:
        """Whether it may do this to what is called `name`; a use is counted, a denial is for the caller to tell."""
        for each in self._table.get(capability, ()):
            grant = each.grant
            if (not (grant.mode or grant.scope) or grant.covers(capability, mode, name)) and self._take(each):
                return True
        return False

    def use_whole(self, wanted: Grant) -> bool:
        """The same for all that `wanted` says, every name under a prefix for example."""
        return any(includes(each.grant, wanted) and self._take(each) for each in self._table.get(wanted.capability, ()))

    def use_any(self, capability: str, mode: str = "") -> bool:
        """The same for a thing that it could only have got by another use, such as a delivery's id."""
        return any(each.grant.mode in ("", mode) and self._take(each) for each in self._table.get(capability, ()))

    def note(self, capability: str) -> None:
        """A use of a capability that has no names, known to be granted."""
        self.used[capability] += 1
        for each in self._table.get(capability, ()):
            each.uses += 1

    def _take(self, held: Held) -> bool:
        """Use this grant. False: it was good for one use, and is gone already."""
        if held.duration == "once":
            if not self.remove((held.grant,)):
                return False
            self._on_used_up(held.grant)
        held.uses += 1
        self.used[held.grant.capability] += 1
        return True

    def deny(self, capability: str, what: str, name: str = "", grant: str = "") -> None:
        """Count a refusal, keep it as the last one, and tell of it unless that was done a moment ago."""
        self.denied[capability] += 1
        shown = name if len(name) <= NAME_CHARACTERS else f"{name[:NAME_CHARACTERS]}…"
        denial = self.last_denial[capability] = Denial(what, shown, self._now(), self._message_type(), grant)
        moment = time.monotonic()
        if moment - self._told.get(capability, -EVENT_SECONDS) >= EVENT_SECONDS:
            self._told[capability] = moment
            self._on_denied(capability, denial)
