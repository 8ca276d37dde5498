"""The process of a node with a durable actor is killed at every failpoint, again and again; each time it comes back as
the model says: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.proofs.victim import POINTS

ROOT = Path(__file__).parents[2]
OPERATIONS = 40
"""At most so many before a process comes to its failpoint."""
SEEDS = 40
RECOVERY = "workbench.runtime.recovery"
MOST = {"JournalService.open": 2}
"""How often a process comes there at the least, where that is less than three times: there are two actors."""


class Victim:
    """The process, until it ends."""

    def __init__(self, workspace: Path, point: str, nth: int, *, faulty: bool = False) -> None:
        command = [sys.executable, "-m", "tests.proofs.victim", str(workspace), point, str(nth), "faulty" * faulty]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self._read() == "ready"

    def ask(self, key: str) -> Any:
        """None: it was killed before it answered."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(key) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def end(self) -> int:
        """Let it close its node, if it lives; its exit code."""
        try:
            self._process.communicate(timeout=60)
        except BrokenPipeError:
            self._process.wait(60)
        return self._process.returncode


@dataclass
class Model:
    """What must be there: every operation that was acknowledged, once, in order."""

    done: list[str] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)

    def check(self, seen: Mapping[str, Any]) -> None:
        count = len(self.done)
        assert seen["damage"] == [], seen["damage"]
        assert seen["count"] == count, (seen["count"], count)
        assert seen["total"] == count, f"keys: {seen['total']} instead of {count}"
        assert seen["events"] == self.done, "the events are others, or in another order"
        assert seen["later"] == self.done, f"timers: {seen['later']}"
        assert seen["noted"] == self.done, f"messages: {seen['noted']}"
        assert seen["tuples"] == sorted(["closed", key] for key in self.done), seen["tuples"]
        assert seen["queued"] == sorted(self.done), "messages of the queue are lost or doubled"
        assert seen["chances"] == [self.replies[key][2] for key in self.done], "a side effect was decided twice"

    def acknowledged(self, key: str, reply: Any) -> None:
        assert reply is not None, f"{key} was not answered by a process that nobody killed"
        assert reply[:2] == [len(self.done) + 1] * 2, f"{key} was answered with {reply}"
        self.done.append(key)
        self.replies[key] = reply


def life(workspace: Path, model: Model, point: str, seed: int, *, faulty: bool = False) -> bool:
    """One process that is killed at the failpoint, and one that comes after it. Whether it came there.

    `faulty`: with a planted fault, which the model must find.
    """
    nth = random.Random(f"{point} {seed}").randint(1, MOST.get(POINTS[point][1], 3))
    pending: list[str] = []
    if POINTS[point][0] == RECOVERY:  # there must be a turn that was cut off
        nth, first = 1, Victim(workspace, "after an increment", 1)
        pending.append(f"{point} {seed}")
        assert first.ask(pending[0]) is None
        first.end()
    victim = Victim(workspace, point, nth, faulty=faulty)
    if victim.ready and not pending:
        for number in range(OPERATIONS):
            key = f"{point} {seed}.{number}"
            reply = victim.ask(key)
            if reply is None:
                pending.append(key)
                break
            model.acknowledged(key, reply)
    killed = victim.end() == -9
    heir = Victim(workspace, "", 0, faulty=faulty)
    try:
        assert heir.ready, f"the node did not come back after a kill {point}"
        for key in pending:  # who got no answer asks again
            model.acknowledged(key, heir.ask(key))
        model.check(heir.ask(""))
    finally:
        code = heir.end()
    assert code == 0
    return killed


def run(points: Sequence[str], seeds: Sequence[int]) -> dict[str, int]:
    """How often a process was killed at each point; as many points at a time as there are cores."""

    def at(point: str) -> int:
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            model = Model()
            return sum(life(Path(folder), model, point, seed) for seed in seeds)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(points, pool.map(at, points), strict=True))


def kills() -> dict[str, Any]:
    """25 failpoints x 40 seeds: SIGKILL, and everything is there once."""
    killed = run(list(POINTS), range(SEEDS))
    assert set(killed.values()) == {SEEDS}, f"not killed each time: {killed}"
    return {"runs": len(POINTS) * SEEDS, "killed": killed}
