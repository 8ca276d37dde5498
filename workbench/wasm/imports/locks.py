"""The interface `locks`: locks of the actor's tenant and namespace, held by the actor itself."""

from __future__ import annotations

from typing import NamedTuple

from workbench.api.identity import ActorId
from workbench.api.locks import Lock
from workbench.api.names import MOST_SECONDS
from workbench.wasm.gate import Context, host_call


class Held(NamedTuple):
    """The record `lock`."""

    name: str
    holder: str
    version: int
    expires_at_ms: int


@host_call("locks", "acquire", shape=lambda context, lock: _held(context, lock))
def acquire(context: Context, name: str, lease_ms: int, timeout_ms: int) -> Held:
    return _held(
        context, context.services.locks.acquire(name, lease_ms=lease_ms, timeout=min(timeout_ms / 1000, MOST_SECONDS))
    )


@host_call("locks", "try-acquire", shape=lambda context, lock: _held(context, lock))
def try_acquire(context: Context, name: str, lease_ms: int) -> Held | None:
    found = context.services.locks.try_acquire(name, lease_ms=lease_ms)
    return None if found is None else _held(context, found)


@host_call("locks", "renew", shape=lambda context, lock: _held(context, lock))
def renew(context: Context, name: str, version: int, lease_ms: int) -> Held:
    return _held(context, context.services.locks.renew(name, version, lease_ms=lease_ms))


@host_call("locks", "release")
def release(context: Context, name: str, version: int) -> None:
    context.services.locks.release(name, version)


@host_call("locks", "get")
def get(context: Context, name: str) -> Held | None:
    found = context.services.locks.get(name)
    return None if found is None else _held(context, found)


def _held(context: Context, lock: Lock) -> Held:
    """A session from outside is no actor, so it has no id."""
    who = ActorId(lock.holder, context.actor.namespace, context.actor.tenant)
    holder = "" if lock.outside else context.host.messaging.self_id(who)
    return Held(lock.name, holder, lock.version, round(lock.expires * 1000))
