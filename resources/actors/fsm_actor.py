"""A piece of work as a finite state machine (gen_fsm).

    start       idle -> processing
    complete    processing -> done
    reset       any state -> idle
    get_state   stays where it is

The reply to a call is the name of the state after it.
"""

from plexspaces import GenFSM, Reject

TRANSITIONS = {
    ("idle", "start"): "processing",
    ("processing", "complete"): "done",
}


class Workflow(GenFSM):
    state = "idle"

    def handle_transition(self, from_actor, message_type, payload):
        if message_type == "get_state":
            return None
        if message_type == "reset":
            return "idle"
        if (self.state, message_type) not in TRANSITIONS:
            raise Reject(f"{message_type} is not possible in the state {self.state}")
        return TRANSITIONS[self.state, message_type]
