"""A tree of the model as a real one: real actors, whose births can be blocked, and a trace of what happens to them."""

from __future__ import annotations

from types import TracebackType

from tests.unit.core_modules import module, request, texts
from tests.unit.otp_model import Sup, Work
from workbench.api import (
    Area,
    ChildSpec,
    Crashed,
    Rejected,
    Restart,
    SpawnOptions,
    Strategy,
    SupervisorSpec,
    WorkbenchError,
)
from workbench.node import LocalNode

FLAG = "(i32.add (i32.const 5000) (i32.load8_u (i32.add (local.get $payload) (i32.const 1))))"
GATE = module(
    texts(no="blocked"),
    request(
        f"""(if (i32.eq (i32.load8_u (local.get $type)) (i32.const 98)) (then (i32.store8 {FLAG} (i32.const 1))))
        (if (i32.eq (i32.load8_u (local.get $type)) (i32.const 102)) (then (i32.store8 {FLAG} (i32.const 0))))
        (global.set $next (i32.const 8192))
        (if (result i64) (i32.and (i32.eq (i32.load8_u (local.get $type)) (i32.const 109)) (i32.load8_u {FLAG}))
          (then (call $refused (call $no))) (else (i64.const 0)))"""
    ),
)
"""`block` and `free` a letter; `may` is refused for a blocked one. The payload is `?` and the letter."""
WORDS = {"actors.spawned": "start", "actors.restarted": "start", "actors.stopped": "stop", "actors.crashed": "crash"}


class Real:
    """The tree runs inside a `with`; `fragile` is deployed on the node."""

    def __init__(self, node: LocalNode, tree: Sup) -> None:
        self._node, self._tree = node, tree

    def __enter__(self) -> Real:
        info = self._node.modules.deploy(GATE, file_name="gate.wat")
        self._node.actors.spawn(info.hash, options=SpawnOptions(name="gate"))
        self._events = self._node.subscribe([Area.ACTORS])
        self._node.supervision.apply(spec_of(self._tree))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._events.close()
        self._node.supervision.remove(self._tree.name)
        for info in self._node.actors.list():
            self._node.actors.stop(info.id)

    def take_trace(self) -> list[str]:
        events = (event for event in self._events.get(0) if event.kind in WORDS and event.subject != "gate")
        return [f"{WORDS[event.kind]} {event.subject}" for event in events]

    def workers(self) -> list[str]:
        alive = (info for info in self._node.actors.list() if info.id.name != "gate" and info.state == "idle")
        return sorted(info.id.name for info in alive)

    def listed(self) -> list[str]:
        """The children of the supervisors that run, whether they run or not; supervisors below are not counted."""
        running = [info for info in self._node.supervision.list() if info.state == "idle"]
        return sorted(child.name for info in running for child in info.children if not child.supervisor)

    def end(self, name: str, *, abnormal: bool) -> None:
        if abnormal:
            try:
                self._node.actors.ask(name, "die")
            except Crashed:
                return
            raise AssertionError(f"{name} did not die")
        self._node.actors.stop(name)

    def block(self, name: str) -> None:
        self._node.actors.ask("gate", "block", f"?{name}")

    def free(self, name: str) -> None:
        self._node.actors.ask("gate", "free", f"?{name}")

    def start_child(self, pool: str) -> str | None:
        try:
            return self._node.supervision.start_child(pool).name
        except (Rejected, WorkbenchError):
            return None

    def wait(self, seconds: float) -> None:
        self._node._machine.clock.advance(seconds)  # type: ignore[attr-defined]


def spec_of(tree: Sup) -> SupervisorSpec:
    return SupervisorSpec(
        tree.name,
        Strategy(tree.strategy),
        tree.intensity,
        round(tree.period * 1000),
        children=tuple(_child(child) for child in tree.children),
    )


def _child(child: Work | Sup) -> ChildSpec:
    restart = Restart(child.restart)
    if isinstance(child, Sup):
        return ChildSpec(child.name, restart=restart, supervisor=spec_of(child))
    return ChildSpec(child.name, "fragile", f"?{child.name}", restart=restart)
