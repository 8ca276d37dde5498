"""Services that can be found: whoever offers one registers it, others look it up by its id, type or labels.

    register     {"id": "till", "object_type": "service", "address": "http://…", "labels": {"zone": "a"},
                  "ttl_ms": 5000}, or an id alone
    lookup       an id                                          -> the entry as JSON; refused when there is none
    discover     a type, or {"object_type": "service", "labels": {"zone": "a"}, "health": "healthy"}
                                                                -> the ids, as a JSON list
    unregister   an id

Without a type it is `actor`, without an address this actor's own id; with `ttl_ms` an entry needs heartbeats.
What the host refuses is refused with its words. Grants: registry, messaging.
"""

import json

from plexspaces import GenServer, HostError, Reject, messaging, registry


class Registry(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "register":
            return register(payload)
        if message_type == "lookup":
            found = registry.lookup(payload)
            if found is None:
                raise Reject(f"nothing is registered under {payload!r}")
            return json.dumps(entry(found))
        if message_type == "discover":
            wanted = settings(payload, "object_type")
            found = registry.discover(
                object_type=wanted.get("object_type") or None,
                labels=wanted.get("labels"),
                health=wanted.get("health"),
            )
            return json.dumps([each.id for each in found])
        if message_type == "unregister":
            registry.unregister(payload)
            return ""
        raise Reject(f"unknown message type {message_type}: send register, lookup, discover or unregister")


def register(payload):
    wanted = settings(payload, "id")
    if "id" not in wanted:
        raise Reject(f"the id is missing in {payload}")
    registry.register(
        wanted["id"],
        object_type=wanted.get("object_type", "actor"),
        address=wanted.get("address") or messaging.self_id(),
        labels=wanted.get("labels"),
        ttl_ms=wanted.get("ttl_ms"),
    )
    return ""


def settings(payload, name):
    """A word alone stands for the one setting `name`."""
    if not isinstance(payload, str):
        raise Reject("the payload must be text, not bytes")
    try:
        return json.loads(payload) if payload.startswith("{") else {name: payload}
    except ValueError as error:
        raise Reject(f"the payload is no JSON: {error}") from None


def entry(found):
    return {
        "id": found.id,
        "object_type": found.object_type,
        "address": found.address,
        "labels": dict(found.labels),
        "health": found.health.value,
    }
