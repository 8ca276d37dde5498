"""Actors that move between two nodes: under load nothing is lost, reordered or doubled, and whichever node is killed at
whatever step, the actor lives in exactly one place afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import workbench
from tests.proofs.mover import POINTS, SOURCE_POINTS
from workbench.api import Cast, Node

ROOT = Path(__file__).parents[2]
WAIT_SECONDS = 20.0


class Mover:
    """The process of a node, until it ends."""

    def __init__(self, workspace: Path, name: str, port: str = "0", point: str = "", *, fault: str = "") -> None:
        command = [sys.executable, "-m", "tests.proofs.mover", str(workspace), name, port, point, fault]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self._read() or ""

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    def do(self, *what: Any) -> Any:
        """What the verb gave; an object with `error` if it was refused, None if the process was killed over it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self) -> int:
        """Let it close its node, if it lives; its exit code."""
        if not self.lives:
            return self._process.returncode
        try:
            self._process.communicate(timeout=60)
        except BrokenPipeError:
            self._process.wait(60)
        return self._process.returncode

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(60)


def until(holds: Callable[[], Any], what: str) -> Any:
    """Its value, once it is true; it is asked again, since other processes are about to make it so."""
    end, pause = time.monotonic() + WAIT_SECONDS, threading.Event()
    while not (found := holds()):
        assert time.monotonic() < end, f"within {WAIT_SECONDS:g} s not: {what}"
        pause.wait(0.02)
    return found


@contextmanager
def two_nodes(folder: Path, *, fault: str = "") -> Iterator[tuple[Mover, Mover]]:
    with ThreadPoolExecutor(2) as pool:
        here, there = pool.map(lambda name: Mover(folder / name, name, fault=fault), ("here", "there"))
    try:
        yield here, there
    finally:
        for mover in (here, there):
            mover.end()


def pumped(node: Node, count: int, rate: float) -> None:
    """Numbers from outside, and from the actor that stays behind: `count` of each, `rate` messages a second in all."""
    began, pause = time.monotonic(), threading.Event()

    def paced(number: int, share: float) -> None:
        pause.wait(max(0.0, began + number / (rate * share) - time.monotonic()))

    def poke() -> None:
        for number in range(1, count + 1):
            node.actors.ask("left", "poke", str(number), timeout=60.0)
            paced(number, 1 / 3)

    def casts() -> Iterator[Cast]:
        for number in range(1, count + 1):
            yield Cast("x", "sent", str(number))
            paced(number, 1 / 3)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(poke)
        for cast in casts():
            node.actors.tell(cast.actor, cast.message_type, cast.payload)
        other.result()


def under_load(folder: Path, *, moves: int, count: int, rate: float = 600.0, fault: str = "") -> dict[str, Any]:
    """Move an actor with 64 KiB of state there and back while it is sent messages; what came of them."""
    with two_nodes(folder, fault=fault) as (here, there):
        for name in ("x", "left"):
            here.do("spawn", name, False)
        here.do("ask", "x", "pad", str(64 << 10))
        node = workbench.connect(f"grpc://{here.address}")
        began = time.monotonic()
        with node, ThreadPoolExecutor(1) as pool:
            sending = pool.submit(pumped, node, count, rate)
            made, pause = [], threading.Event()
            for number in range(moves):
                source, target = (here, there) if number % 2 == 0 else (there, here)
                made.append(source.do("migrate", "x", target.address))
                assert "error" not in made[-1], made[-1]
                pause.wait(count / rate * 3 / (moves + 1))
            sending.result()
            seconds = time.monotonic() - began
        expected = {"told": count, "asked": count, "sent": count}

        def seen() -> Any:
            last, bad = json.loads(here.do("ask", "x", "state"))
            return (last, bad) if bad or all(last.get(key) == value for key, value in expected.items()) else None

        last, bad = until(seen, "every message arrived")
        back, wrong = until(
            lambda: found if (found := json.loads(here.do("ask", "left", "state")))[0].get("seen") == count else None,
            "everything came back to who stayed behind",
        )
        assert bad == [] and wrong == [], f"lost, doubled or out of order: {bad} {wrong}"
        assert {key: last[key] for key in expected} == expected and back["seen"] == count
        return {
            "messages": 3 * count + count, "per_second": round(3 * count / seconds), "moves": len(made),
            "handed_over": sum(move["messages"] for move in made), "move_ms": [round(move["ms"], 2) for move in made],
            "paused_ms": [round(move["paused_ms"], 2) for move in made],
        }  # fmt: skip


def killed(folder: Path, point: str, *, durable: bool, fault: str = "") -> str:
    """A node is killed at a step of a move and comes back; where the actor lives then."""
    at_source = point in SOURCE_POINTS
    here = Mover(folder / "here", "here", point=point if at_source else "")
    there = Mover(folder / "there", "there", point="" if at_source else point)
    try:
        here.do("spawn", "left", True)
        here.do("spawn", "x", durable)
        for number in (1, 2, 3):
            assert here.do("ask", "x", "asked", str(number)) == str(number)
        said = here.do("migrate", "x", there.address)
        victim = here if at_source else there
        until(lambda: not victim.lives, f"the process is killed {point}")
        assert victim.end() == -9
        if at_source:
            here = Mover(folder / "here", "here", victim.port, fault=fault)
        else:
            there = Mover(folder / "there", "there", victim.port, fault=fault)
        return settled(here, there, durable=durable, said=said)
    finally:
        for mover in (here, there):
            mover.end()


def settled(here: Mover, there: Mover, *, durable: bool, said: Any) -> str:
    """Where it lives, once both know; it must have all that was acknowledged."""

    def places() -> list[str]:
        return [name for name, node in (("here", here), ("there", there)) if "x" in node.do("list")]

    def answers() -> Any:
        found = here.do("ask", "x", "state")
        return found if isinstance(found, str) or found["error"] == "not_found" else None

    found = until(answers, f"who asks for it here is answered ({said})")
    where = places()
    assert isinstance(found, str) and len(where) == 1, f"it lives {where}, and who asks for it here is told {found}"
    kept = json.loads(found)[0].get("asked", 0)
    assert kept == 3 or (kept == 0 and not durable), found  # one that is not durable begins anew with its node
    assert here.do("ask", "x", "asked", str(kept + 1)) == str(kept + 1)
    return where[0] if kept else f"{where[0]}, anew"


def run(points: Sequence[str], *, durable: bool) -> dict[str, str]:
    """Where it lived after a kill at each point; as many at a time as there are cores."""

    def at(point: str) -> str:
        with tempfile.TemporaryDirectory(prefix="moves-") as folder:
            return killed(Path(folder), point, durable=durable)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(points, pool.map(at, points), strict=True))


def migration() -> dict[str, Any]:
    """20 moves there and back under 500 messages/s, then SIGKILL of the source or the target at each of its steps."""
    with tempfile.TemporaryDirectory(prefix="moves-") as folder:
        load = under_load(Path(folder), moves=20, count=3_500)
    return {
        "load": load,
        "killed_durable": run(list(POINTS), durable=True),
        "killed_not_durable": run(list(POINTS), durable=False),
    }
