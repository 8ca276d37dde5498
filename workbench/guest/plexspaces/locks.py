"""Locks with a lease, for one holder at a time. The holder is this actor; the lock of an actor that ends is freed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from . import bindings
from .arguments import LEASE_MS, natural, text
from .errors import Conflict
from .messaging import self_id


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held. `version` is the fencing token: it grows with every new holder.

    `holder` is the id of an actor, empty for somebody outside of the node's actors.
    `expires_at_ms` is the end of the lease in milliseconds since 1970-01-01 UTC.
    """

    name: str
    holder: str
    version: int
    expires_at_ms: int


def acquire(name: str, *, lease_ms: int = 10_000, timeout_ms: int = 5_000) -> Lock:
    """Take a lock, waiting up to `timeout_ms` for it. Raises Timeout, and Conflict when this actor holds it already."""
    lease, patience = natural("lease_ms", lease_ms, taken=LEASE_MS), natural("timeout_ms", timeout_ms)
    return _lock(bindings.call("locks", "acquire", text("name", name), lease, patience))


def try_acquire(name: str, *, lease_ms: int = 10_000) -> Lock | None:
    """Take a lock if it is free; None when it is not."""
    found = bindings.call("locks", "try_acquire", text("name", name), natural("lease_ms", lease_ms, taken=LEASE_MS))
    return None if found is None else _lock(found)


def renew(lock: Lock, *, lease_ms: int = 10_000) -> Lock:
    """Let the lease end `lease_ms` milliseconds from now. Raises Conflict when it is no longer held in this version."""
    return _lock(
        bindings.call("locks", "renew", lock.name, lock.version, natural("lease_ms", lease_ms, taken=LEASE_MS))
    )


def release(lock: Lock) -> None:
    """Free a lock at once. Raises Conflict when it is no longer held in this version."""
    bindings.call("locks", "release", lock.name, lock.version)


def get(name: str) -> Lock | None:
    """Who holds a lock; None when it is free."""
    found = bindings.call("locks", "get", text("name", name))
    return None if found is None else _lock(found)


def leader(name: str, *, lease_ms: int = 10_000) -> Lock | None:
    """The lock when this actor leads under `name`, None when another one does.

    Call it now and then, three times in the time of a lease or so: whoever leads stays the leader by it, and when the
    leader ends or falls silent for `lease_ms`, the next one who calls is it.
    """
    found = get(name)
    if found is not None and found.holder == self_id():
        try:
            return renew(found, lease_ms=lease_ms)
        except Conflict:
            pass  # its lease was over just now
    return try_acquire(name, lease_ms=lease_ms)


@contextmanager
def held(name: str, *, lease_ms: int = 10_000, timeout_ms: int = 5_000) -> Iterator[Lock]:
    """Hold a lock for the length of a `with` block."""
    lock = acquire(name, lease_ms=lease_ms, timeout_ms=timeout_ms)
    try:
        yield lock
    finally:
        release(lock)


def _lock(found: Any) -> Lock:
    return Lock(name=found.name, holder=found.holder, version=found.version, expires_at_ms=found.expires_at_ms)
