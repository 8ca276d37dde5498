"""Locks with a lease, for one holder at a time, and the facet `node.locks`.

An actor holds a lock by its own name. Somebody outside of the actors holds it by the name of a session that is theirs
to choose (`holder`), and is told from an actor of that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workbench.api.errors import Invalid
from workbench.api.modules import CancelToken
from workbench.api.value import value

LARGEST_LEASE_MS = 86_400_000
"""A day; who needs a lock for longer renews it."""
LEASE_MS, WAIT_SECONDS = 10_000, 5.0


@value
class Lock:
    """A lock that is held since `since`, until `expires` unless it is renewed.

    `version` is the fencing token: it grows with every new holder, also after the lock was free or the node stopped.
    Hand it to whatever the lock protects. `holder` is an actor's name, or with `outside` that of a session.
    """

    name: str
    holder: str
    version: int
    since: float
    expires: float
    outside: bool = False


@value
class LockWaiter:
    """Somebody who waits for a lock since `since`, until `until` at most. They are served by `id`."""

    id: int
    name: str
    holder: str
    lease_ms: int
    since: float
    until: float
    outside: bool = False


@value
class LockChange:
    """What happened to a lock that `holder` has or had in `version`.

    `change` is `acquired`, `renewed`, `released`, `expired` (its lease is over), `ended` (its holder is gone) or
    `forced` (somebody else freed it).
    """

    seq: int
    time: float
    name: str
    change: str
    holder: str
    version: int
    outside: bool = False


class Locks(Protocol):
    """The facet `node.locks`, for one tenant and namespace. Thread-safe.

    A name is any text of 1 to 1,024 bytes, a lease 1 to LARGEST_LEASE_MS milliseconds. Invalid: it is not, or `holder`
    is missing. An actor is its own holder and gives none.
    """

    def acquire(
        self, name: str, *, lease_ms: int = LEASE_MS, timeout: float = WAIT_SECONDS, holder: str = "",
        cancel: CancelToken | None = None,
    ) -> Lock:  # fmt: skip
        """Take a lock, waiting up to `timeout` seconds for it; who waits is served first come, first served.

        The lease begins when the lock is given. Timeout: others held it all the while. Conflict: this holder has it
        already or waits for it already, or `cancel` was set. Exhausted: there are too many locks.
        """
        ...

    def try_acquire(self, name: str, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock | None:
        """Take a lock if it is free; None when somebody else has it. Conflict: this holder has it already."""
        ...

    def renew(self, name: str, version: int, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock:
        """Let the lease end `lease_ms` from now. Conflict: this holder does not have it in this version any more."""
        ...

    def release(self, name: str, version: int, *, holder: str = "") -> None:
        """Free a lock at once: whoever waits first has it then. Conflict as for `renew`."""
        ...

    def force(self, name: str) -> Lock:
        """Take a lock from whoever holds it, and give what it was. NotFound: nobody holds it."""
        ...

    def get(self, name: str) -> Lock | None:
        """Who holds a lock; None when it is free."""
        ...

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Lock]:
        """Up to `limit` locks that are held and whose names begin with `prefix`, by name, those after `after` only."""
        ...

    def waiters(self, name: str | None = None) -> Sequence[LockWaiter]:
        """Who waits, for one lock or for any, in the order in which they are served."""
        ...

    def history(self, name: str | None = None, *, limit: int = 200) -> Sequence[LockChange]:
        """The newest changes still kept, of one lock or of all, oldest first."""
        ...


def check_lease(lease_ms: int) -> int:
    """The lease, or Invalid."""
    if not 1 <= lease_ms <= LARGEST_LEASE_MS:
        raise Invalid(f"a lease is 1 to {LARGEST_LEASE_MS:,} ms, not {lease_ms:,}; renew a lock to hold it for longer")
    return lease_ms
