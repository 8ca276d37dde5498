"""Keys and values, kept by the node and shared by the actors of one tenant and namespace.

    store       {"key": "a", "value": "1"}, and "ttl_ms": 60000 for a value that goes away
    retrieve    a key                        -> its value; refused when there is no such key
    delete      a key                        -> true or false: whether it was there
    list        a prefix, or nothing         -> the keys that begin with it, as a JSON list

What the host refuses is refused with its words. Grant: keyvalue.
"""

import json

from plexspaces import GenServer, HostError, Reject, keyvalue


class KeyValue(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "store":
            wanted = settings(payload)
            keyvalue.put(wanted["key"], wanted["value"], ttl_ms=wanted.get("ttl_ms"))
            return ""
        if message_type == "retrieve":
            value = keyvalue.get(payload)
            if value is None:
                raise Reject(f"there is no key {payload!r}")
            return value
        if message_type == "delete":
            return json.dumps(keyvalue.delete(payload))
        if message_type == "list":
            return json.dumps(keyvalue.list_keys(payload))
        raise Reject(f"unknown message type {message_type}: send store, retrieve, delete or list")


def settings(payload):
    try:
        wanted = json.loads(payload)
        if isinstance(wanted["key"], str) and isinstance(wanted["value"], str):
            return wanted
    except (ValueError, TypeError, KeyError):
        pass
    raise Reject(f'store needs {{"key": "a", "value": "1"}}, not {payload!r}')
