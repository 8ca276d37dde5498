"""The actor that the suite speaks to, a second version of it, and events as they come."""

from __future__ import annotations

from workbench.api import Event, Subscription

COUNTER = '''
"""Counts, and misbehaves when it is told to."""
from plexspaces import GenServer, Reject


class Counter(GenServer):
    def init(self, state):
        if state == "bad":
            raise Reject("it cannot start from this")
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "increment":
            self.count += 1
        elif message_type == "add":
            self.count += int(payload)
        elif message_type == "echo":
            return payload
        elif message_type == "print":
            print(payload)
        elif message_type == "crash":
            raise ValueError("this kills it")
        elif message_type == "spin":
            while True:
                pass
        elif message_type == "nothing":
            return None
        elif message_type != "get_count":
            raise Reject(f"unknown message type {message_type}")
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)
'''
DOUBLE = COUNTER.replace("self.count += 1", "self.count += 2")


def happened(events: Subscription, count: int) -> list[Event]:
    """The next `count` events; over the wire they come one by one."""
    found: list[Event] = []
    while len(found) < count:
        more = events.get(10.0)
        assert more, f"only {len(found)} of {count} events came"
        found += more
    return found
