"""Puts an order into the queue `orders` every three seconds; each tenth cannot be carried out by anybody.

    tick         the next order; it sends this to itself
    get_sent                                        -> how many orders it has sent

An order is the payload "84/7": an amount, and by how many it is shared. "84/0" ends among the dead letters, where it can
be mended and sent again.
"""

import json

from plexspaces import Actor, Exhausted, Reject, channels, messaging

EVERY_MS, ORDER_MS = 3_000, 300_000
QUEUE = "orders"
GUESTS = (7, 2, 3, 4, 6, 12, 14, 21, 28, 0)


class Shop(Actor):
    def init(self, state):
        self.seen = {"sent": 0, "round": 0} | json.loads(state or "{}")
        self.wait()

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "tick":
            if payload == str(self.seen["round"]):
                self.order()
        elif message_type != "get_sent":
            raise Reject(f"unknown message type {message_type}: send get_sent")
        return str(self.seen["sent"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def order(self):
        self.wait()
        guests = GUESTS[self.seen["sent"] % len(GUESTS)]
        self.seen["sent"] += 1
        try:
            channels.send_to_queue(QUEUE, "share", f"84/{guests}", ttl_ms=ORDER_MS)
        except Exhausted:
            pass  # the cashier is away: the queue is full, and this guest goes elsewhere

    def wait(self):
        self.seen["round"] += 1
        messaging.send_after(EVERY_MS, "tick", str(self.seen["round"]))
