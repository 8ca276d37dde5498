"""Actors in Python: from source on the shared interpreter, and as a component of their own that behaves alike."""

from __future__ import annotations

import time

from workbench.api import ActorState, Crashed, Format, Invalid, Progress, Rejected, SpawnOptions
from workbench.showcase.stage import Stage, milliseconds, size

SAMPLES = {
    "counter_actor.py": ("gen_server",),
    "event_actor.py": ("gen_event", "gen_server"),
    "fsm_actor.py": ("gen_fsm",),
    "service_demo_actor.py": ("gen_event", "gen_server"),
}
BROKEN = b"from plexspaces import GenServer\n\nclass Broken(GenServer):\n    def handle_request(self) return 1\n"
CRASHING = b"""
from plexspaces import GenServer


class Crashing(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return str(1 // 0)
"""


def demonstrate(stage: Stage) -> None:
    node = stage.node
    stage.check("The Python interpreter is a module itself", len(node.info().interpreter) == 64, found=node.info())
    stage.fact(f"Hash: {node.info().interpreter}")
    for file, behaviors in SAMPLES.items():
        started = time.perf_counter()
        module = stage.deploy(file)
        took = milliseconds(started)
        found = sorted(each.value for each in module.behaviors), module.format
        stage.equal(f"{file} is deployed from source", found, (sorted(behaviors), Format.PYTHON))
        stage.fact(f"{', '.join(behaviors)}; {size(module.size_bytes)}, checked and compiled in {took}")
    _talk(stage, "counter")
    _reload(stage)
    _failures(stage)
    _component(stage)


def _talk(stage: Stage, module: str) -> None:
    node = stage.node
    started = time.perf_counter()
    node.actors.spawn(module, "40", options=SpawnOptions(name=module))
    stage.fact(f"{module} started in {milliseconds(started)}")
    node.actors.tell(module, "increment")
    replies = [stage.ask(module, "add", "1"), stage.ask(module, "get_count"), node.actors.snapshot(module)]
    stage.equal(f"{module} counts, answers, and hands out its state", replies, ["42", "42", "42"])
    figures = node.actors.ask(module, "increment").figures
    measured = figures.fuel is not None and figures.fuel > 0 and (figures.memory_bytes or 0) > 0
    stage.check("Each message is measured", measured, found=figures)
    fuel, memory = figures.fuel or 0, figures.memory_bytes or 0
    stage.fact(f"{fuel:,} fuel, {size(memory)} of memory, {figures.wall_ns / 1e6:.2f} ms")
    stage.refused("What it does not know it refuses", Rejected, stage.ask, module, "nonsense")


def _reload(stage: Stage) -> None:
    node = stage.node
    source = node.modules.data("counter").replace(b"self.count += 1", b"self.count += 100")
    changed = node.modules.deploy(source, file_name="counter_actor.py").hash
    started = time.perf_counter()
    node.actors.upgrade("counter", changed)
    took = milliseconds(started)
    stage.equal("Hot reload: other code, with the state carried over", stage.ask("counter", "increment"), "143")
    stage.fact(f"in {took}")
    stage.refused("Broken code is refused with its place", Invalid, node.modules.deploy, BROKEN)
    stage.equal("and never replaces an actor that runs", stage.ask("counter", "increment"), "243")


def _failures(stage: Stage) -> None:
    node = stage.node
    module = node.modules.deploy(CRASHING, file_name="crashing.py", alias="crashing").hash
    node.actors.spawn(module, options=SpawnOptions(name="crashing"))
    try:
        stage.check("An exception ends the actor", False, found=stage.ask("crashing", "divide"))
    except Crashed as error:
        place = error.cause.location if error.cause else None
        where = (place.file, place.line) if place else None
        stage.equal("An exception ends the actor, and its line is known", where, ("crashing.py", 7))
        stage.fact(str(error))
    stage.equal("The others live on", node.actors.get("counter").state, ActorState.IDLE)


def _component(stage: Stage) -> None:
    node = stage.node
    steps: list[str] = []

    def report(step: Progress) -> None:
        steps.append(step.stage)
        stage.progress(step)

    started = time.perf_counter()
    binary = node.modules.build("counter", progress=report, cancel=stage.cancel)
    got = f"{'built by componentize-py' if steps else 'built before, kept'}: {milliseconds(started)}"
    steps.clear()
    started = time.perf_counter()
    module = node.modules.deploy(
        binary, file_name="counter.wasm", alias="component", progress=report, cancel=stage.cancel
    )
    stage.equal("The same source as a WebAssembly component", module.format, Format.COMPONENT)
    stage.fact(f"{got}; {size(len(binary))}")
    stage.fact(f"{'compiled' if steps else 'compiled before, kept'}, deployed: {milliseconds(started)}")
    _talk(stage, "component")
