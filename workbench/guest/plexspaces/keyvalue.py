"""Keys and values, shared by the actors of one tenant and namespace. Keys are any text up to 1 KiB."""

from __future__ import annotations

from . import bindings
from .arguments import LIMIT, TTL_MS, U32, integer, natural, optional_natural, optional_text, payload_of, text
from .payload import Payload


def get(key: str) -> Payload | None:
    """The value of a key; None when there is no such key."""
    value = bindings.call("keyvalue", "get", text("key", key))
    return None if value is None else value.value


def put(key: str, value: Payload, *, ttl_ms: int | None = None) -> None:
    """Set a key. With `ttl_ms` it goes away after so many milliseconds; without, it stays."""
    wit = payload_of("value", value)
    bindings.call("keyvalue", "put", text("key", key), wit, optional_natural("ttl_ms", ttl_ms, taken=TTL_MS))


def delete(key: str) -> bool:
    """Remove a key: True when it was there."""
    deleted: bool = bindings.call("keyvalue", "delete", text("key", key))
    return deleted


def exists(key: str) -> bool:
    """Whether there is such a key."""
    found: bool = bindings.call("keyvalue", "exists", text("key", key))
    return found


def list_keys(prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> list[str]:
    """Up to `limit` keys that start with `prefix`, in order; those after the key `after` when it is given."""
    last = optional_text("after", after)
    keys: list[str] = bindings.call(
        "keyvalue", "list_keys", text("prefix", prefix), natural("limit", limit, U32, taken=LIMIT), last
    )
    return keys


def compare_and_swap(key: str, expected: Payload | None, replacement: Payload) -> bool:
    """Set a key if its value equals `expected` (None: if it does not exist), atomically; False when it did not."""
    old = None if expected is None else payload_of("expected", expected)
    new = payload_of("replacement", replacement)
    swapped: bool = bindings.call("keyvalue", "compare_and_swap", text("key", key), old, new)
    return swapped


def increment(key: str, delta: int = 1) -> int:
    """Add to the whole number that a key holds (a missing key holds 0) and return the sum. Raises Invalid."""
    total: int = bindings.call("keyvalue", "increment", text("key", key), integer("delta", delta))
    return total


def ttl(key: str) -> int | None:
    """The milliseconds a key has left; None when it stays. Raises NotFound."""
    left: int | None = bindings.call("keyvalue", "ttl", text("key", key))
    return left


def watch(prefix: str) -> str:
    """Get a message of type `key-changed` for every change of a key that starts with `prefix`; returns the watch's id.

    Its payload is the JSON text `{"watch": id, "key": text, "change": "put" | "deleted" | "expired"}`.
    """
    identity: str = bindings.call("keyvalue", "watch", text("prefix", prefix))
    return identity


def unwatch(watch: str) -> None:
    """End a watch. Raises NotFound."""
    bindings.call("keyvalue", "unwatch", text("watch", watch))
