"""Takes jobs out of the tuple space, those that are not too large, and tells the registry that it is alive.

    next         wait for a job and do it; it sends this to itself
    called       a call of the foreman to its crew
    get_done                                        -> how many jobs it has done

Its initial state is JSON and may say how long it waits for a job: {"patience_ms": 5000}. What it has done is ("done", number, share of the largest size), which stays for a minute.
"""

import json

from plexspaces import Actor, Reject, keyvalue, messaging, process_groups, registry, tuplespace
from plexspaces.tuplespace import where

LARGEST = 100
DEFAULTS = {"patience_ms": 5_000, "done": 0, "round": 0}
SOON_MS, LATER_MS, DONE_MS, LAST_MS, ALIVE_MS = 100, 1_000, 60_000, 30_000, 10_000
SERVICE, CREW = "job-worker", "crew"


class Worker(Actor):
    def init(self, state):
        self.seen = DEFAULTS | json.loads(state or "{}")
        labels = {"takes": "job", "largest": str(LARGEST)}
        registry.register(
            SERVICE, object_type="service", address=messaging.self_id(), labels=labels, ttl_ms=ALIVE_MS
        )
        process_groups.create(CREW)
        process_groups.join(CREW, ["calls"])
        self.wait(SOON_MS)

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "next":
            if payload == str(self.seen["round"]):
                self.work()
        elif message_type == "called":
            print(f"{from_actor} says: {payload}")
        elif message_type != "get_done":
            raise Reject(f"unknown message type {message_type}: send get_done")
        return str(self.seen["done"])

    def snapshot_state(self):
        return json.dumps(self.seen)

    def work(self):
        registry.heartbeat(SERVICE)
        job = tuplespace.take(("job", int, where("<=", LARGEST)), timeout_ms=self.seen["patience_ms"])
        self.wait(LATER_MS if job is None else SOON_MS)
        if job is not None:
            number, size = job[1:]
            tuplespace.write(("done", number, size / LARGEST), ttl_ms=DONE_MS)
            self.seen["done"] = keyvalue.increment("jobs:done")
            keyvalue.put("jobs:last", json.dumps({"job": number, "size": size}), ttl_ms=LAST_MS)

    def wait(self, milliseconds):
        self.seen["round"] += 1
        messaging.send_after(milliseconds, "next", str(self.seen["round"]))
