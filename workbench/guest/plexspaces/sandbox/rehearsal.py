"""A play without an audience, while a component is built: one actor is loaded, started and spoken to.

What an actor's first steps leave behind (specialised bytecode, filled caches, interned names) is then part of the
memory that all actors share, instead of being made again by each of them in pages of its own.
"""

from __future__ import annotations

import json
from typing import Any

from .. import bindings
from . import crash, program
from .stage import Stage

SOURCE = '''
"""Rehearses."""

import dataclasses
import json

from plexspaces import GenEvent, GenFSM, GenServer, Reject


@dataclasses.dataclass
class Kept:
    count: int = 0


class Rehearsal(GenServer, GenEvent):
    """Counts."""

    def init(self, state):
        self.kept = Kept(int(state or 0))
        self.names = {}

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "add":
            self.kept.count += int(payload)
        elif message_type == "json":
            self.names.update(json.loads(payload))
            return json.dumps(self.names)
        elif message_type != "get":
            raise Reject(f"unknown message type {message_type}")
        return str(self.kept.count)

    def fail(self, payload):
        raise ValueError(f"not {payload}")

    def handle_event(self, from_actor, message_type, payload):
        self.names[message_type] = payload

    def snapshot_state(self):
        return str(self.kept.count)
'''
PLAYS, TIMES = 30, 10
"""More often than bytecode has to run before it is specialised."""


def play() -> None:
    """Play it, and take down the stage."""
    for _ in range(PLAYS):
        made = program.from_files({"actor.py": SOURCE})
        stage = Stage()
        loaded = program.from_text(made.to_text())
        stage.load(loaded)
        stage.init(bindings.to_wit(""))
        for number in range(TIMES):
            _turn(stage, "add", str(number))
            _turn(stage, "json", json.dumps({"number": number}))
            stage.handle_event("", "seen", bindings.to_wit("x"))
        stage.snapshot_state()
        _fall(stage, loaded)
        loaded.forget()


def _fall(stage: Stage, loaded: program.Program) -> None:
    """A crash, but for its last word: there is no host yet."""
    actor: Any = stage.actor
    for number in range(TIMES):
        try:
            actor.fail(str(number))
        except ValueError as error:
            crash.headline(crash.fields(error, loaded.paths, tuple(loaded.modules)))


def _turn(stage: Stage, message_type: str, payload: str) -> None:
    stage.handle_request("somebody@node", message_type, bindings.to_wit(payload))
