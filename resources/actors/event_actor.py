"""A log of events that can be queried: gen_event takes them in, gen_server answers.

    notify       remember the payload as an event
    clear        forget all events
    get_events                                     -> the newest events, as a JSON list

It has neither init nor snapshot_state: its public attributes are its state.
"""

import json

from plexspaces import GenEvent, GenServer, Reject

KEPT = 100


class EventLog(GenEvent, GenServer):
    def __init__(self):
        self.events = []

    def handle_event(self, from_actor, message_type, payload):
        if message_type == "notify":
            self.events = [*self.events, payload][-KEPT:]
        elif message_type == "clear":
            self.events = []
        else:
            raise Reject(f"unknown message type {message_type}: send notify, clear or get_events")

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "get_events":
            return json.dumps(self.events, default=repr)
        self.handle_event(from_actor, message_type, payload)
        return ""
