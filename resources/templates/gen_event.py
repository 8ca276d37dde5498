"""A log of events: it takes note of each one, and can be asked for them."""

import json

from plexspaces import GenEvent, GenServer, Reject


class Example(GenEvent, GenServer):
    def init(self, state):
        self.events = json.loads(state or "[]")

    def handle_event(self, from_actor, message_type, payload):
        self.events.append([message_type, payload])

    def handle_request(self, from_actor, message_type, payload):
        if message_type != "get_events":
            raise Reject(f"unknown message type {message_type}")
        return json.dumps(self.events)

    def snapshot_state(self):
        return json.dumps(self.events)
