"""A worker that does small jobs well and now and then one that ends it: its supervisor starts it again.

    divide       "84/7": the quotient of two whole numbers
    steps        "27": how many steps the number takes to 1 (halved when even, else times three and one)
    tick         the next job of its round; it sends this to itself
    get_done                                        -> how many jobs it has done since it was started

The last job of a round divides by zero, or never comes to 1 and runs out of fuel. Both are casts, so they become dead
letters that can be mended and sent again: "84/0" as "84/2", "0" as "8".
"""

from plexspaces import GenEvent, GenServer, Reject, messaging

EVERY_MS = 1200
ROUND = (("divide", "84/7"), ("steps", "27"), ("divide", "99/9"), ("steps", "97"))
LAST = (("divide", "84/0"), ("steps", "0"))


class Flaky(GenEvent, GenServer):
    def init(self, state):
        self.done, self.ticks, self.timer = 0, 0, 0
        self.wait()

    def handle_event(self, from_actor, message_type, payload):
        if message_type == "tick":
            self.wait()
            messaging.tell(messaging.self_id(), *self.next_job())
        elif message_type in ("divide", "steps"):
            print(f"{message_type} {payload}: {divide(payload) if message_type == 'divide' else steps(int(payload))}")
            self.done += 1
        else:
            raise Reject(f"unknown message type {message_type}: send divide or steps")

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "get_done":
            return str(self.done)
        raise Reject(f"unknown message type {message_type}: call get_done, cast divide or steps")

    def snapshot_state(self):
        return ""  # it begins anew each time

    def next_job(self):
        self.ticks += 1
        if self.ticks <= len(ROUND):
            return ROUND[self.ticks - 1]
        self.ticks = 0
        return LAST[messaging.now_ms() // 1000 % len(LAST)]

    def wait(self):
        if self.timer:
            messaging.cancel_timer(self.timer)
        self.timer = messaging.send_after(EVERY_MS, "tick")


def divide(job):
    whole, part = job.split("/")
    return int(whole) // int(part)


def steps(number):
    count = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        count += 1
    return count
