"""Works off the queue `orders`: what fails three times becomes a dead letter, of which it keeps the newest few.

    next         wait for an order; it sends this to itself
    called       a call of the foreman to its crew
    get_sales                                       -> how many orders it has carried out

Its initial state is JSON and may say how long it waits for an order, and which actor keeps its ledger:
{"patience_ms": 5000, "ledger": ""}. Every sale is told to the subscribers of the topic `sales` and noted in the ledger.
"""

import json

from plexspaces import Actor, AlreadyExists, Reject, channels, messaging, process_groups

DEFAULTS = {"patience_ms": 5_000, "ledger": "", "sales": 0, "round": 0}
SOON_MS, LATER_MS = 500, 1_000
QUEUE, DEAD, KEPT = "orders", "orders.dead", 5
CREW = "crew"


class Cashier(Actor):
    def init(self, state):
        self.seen = DEFAULTS | json.loads(state or "{}")
        try:
            channels.create_queue(QUEUE, visibility_ms=10_000, max_attempts=3, max_length=100)
        except AlreadyExists:
            pass
        process_groups.create(CREW)
        process_groups.join(CREW)
        self.wait(SOON_MS)

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "next":
            if payload == str(self.seen["round"]):
                self.serve()
        elif message_type not in ("called", "get_sales"):
            raise Reject(f"unknown message type {message_type}: send get_sales")
        return str(self.seen["sales"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def serve(self):
        order = channels.receive_from_queue(QUEUE, timeout_ms=self.seen["patience_ms"])
        self.wait(LATER_MS if order is None else SOON_MS)
        if order is None:
            return
        amount, guests = map(int, order.payload.split("/"))
        try:
            share = amount // guests
        except ZeroDivisionError:
            channels.nack(order)
            self.forget_oldest()
        else:
            channels.ack(order)
            self.seen["sales"] += 1
            channels.publish_to_topic("sales", "sold", str(share))
            if self.seen["ledger"]:
                messaging.tell(self.seen["ledger"], "notify", f"{amount} for {guests}: {share} each")

    def forget_oldest(self):
        """Without this the dead letters would grow for as long as the sample runs."""
        while channels.queue_depth(DEAD) > KEPT:
            channels.ack(channels.receive_from_queue(DEAD))

    def wait(self, milliseconds):
        self.seen["round"] += 1
        messaging.send_after(milliseconds, "next", str(self.seen["round"]))
