"""A counter: the smallest useful gen_server.

    increment   add one                     -> the new count
    add         add the number in payload   -> the new count
    get_count                               -> the count
"""

from plexspaces import GenServer, Reject


class Counter(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "increment":
            self.count += 1
        elif message_type == "add":
            self.count += number(payload)
        elif message_type != "get_count":
            raise Reject(f"unknown message type {message_type}: send increment, add or get_count")
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)


def number(payload):
    try:
        return int(payload)
    except ValueError:
        raise Reject(f"add needs a whole number, not {payload!r}") from None
