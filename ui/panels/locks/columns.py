"""The columns of the Locks panel: locks with who waits, waiters in their order, and changes."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as show
from ui.models import Column, always
from ui.moment import now
from workbench.api import Lock, LockChange, LockWaiter

NAMED = 3
CHANGES = {
    "acquired": ("lock", "ok"), "renewed": ("reload", "muted"), "released": ("ok", "muted"),
    "expired": ("time", "warn"), "ended": ("stopped", "warn"), "forced": ("warning", "error"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A lock and who waits for it."""

    lock: Lock
    waiting: tuple[LockWaiter, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who waits, and which one of those who wait for the lock."""

    waiter: LockWaiter
    number: int


def who(found: Lock | LockWaiter | LockChange) -> str:
    """A holder: sessions from outside are told from actors."""
    return f"session {found.holder}" if found.outside else found.holder


def _who_icon(found: Lock | LockWaiter | LockChange) -> tuple[str, str]:
    return ("command" if found.outside else "actor"), "icon"


def _left(held: Held) -> str:
    return show.span(max(0, round(held.lock.expires - now())))


def _waiting(held: Held) -> str:
    names = ", ".join(who(waiter) for waiter in held.waiting[:NAMED])
    more = len(held.waiting) - NAMED
    return names + (f" and {more:,} more" if more > 0 else "")


LOCKS: tuple[Column[Held], ...] = (
    Column("lock", "Lock", lambda h: h.lock.name, lambda h: h.lock.name, 130, bold=True, icon=always(("lock", "icon"))),
    Column("holder", "Holder", lambda h: h.lock.holder, lambda h: who(h.lock), 130, icon=lambda h: _who_icon(h.lock)),
    Column("left", "Lease left", lambda h: h.lock.expires, _left, 84, right=True, tone=always("warn"),
           tip=lambda h: f"Until {show.clock(h.lock.expires)}"),
    Column("version", "Fencing token", lambda h: h.lock.version, lambda h: show.count(h.lock.version), 122, right=True,
           tip=always("It grows with every new holder")),
    Column("waiting", "Waiting", lambda h: len(h.waiting), lambda h: show.count(len(h.waiting)), 70, right=True),
    Column("who", "Who waits, in order", _waiting, _waiting, 170),
    Column("since", "Held since", lambda h: h.lock.since, lambda h: show.clock(h.lock.since, milliseconds=False), 90,
           tone=always("muted")),
)  # fmt: skip
WAITERS: tuple[Column[Place], ...] = (
    Column("place", "Place", lambda p: p.number, lambda p: show.count(p.number), 60, right=True),
    Column("who", "Who", lambda p: p.waiter.holder, lambda p: who(p.waiter), 130, bold=True,
           icon=lambda p: _who_icon(p.waiter)),
    Column("lock", "Lock", lambda p: p.waiter.name, lambda p: p.waiter.name, 110),
    Column("lease", "Lease wanted", lambda p: p.waiter.lease_ms, lambda p: show.span(p.waiter.lease_ms / 1000), 100,
           right=True),
    Column("waits", "Waits for", lambda p: p.waiter.since, lambda p: show.span(max(0, round(now() - p.waiter.since))),
           90, right=True, tone=always("warn"), tip=lambda p: f"Since {show.clock(p.waiter.since)}"),
    Column("until", "Until", lambda p: p.waiter.until, lambda p: show.clock(p.waiter.until, milliseconds=False), 90,
           tone=always("muted")),
)  # fmt: skip
HISTORY: tuple[Column[LockChange], ...] = (
    Column("number", "No.", lambda c: c.seq, lambda c: f"{c.seq:,}", 60, right=True, hidden=True),
    Column("time", "Time", lambda c: c.time, lambda c: show.clock(c.time), 104, tone=always("muted")),
    Column("lock", "Lock", lambda c: c.name, lambda c: c.name, 160, bold=True),
    Column("change", "Change", lambda c: c.change, lambda c: c.change, 100, icon=lambda c: CHANGES[c.change],
           tone=lambda c: CHANGES[c.change][1]),
    Column("who", "Who", lambda c: c.holder, who, 140, icon=_who_icon),
    Column("version", "Fencing token", lambda c: c.version, lambda c: show.count(c.version), 122, right=True),
)  # fmt: skip
