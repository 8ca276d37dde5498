"""Writes jobs into the tuple space for whoever takes them, counts them in a key, calls its crew and reports in a blob.

    tick         the next job; it sends this to itself
    sold         a sale that the topic `sales` tells of
    get_written                                     -> how many jobs it has written

A job is ("job", number, size). Every third is too large for the worker: it stays until its time is over.
"""

import json

from plexspaces import Actor, Reject, blob, channels, keyvalue, messaging, process_groups, tuplespace

EVERY_MS = 2_000
JOB_MS = 60_000
SIZES = (20, 45, 140)
CREW, CALL_EVERY = "crew", 5


class Foreman(Actor):
    def init(self, state):
        self.seen = {"jobs": 0, "sold": 0, "round": 0} | json.loads(state or "{}")
        process_groups.create(CREW)
        channels.subscribe_to_topic("sales", filter="sold")
        self.wait()

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "tick":
            if payload == str(self.seen["round"]):  # not one of an instance before this one
                self.tick()
        elif message_type == "sold":
            self.seen["sold"] = keyvalue.increment("shop:sold")
        elif message_type != "get_written":
            raise Reject(f"unknown message type {message_type}: send get_written")
        return str(self.seen["jobs"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def tick(self):
        self.wait()
        number = self.seen["jobs"] = keyvalue.increment("jobs:written")
        tuplespace.write(("job", number, SIZES[number % len(SIZES)]), ttl_ms=JOB_MS)
        if number % CALL_EVERY == 0:
            process_groups.publish(CREW, "called", f"{number} jobs so far", topic="calls")
            report = json.dumps({"jobs": number, "sold": self.seen["sold"], "sizes": SIZES}, indent=2)
            blob.upload("reports", "jobs.json", report, content_type="application/json")

    def wait(self):
        self.seen["round"] += 1
        messaging.send_after(EVERY_MS, "tick", str(self.seen["round"]))
