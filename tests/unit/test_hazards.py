"""What would end the process or reach the wrong actor if it went through the engine's bindings."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import workbench
from workbench.api import ActorState, Crashed, Node
from workbench.wasm import gate

FAILURES: tuple[type[BaseException], ...] = (
    KeyboardInterrupt,
    SystemExit,
    asyncio.CancelledError,
    GeneratorExit,
    MemoryError,
    ValueError,
)


@pytest.fixture
def failing() -> Iterator[list[type[BaseException]]]:
    """The host function behind `now` raises what is in the list."""
    raises: list[type[BaseException]] = []
    key = ("messaging", "now-ms")
    genuine = gate.REGISTRY[key]

    def run(_context: Any) -> int:
        raise raises[0]("from inside a host call")

    gate.REGISTRY[key] = run
    yield raises
    gate.REGISTRY[key] = genuine


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_nothing_that_a_host_function_raises_leaves_it(
    node: Node, odd: str, failing: list[type[BaseException]], failure: type[BaseException]
) -> None:
    failing.append(failure)
    for _ in range(20):
        with pytest.raises(Crashed, match="now-ms failed inside the host"):
            node.actors.ask(odd, "now")
        node.actors.restart(odd)
    assert node.actors.ask(odd, "echo", "alive").payload == "alive"


def test_an_error_never_reaches_another_actor(node: Node, odd: str) -> None:
    """The stock bindings keep one global last exception; with two threads it ends up in the wrong call."""
    names = [node.actors.spawn("odd").id.name for _ in range(2)]
    wrong: list[str] = []

    def fail(name: str) -> None:
        for number in range(150):
            mine = f"{name} {number}"
            try:
                node.actors.ask(name, "raising", mine)
            except Crashed as error:
                if not str(error).endswith(mine):
                    wrong.append(f"{mine} got {error}")
            node.actors.restart(name)

    threads = [workbench.start_thread(name, lambda name=name: fail(name)) for name in names]  # type: ignore[misc]
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert all(node.actors.get(name).restarts == 150 for name in names)


def test_a_result_that_does_not_fit_its_type_is_an_error_and_not_a_corruption(node: Node, odd: str) -> None:
    key = ("messaging", "now-ms")
    genuine = gate.REGISTRY[key]
    gate.REGISTRY[key] = lambda _context: "not a number"
    try:
        with pytest.raises(Crashed, match="host"):
            node.actors.ask(odd, "now")
    finally:
        gate.REGISTRY[key] = genuine
    assert node.actors.get(odd).state is ActorState.CRASHED
    node.actors.restart(odd)
    assert node.actors.ask(odd, "now").payload


def child(kind: str, number: int) -> dict[str, Any] | None:
    """What a process of its own found; None when it died."""
    command = [sys.executable, "-m", "tests.unit.hazards", kind, str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    found: dict[str, Any] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return found


def test_what_python_ends_itself_with_becomes_an_error_of_the_one_call(interpreter: str) -> None:
    found = child("raised", 50)
    assert found == {
        "became_errors": dict.fromkeys(("KeyboardInterrupt", "SystemExit", "CancelledError"), 50),
        "crashes": 0,
    }
    control = child("stock-raised", 50)
    assert control is None or not any(control["became_errors"].values()), "the bindings lose it, if they survive it"


def test_failing_calls_on_two_threads_get_each_its_own_error(interpreter: str) -> None:
    assert child("crossed", 4_000) == {"calls": 4_000, "got_their_own": 4_000}
    control = child("stock-crossed", 20_000)
    assert control is None or control["in_the_wrong_hands"], "the bindings mix them up, so this test can fail"
