# ruff: noqa
"""A state machine that stores nothing by itself: its public attributes are its state."""

import enum
from dataclasses import dataclass

from plexspaces import GenFSM, Reject


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Step:
    name: str
    colour: Colour = Colour.RED


class Machine(GenFSM):
    state = "idle"

    def __init__(self):
        self.steps = []
        self.bad = None

    def handle_transition(self, from_actor, message_type, payload):
        self.steps.append(Step(message_type))
        if message_type == "go":
            return payload
        if message_type == "set":
            self.state = payload
        if message_type == "refuse":
            self.state = "lost"
            raise Reject("not from here")
        if message_type == "number":
            return 7
        if message_type == "break":
            self.bad = open
        if message_type == "steps":
            return f"{len(self.steps)} steps, the last {self.steps[-1]}"
        return None
