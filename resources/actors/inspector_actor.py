"""Waits for a tuple that nobody writes: its pattern wants a text where all jobs have a number.

    next         wait again; it sends this to itself
    get_waits                                       -> how often it has waited

Its initial state is JSON and may say how long it waits: {"patience_ms": 30000}. The panel TupleSpace and `workbench tuple near` say what is in the way.
"""

import json

from plexspaces import Actor, Reject, messaging, tuplespace
from plexspaces.tuplespace import where

DEFAULTS = {"patience_ms": 30_000, "waits": 0}
SOON_MS, LATER_MS = 100, 1_000


class Inspector(Actor):
    def init(self, state):
        self.seen = DEFAULTS | json.loads(state or "{}")
        self.wait(SOON_MS)

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "next":
            if payload == str(self.seen["waits"]):
                tuplespace.take(("job", str, where(">=", 100)), timeout_ms=self.seen["patience_ms"])
                self.wait(LATER_MS)
        elif message_type != "get_waits":
            raise Reject(f"unknown message type {message_type}: send get_waits")
        return str(self.seen["waits"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def wait(self, milliseconds):
        self.seen["waits"] += 1
        messaging.send_after(milliseconds, "next", str(self.seen["waits"]))
