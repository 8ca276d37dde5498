"""Paints while it holds the lock `brush`, of which there is one: two painters take it in turn.

    paint        wait for the brush and begin; it sends this to itself
    rest         give the brush away
    called       a call of the foreman to its crew
    get_walls                                       -> how many walls it has painted

Its initial state is JSON and may say how long it waits for the brush: {"patience_ms": 8000}.
"""

import json

from plexspaces import Actor, Conflict, Reject, Timeout, keyvalue, locks, messaging, process_groups

BRUSH, CREW = "brush", "crew"
DEFAULTS = {"patience_ms": 8_000, "walls": 0, "round": 0}
LEASE_MS, WALL_MS, PAUSE_MS = 10_000, 3_000, 500


class Painter(Actor):
    def init(self, state):
        self.seen = DEFAULTS | json.loads(state or "{}")
        self.brush = locks.get(BRUSH)
        if self.brush is not None and self.brush.holder == messaging.self_id():
            locks.release(self.brush)  # of an instance before this one
        process_groups.create(CREW)
        process_groups.join(CREW, ["calls", "colours"])
        self.after(PAUSE_MS, "paint")

    def handle_message(self, from_actor, message_type, payload):
        if message_type in ("paint", "rest"):
            if payload == str(self.seen["round"]):
                self.paint() if message_type == "paint" else self.rest()
        elif message_type not in ("called", "get_walls"):
            raise Reject(f"unknown message type {message_type}: send get_walls")
        return str(self.seen["walls"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def paint(self):
        try:
            self.brush = locks.acquire(BRUSH, lease_ms=LEASE_MS, timeout_ms=self.seen["patience_ms"])
        except Timeout:
            self.after(PAUSE_MS, "paint")
        else:
            self.after(WALL_MS, "rest")

    def rest(self):
        self.after(PAUSE_MS, "paint")
        try:
            locks.release(self.brush)
        except Conflict:
            return  # somebody has taken the brush away meanwhile
        self.seen["walls"] = keyvalue.increment(f"walls:{messaging.self_id().rpartition('@')[0]}")

    def after(self, milliseconds, message_type):
        """One thing at a time: what was to be done before is void."""
        self.seen["round"] += 1
        messaging.send_after(milliseconds, message_type, str(self.seen["round"]))
