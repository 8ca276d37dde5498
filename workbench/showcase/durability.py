"""Durable actors: what they did is on disk before anybody learns of it; a crash and the node's end take none of it."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import replace
from typing import Any

import workbench
from workbench.api import Conflict, Crashed, Node, Rejected, SpawnOptions
from workbench.api.journal import KEY_HEADER
from workbench.api.turns import BirthReason
from workbench.showcase.stage import Stage, milliseconds, source

ACTOR = "durability_actor.py"
TURNS = 200
TOO_LITTLE = 1_000
"""Fuel with which no message of a Python actor is handled."""


def demonstrate(stage: Stage) -> None:
    stage.start(ACTOR, "ledger", durable=True)
    _kept(stage)
    _crash(stage)
    _once(stage)
    _checkpoint(stage)
    _speed(stage)
    _refused(stage)
    _end_of_the_node(stage)


def _kept(stage: Stage) -> None:
    replies = [stage.ask("ledger", "increment") for _ in range(3)]
    stage.equal("A durable actor counts", replies, ["1", "2", "3"])
    batch = stage.ask("ledger", "persist_batch", [["opened", "till"], ["paid", "7"]])
    stage.equal("Persist batch: two events at once", batch, "5")
    events = [(event.sequence, event.type) for event in stage.node.journal.events("ledger")]
    kept = [(1, "incremented"), (2, "incremented"), (3, "incremented"), (4, "opened"), (5, "paid")]
    stage.equal("Its events are kept, numbered without gaps", events, kept)
    info = stage.node.journal.get("ledger")
    stage.equal("and each of its turns, from its birth on", (info.first, info.last, info.entries), (1, 5, 5))
    stage.fact(f"{info.bytes:,} bytes in the journal")


def _crash(stage: Stage) -> None:
    actors = stage.node.actors
    limits, turns = actors.get("ledger").limits, stage.node.journal.get("ledger").entries
    actors.set_limits("ledger", replace(limits, fuel=TOO_LITTLE))
    stage.refused("A turn without fuel crashes it", Crashed, stage.ask, "ledger", "increment")
    actors.set_limits("ledger", limits)
    started = time.perf_counter()
    actors.restart("ledger")
    state = stage.asked("ledger", "get_state")
    stage.equal("Restarted, it is as it was before that message", _state(state), {"count": 3, "sequence": 5})
    stage.fact(f"first reply after {milliseconds(started)}, with {turns} entries in the journal")
    stage.check("It was told that it was brought back", state["replayed"], found=state)
    births = [turn.birth.reason for turn in stage.node.journal.entries("ledger") if turn.birth is not None]
    stage.equal("and the journal says so too", births, [BirthReason.SPAWN, BirthReason.RECOVERY])


def _state(found: Any) -> dict[str, Any]:
    return {name: found[name] for name in ("count", "sequence")}


def _once(stage: Stage) -> None:
    replies = [_with_key(stage.node, "order-7") for _ in range(2)]
    stage.equal("Idempotency key: sent again, the message gets the recorded reply", replies, ["4", "4"])
    state = _state(stage.asked("ledger", "get_state"))
    stage.equal("and is not handled again", state, {"count": 4, "sequence": 6})


def _with_key(node: Node, key: str) -> str:
    return str(node.actors.ask("ledger", "increment", headers={KEY_HEADER: key}).payload)


def _checkpoint(stage: Stage) -> None:
    journal = stage.node.journal
    stage.refused("Without a checkpoint every entry is needed", Conflict, journal.compact, "ledger")
    stage.equal("Checkpoint: the actor stores its state", stage.ask("ledger", "checkpoint"), "6")
    info = journal.get("ledger")
    removed, left = journal.compact("ledger"), journal.get("ledger").entries
    stage.equal("Compacted: what lies before it is gone", (removed, left), (info.entries, info.last - info.checkpoint))
    stage.ask("ledger", "increment")
    stage.node.actors.kill("ledger")
    stage.node.actors.restart("ledger")
    state = _state(stage.asked("ledger", "get_state"))
    stage.equal("and it still comes back", state, {"count": 5, "sequence": 7})
    stage.equal("Every entry is as it was written", list(journal.verify()), [])


def _speed(stage: Stage) -> None:
    """What a commit on disk costs, and how long it takes to come back."""
    started = time.perf_counter()
    for _ in range(TURNS):
        stage.ask("ledger", "get_sequence")
    rate = TURNS / (time.perf_counter() - started)
    stage.node.actors.kill("ledger")
    started = time.perf_counter()
    stage.node.actors.restart("ledger")
    took = milliseconds(started)
    state = _state(stage.asked("ledger", "get_state"))
    stage.equal(f"{TURNS} turns later it comes back", state, {"count": 5, "sequence": 7})
    stage.facts(f"Turns on disk: {rate:,.0f} per second", f"Recovery: {took}")


def _refused(stage: Stage) -> None:
    stage.start(ACTOR, "plain")
    stage.refused("Who is not durable keeps nothing", Rejected, stage.ask, "plain", "increment")
    stage.refused("The journal of one that is there stays", Conflict, stage.node.journal.remove, "ledger")


def _end_of_the_node(stage: Stage) -> None:
    """A node of its own, that ends and is started again on its workspace."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        with workbench.connect(f"embedded:{folder}") as node:
            module = node.modules.deploy(source(ACTOR), file_name=ACTOR)
            node.actors.spawn(module.hash, "40", options=SpawnOptions("ledger", durable=True))
            counted = node.actors.ask("ledger", "increment").payload, _with_key(node, "order-8")
            stage.equal("On another node one counts on from its initial state", counted, ("41", "42"))
        started = time.perf_counter()
        with workbench.connect(f"embedded:{folder}") as node:
            state = json.loads(node.actors.ask("ledger", "get_state").payload)
            took = milliseconds(started)
            found = _state(state)
            stage.equal("That node ended and was started again: it goes on", found, {"count": 42, "sequence": 2})
            stage.fact(f"first reply {took} after the start of the node")
            stage.equal("and a key from before is still known", _with_key(node, "order-8"), "42")
            node.actors.stop("ledger")
        with workbench.connect(f"embedded:{folder}") as node:
            there = [info.id.name for info in node.actors.list()], node.journal.get("ledger").runs
            stage.equal("One that was stopped does not come back by itself", there, ([], False))
