"""Locks with a lease: one holder at a time, who waits is served in order, and a fencing version that grows.

    acquire       a lock, or {"lock": "a", "lease_ms": 10000, "timeout_ms": 5000}   -> its version
    try_acquire   a lock, or {"lock": "a", "lease_ms": 10000}    -> its version; "" when somebody else holds it
    release       a lock that this actor holds

Its state is which locks it holds in which version. What the host refuses is refused with its words.
Grants: locks, messaging.
"""

import json

from plexspaces import GenServer, HostError, Reject, locks, messaging


class Locks(GenServer):
    def __init__(self):
        self.versions = {}

    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "release":
            return self.release(payload)
        name, lease_ms, timeout_ms = settings(payload)
        if message_type == "acquire":
            found = locks.acquire(name, lease_ms=lease_ms, timeout_ms=timeout_ms)
        elif message_type == "try_acquire":
            found = locks.try_acquire(name, lease_ms=lease_ms)
        else:
            raise Reject(f"unknown message type {message_type}: send acquire, try_acquire or release")
        if found is None:
            return ""
        self.versions[name] = found.version
        return str(found.version)

    def release(self, name):
        if name not in self.versions:
            raise Reject(f"this actor does not hold the lock {name!r}")
        held = locks.Lock(name, messaging.self_id(), self.versions.pop(name), 0)
        locks.release(held)
        return ""


def settings(payload):
    """A name alone is the lock."""
    if not isinstance(payload, str):
        raise Reject("the payload must be text, not bytes")
    try:
        wanted = json.loads(payload) if payload.startswith("{") else {"lock": payload}
    except ValueError as error:
        raise Reject(f"the payload is no JSON: {error}") from None
    if "lock" not in wanted:
        raise Reject(f"the lock is missing in {payload}")
    return wanted["lock"], wanted.get("lease_ms", 10_000), wanted.get("timeout_ms", 5_000)
