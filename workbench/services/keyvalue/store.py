"""What a store of keys must do. A conformance suite holds every one to it.

A store keeps what it is given and knows nothing of callers, events or watches. An entry whose time has come is not
there, whether or not it was removed. Every method is atomic and thread-safe; `now` and `expires` are seconds since the
epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from workbench.api.keyvalue import KeyEntry, KeyLevel
from workbench.api.messages import Payload

Scope: TypeAlias = tuple[str, str]
Change: TypeAlias = Callable[[KeyEntry | None], Payload]
"""From what a key holds to what it shall hold; what it raises leaves the key as it was."""
Committed: TypeAlias = Callable[[], None]
"""Called once the change is kept, before the next one of any key is."""


class Store(Protocol):
    """Keys and values by (tenant, namespace)."""

    def get(self, scope: Scope, key: str, now: float) -> Payload | None: ...
    def entry(self, scope: Scope, key: str, now: float) -> KeyEntry | None: ...
    def put(
        self, scope: Scope, key: str, value: Payload, now: float, *, expires: float | None, author: str,
        committed: Committed,
    ) -> None: ...  # fmt: skip
    def delete(self, scope: Scope, key: str, now: float, *, committed: Committed) -> bool: ...
    def change(
        self, scope: Scope, key: str, change: Change, now: float, *, author: str, committed: Committed
    ) -> Payload:
        """Set a key to what `change` makes of it, keep its time to live, and give the new value."""
        ...

    def list(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[KeyEntry]: ...
    def keys(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[str]: ...
    def level(
        self, scope: Scope, prefix: str, delimiter: str, now: float, *, after: str | None, limit: int
    ) -> Sequence[KeyLevel]: ...
    def expire(self, now: float, expired: Callable[[Scope, str], None]) -> float | None:
        """Remove what has expired, tell of each, and give when the next one will; None when nothing ever will."""
        ...

    def next_expiry(self) -> float | None: ...
    def close(self) -> None: ...
