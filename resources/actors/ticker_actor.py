"""A clock that keeps other actors busy: it counts, notes events and drives a state machine, again and again.

    tick        one round; it sends this to itself
    get_ticks                                       -> how many rounds it has made

Its initial state is JSON; everything may be left out:

    {"counter": "counter", "events": "events", "workflow": "workflow", "every_ms": 1000}
"""

import json

from plexspaces import Actor, HostError, Reject, log, messaging

DEFAULTS = {"counter": "counter", "events": "events", "workflow": "workflow", "every_ms": 1000, "ticks": 0, "timer": 0}
ROUND = ("start", "complete", "reset")


class Ticker(Actor):
    def init(self, state):
        self.settings = DEFAULTS | json.loads(state or "{}")
        if self.settings["timer"]:
            messaging.cancel_timer(self.settings["timer"])  # of the instance before this one
        self.wait()

    def handle_message(self, from_actor, message_type, payload):
        if message_type == "tick":
            self.tick()
        elif message_type != "get_ticks":
            raise Reject(f"unknown message type {message_type}: send get_ticks")
        return str(self.settings["ticks"])

    def snapshot_state(self):
        return json.dumps(self.settings)

    def tick(self):
        self.settings["ticks"] += 1
        self.wait()
        self.reach("workflow", messaging.tell, ROUND[(self.settings["ticks"] - 1) % len(ROUND)])
        self.reach("counter", messaging.tell, "increment")
        count = self.reach("counter", messaging.ask, "get_count")
        event = f"tick {self.settings['ticks']}, count {count}"
        self.reach("events", messaging.tell, "notify", event)
        print(event)

    def wait(self):
        self.settings["timer"] = messaging.send_after(self.settings["every_ms"], "tick")

    def reach(self, target, send, message_type, payload=""):
        """Send a message; whoever is not there is missed, but not waited for."""
        try:
            return send(self.settings[target], message_type, payload)
        except HostError as error:
            log.warn(f"cannot reach {target}: {error}")
            return None
