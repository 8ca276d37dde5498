"""One process that takes mutants through the reader and a real node, and says before and after each how it went.

    python -m tests.mutants.worker MODULE FIRST COUNT [crash|hang]

Each line is a JSON object: {"seed"} before, {"seed", "outcome"} after. An outcome is `reader` (the reader refused it),
`checks` (a name or type is none of ours), `engine` (the engine refused it), `start` (it did not come to life),
`trapped` (it did, and ended in its first turn), `ran` or `rejected`. Anything else is a fault, told with its text.
With `crash` or `hang` the worker does that at its last seed: the harness must notice.
"""

from __future__ import annotations

import ctypes
import json
import logging
import sys
import threading
import traceback

from wasmtime import Module, WasmtimeError
from wasmtime.component import Component

import workbench
from tests.mutants.modules import modules
from tests.mutants.mutation import mutated
from workbench.api import Crashed, Exhausted, Internal, Invalid, Node, Rejected, SpawnOptions, Timeout, WorkbenchError
from workbench.wasm import binary
from workbench.wasm.binary.contents import read_contents
from workbench.wasm.engine import new_engine

_ENGINE = new_engine()


def main(name: str, first: int, count: int, planted: str = "") -> None:
    logging.disable()
    with workbench.connect("embedded:") as node:
        for seed in range(first, first + count):
            _say(seed=seed)
            if planted and seed == first + count - 1:
                _misbehave(planted)
            _say(seed=seed, outcome=_outcome(node, mutated(modules()[name], seed)))


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _misbehave(planted: str) -> None:
    if planted == "crash":
        ctypes.string_at(1)
    threading.Event().wait()


def _outcome(node: Node, data: bytes) -> str:
    try:
        return taken(node, data, readable=_readable(data))
    except Exception:
        return traceback.format_exc()


def _readable(data: bytes) -> bool:
    try:
        found = binary.read(data)
    except Invalid:
        return False
    binary.with_probe(data, found)
    read_contents(data, found)
    return True


def taken(node: Node, data: bytes, *, readable: bool) -> str:
    try:
        module = node.modules.deploy(data, file_name="mutant.wasm").hash
    except Invalid as error:
        if not readable:
            if _valid(data):
                raise Internal("the reader refuses what the engine takes") from error
            return "reader"
        return "engine" if error.message.startswith("the engine") else "checks"
    try:
        node.modules.describe(module)
        return _called(node, module)
    finally:
        node.modules.remove(module)


def _valid(data: bytes) -> bool:
    try:
        (Module if data[4:5] == b"\1" else Component)(_ENGINE, data)
    except WasmtimeError:
        return False
    return True


def _called(node: Node, module: str) -> str:
    try:
        actor = node.actors.spawn(module, options=SpawnOptions(profile="strict", name="mutant")).id
    except (Crashed, Exhausted, Invalid, Rejected, Timeout):
        return "start"
    try:
        node.actors.ask(actor, "increment", "5", timeout=10.0)
        node.actors.snapshot(actor)
        return "ran"
    except Rejected:
        return "rejected"
    except (Crashed, Exhausted, Timeout):
        return "trapped"
    finally:
        try:
            node.actors.stop(actor)
        except WorkbenchError as error:
            if isinstance(error, Internal):
                raise


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
