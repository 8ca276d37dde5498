"""A small core actor that can be killed and refused at will, and a node whose time stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.unit.core_modules import imported, module, request, texts
from workbench.api import ChildSpec, Node, Restart, Strategy, SupervisorSpec, WorkbenchError
from workbench.clock import FakeClock
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

FIRST = "(i32.load8_u (local.get $type))"
FRAGILE = module(
    texts(gate="gate", may="may", no="no"),
    # init: with the state `?`, the actor called gate is asked whether it may live; any other state is the count
    """(global $count (mut i32) (i32.const 48))
    (func (export "init") (param $at i32) (param $size i32) (result i64)
      (if (i32.eqz (local.get $size)) (then (return (i64.const 0))))
      (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 63)) (then
        (global.set $count (i32.load8_u (local.get $at))) (return (i64.const 0))))
      (call $ask (call $gate) (call $may) (local.get $at) (local.get $size) (i64.const 5000)))
    (func (export "snapshot_state") (result i64)
      (i32.store8 (i32.const 4000) (global.get $count)) (call $text (i32.const 4000) (i32.const 1)))""",
    request(
        f"""(if (i32.eq {FIRST} (i32.const 100)) (then (unreachable)))
        (if (i32.eq {FIRST} (i32.const 105)) (then
          (global.set $count (i32.add (global.get $count) (i32.const 1)))))
        (if (i32.eq {FIRST} (i32.const 115)) (then (loop $for_ever (br $for_ever))))
        (i32.store8 (i32.const 4000) (global.get $count)) (call $text (i32.const 4000) (i32.const 1))"""
    ),
    imports=imported("ask", "i32 i32 i32 i32 i32 i32 i64"),
)
"""`die` traps, `increment` counts, `spin` never ends, else it gives the count; `init` with `?` asks `gate`."""


@contextmanager
def stepped_node(**settings: int) -> Iterator[LocalNode]:
    """A node without threads, in which time passes when nothing else can happen; `fragile` is deployed."""
    machine = Machine(None, replace(load(), **settings), clock=FakeClock())
    with LocalNode(machine) as node:
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        yield node


def settle(node: LocalNode) -> None:
    """Let everything happen that can happen without time passing."""
    node._machine.scheduler.run_until_idle()


def child(name: str, restart: Restart = Restart.PERMANENT, **more: object) -> ChildSpec:
    return ChildSpec(name, "fragile", restart=restart, **more)  # type: ignore[arg-type]


def tree(name: str, strategy: Strategy, *children: ChildSpec, intensity: int = 3, **more: object) -> SupervisorSpec:
    return SupervisorSpec(name, strategy, intensity, children=children, **more)  # type: ignore[arg-type]


def die(node: Node, name: str) -> WorkbenchError | None:
    """Let it crash; the error that the caller gets."""
    try:
        node.actors.ask(name, "die")
    except WorkbenchError as error:
        return error
    return None


def states(node: Node, supervisor: str) -> dict[str, str]:
    return {found.name: str(found.state) for found in node.supervision.get(supervisor).children}
