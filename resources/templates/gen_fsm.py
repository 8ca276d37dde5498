"""A job: idle, then processing, then done. The reply to a call is the state after it."""

from plexspaces import GenFSM, Reject

TRANSITIONS = {("idle", "start"): "processing", ("processing", "complete"): "done"}


class Example(GenFSM):
    state = "idle"

    def init(self, state):
        self.state = state or "idle"

    def handle_transition(self, from_actor, message_type, payload):
        if message_type == "reset":
            return "idle"
        if message_type == "get_state":
            return ""
        if (self.state, message_type) not in TRANSITIONS:
            raise Reject(f"{message_type} is not possible while {self.state}")
        return TRANSITIONS[self.state, message_type]

    def snapshot_state(self):
        return self.state
