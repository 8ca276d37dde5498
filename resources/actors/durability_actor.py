"""A counter that survives: its state and its events come back after a crash, and after the end of the node.

    increment       one more                              -> the count; the event "incremented" is persisted with it
    persist_batch   [["type", "payload"], ...]            -> the sequence number of the last event: all or none are kept
    checkpoint      nothing                               -> the sequence number that the stored state stands for
    get_sequence    nothing                               -> the sequence number of the last event
    get_state       nothing                               -> {"count", "sequence", "checkpoint", "replayed"} as JSON

What the host refuses is refused with its words. Spawn it with --durable. Grant: durability.
"""

import json

from plexspaces import GenServer, HostError, Reject, durability


class Durable(GenServer):
    def init(self, state):
        self.count = int(state or 0)
        self.replayed = self.is_brought_back()

    def handle_request(self, from_actor, message_type, payload):
        try:
            return self.answer(message_type, payload)
        except (HostError, TypeError, ValueError) as error:
            raise Reject(f"{type(error).__name__}: {error}") from None

    def answer(self, message_type, payload):
        if message_type == "increment":
            self.count += 1
            durability.persist("incremented", str(self.count))
            return str(self.count)
        if message_type == "persist_batch":
            return str(durability.persist_batch([(kind, text) for kind, text in json.loads(payload)]))
        if message_type == "checkpoint":
            return str(durability.checkpoint())
        if message_type == "get_sequence":
            return str(durability.sequence())
        if message_type == "get_state":
            return json.dumps(
                {
                    "count": self.count,
                    "sequence": durability.sequence(),
                    "checkpoint": durability.checkpoint_sequence(),
                    "replayed": self.replayed,
                }
            )
        raise Reject(
            f"unknown message type {message_type}: send increment, persist_batch, checkpoint, get_sequence or get_state"
        )

    def is_brought_back(self):
        try:
            return durability.is_replaying()
        except HostError:  # it is not durable, or may not ask
            return False

    def snapshot_state(self):
        return str(self.count)
