# ruff: noqa
"""A test bench: it does what the message says, so that one component serves many tests."""

import json
import random
import sys
import time
import uuid

from plexspaces import (
    Actor,
    GenEvent,
    GenServer,
    HostError,
    Reject,
    blob,
    channels,
    host,
    keyvalue,
    log,
    messaging,
    registry,
    tuplespace,
)

BORN = random.random()
MODULES = (channels, host, keyvalue, log, messaging, tuplespace)


class Bench(GenServer, GenEvent, Actor):
    """Does what it is told."""

    def init(self, state):
        if state == "refuse":
            raise Reject("not today")
        if state == "crash":
            raise ValueError("stillborn")
        self.state = state
        self.seen = []
        print(f"born with {state!r}")

    def snapshot_state(self):
        if self.state == "unsaveable":
            raise KeyError("lost")
        if self.state == "number":
            return 7
        return self.state

    def shutdown(self):
        print("goodbye")
        if self.state == "bad end":
            raise OSError("no strength left")

    def handle_event(self, from_actor, message_type, payload):
        if message_type == "refuse":
            raise Reject("no such event")
        if message_type == "crash":
            fall(payload)
        self.seen.append((message_type, from_actor))

    def handle_message(self, from_actor, message_type, payload):
        raise AssertionError("a gen_server and gen_event never gets here")

    def handle_request(self, from_actor, message_type, payload):
        return getattr(self, "do_" + message_type)(payload, from_actor)

    def do_run(self, payload, from_actor):
        """Run Python; the reply is the value of `reply`."""
        names = {**globals(), "self": self, "from_actor": from_actor, "reply": ""}
        exec(payload, names)
        return names["reply"]

    def do_evaluate(self, payload, from_actor):
        """The value of an expression as text, or the error that the host answered with."""
        try:
            return repr(eval(payload, {**globals(), "self": self}))
        except (HostError, TypeError, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    def do_echo(self, payload, from_actor):
        return payload

    def do_seen(self, payload, from_actor):
        return json.dumps(self.seen)

    def do_crash(self, payload, from_actor):
        print("before the fall", end="")
        fall(payload)

    def do_chain(self, payload, from_actor):
        try:
            fall(payload)
        except ValueError as error:
            raise RuntimeError("the second") from error

    def do_library(self, payload, from_actor):
        return json.loads(payload)

    def do_exit(self, payload, from_actor):
        sys.exit(int(payload))

    def do_deep(self, payload, from_actor):
        return self.do_deep(payload, from_actor)

    def do_memory(self, payload, from_actor):
        self.hoard = []
        while True:
            self.hoard.append(bytearray(1 << 20))

    def do_spin(self, payload, from_actor):
        while True:
            pass


def fall(why):
    raise ValueError(f"\u00e9h, {why}")
