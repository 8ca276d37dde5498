"""A counter: it answers each request, and keeps its count over a reload."""

from plexspaces import GenServer, Reject


class Example(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "increment":
            self.count += 1
        elif message_type == "add":
            self.count += int(payload)
        elif message_type != "get_count":
            raise Reject(f"unknown message type {message_type}")
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)
