"""Keys and values, shared by everybody in a tenant and namespace, and the facet `node.keyvalue`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workbench.api.errors import Invalid
from workbench.api.messages import Payload
from workbench.api.value import value

KEY_BYTES = 1 << 10
LARGEST_TTL_MS = 100 * 365 * 86_400_000
"""A hundred years; who wants a key to stay gives no time to live."""


@value
class KeyEntry:
    """One key as it is now.

    `version` is 1 for a new key and grows with each change of it. `expires` is None when the key stays. `author` is the
    actor that changed it last, empty when that was somebody outside of the node's actors. `size_bytes` is that of the
    whole value; a list gives the beginning of large ones only, with `whole` False.
    """

    key: str
    value: Payload
    size_bytes: int
    version: int
    changed: float
    expires: float | None = None
    author: str = ""
    whole: bool = True


@value
class KeyChange:
    """One change of a key. `change` is `put`, `deleted` or `expired`; `value` is the beginning of the new one."""

    seq: int
    time: float
    key: str
    change: str
    value: Payload = ""
    size_bytes: int = 0
    author: str = ""


@value
class KeyLevel:
    """One step of a tree of keys: either a key itself (`entry`), or all keys that begin with `prefix`."""

    prefix: str
    entry: KeyEntry | None = None


class KeyValue(Protocol):
    """The facet `node.keyvalue`, for one tenant and namespace. Thread-safe.

    A key is any text of 1 to KEY_BYTES bytes, a value a payload. Invalid: it is not.
    """

    def get(self, key: str) -> Payload | None:
        """The value, None when there is no such key."""
        ...

    def entry(self, key: str) -> KeyEntry | None:
        """The value with all that is known of it."""
        ...

    def put(self, key: str, value: Payload, *, ttl_ms: int | None = None) -> None:
        """Set a key, for `ttl_ms` milliseconds or for good; a time to live that it had before is gone."""
        ...

    def delete(self, key: str) -> bool:
        """Remove a key; whether it was there."""
        ...

    def exists(self, key: str) -> bool:
        """Whether there is such a key."""
        ...

    def keys(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[str]:
        """Up to `limit` keys that begin with `prefix`, in the order of their UTF-8 bytes, those after `after` only."""
        ...

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[KeyEntry]:
        """The same as entries."""
        ...

    def level(
        self, prefix: str = "", *, delimiter: str = ":", limit: int = 1_000, after: str | None = None
    ) -> Sequence[KeyLevel]:
        """The keys that begin with `prefix`; those with `delimiter` behind it are one step each, however many.

        `after` is a key or the prefix of a step that was given before.
        """
        ...

    def compare_and_swap(self, key: str, expected: Payload | None, replacement: Payload) -> bool:
        """Set a key if its value is `expected` (None: if there is none), atomically; its time to live is kept."""
        ...

    def increment(self, key: str, delta: int = 1) -> int:
        """Add to the whole number that a key holds as text; a missing one holds 0. Its time to live is kept.

        Invalid: it is no number, or the sum is beyond 64 bits; nothing is changed then.
        """
        ...

    def ttl(self, key: str) -> int | None:
        """The milliseconds a key has left, None when it stays. NotFound: no such key."""
        ...

    def history(self, prefix: str = "", *, limit: int = 200) -> Sequence[KeyChange]:
        """The newest changes still kept of keys that begin with `prefix`, oldest first."""
        ...


class KeyValueOfActor(KeyValue, Protocol):
    """What an actor can do besides: its messages tell it of changes."""

    def watch(self, prefix: str) -> str:
        """Send it `key-changed` (kind info) for every change of a key that begins with `prefix`; the watch's id."""
        ...

    def unwatch(self, watch: str) -> None:
        """End a watch. NotFound: it has none of that id."""
        ...


def check_key(key: str) -> str:
    """The key, or Invalid."""
    size = len(_encoded(key))
    if not 1 <= size <= KEY_BYTES:
        raise Invalid(f"a key has 1 to {KEY_BYTES:,} bytes, this one has {size:,}: {key[:40]!r}")
    return key


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Invalid(f"{text[:40]!r} is no Unicode text, so it cannot be a key") from None


def check_ttl(ttl_ms: int | None) -> int | None:
    """The time to live, or Invalid."""
    if ttl_ms is not None and not 1 <= ttl_ms <= LARGEST_TTL_MS:
        raise Invalid(f"a time to live is 1 to {LARGEST_TTL_MS:,} ms, not {ttl_ms:,}; without one it stays")
    return ttl_ms


def next_prefix(prefix: str) -> str | None:
    """The smallest text, by UTF-8 bytes, that is greater than all that begin with `prefix`; None: there is none."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index])
        if code < 0x10FFFF:
            return prefix[:index] + chr(0xE000 if code == 0xD7FF else code + 1)
    return None
