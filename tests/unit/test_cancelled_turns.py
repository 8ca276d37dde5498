"""Cancelling what lives through turns again ends the turn in hand, however long that would go on."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sessions import forged

import workbench
from workbench.api import Conflict, Node, SpawnOptions
from workbench.api.modules import CancelToken, Progress

HEAD = "from plexspaces import GenServer\n"
STEP = """
class Step(GenServer):
    def init(self, state):
        self.total = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        self.total += int(payload)
        return str(self.total)

    def snapshot_state(self):
        return str(self.total)
"""
SOUND = (HEAD + STEP).encode()
LOOPS = SOUND.replace(b"        return str(self.total)\n\n", b"        while True: pass\n\n", 1)
HANGS = SOUND.replace(b"    def snapshot_state(self):\n", b"    def snapshot_state(self):\n        while True: pass\n")
SECONDS = 5.0
"""Within so much it is over on a machine that is busy; the turn alone would run for a minute."""


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(SOUND, file_name="step.py", alias="step")
        found.actors.spawn("step", options=SpawnOptions("anna", "permissive"))
        found.actors.ask("anna", "add", "1")
        yield found


@pytest.fixture(scope="module")
def session(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loops") / "sound.plexbundle"
    workbench.export_bundle(node, path)
    return path


def looping(session: Path, target: Path, code: bytes) -> Path:
    """The same session, as if it had run this code."""
    old, new = hashlib.sha256(SOUND).hexdigest().encode(), hashlib.sha256(code).hexdigest().encode()

    def change(entries: dict[str, bytes]) -> None:
        for name in list(entries):
            data = entries.pop(name)
            if not name.startswith("bytecode/"):
                put = code if name == f"modules/{old.decode()}" else data.replace(old, new)
                entries[name.replace(old.decode(), new.decode())] = put

    return forged(session, target, change)


class Stop:
    """A job that is cancelled a moment after it began; `seconds` is how long it went on from then on."""

    def __init__(self, seconds: float = 0.5) -> None:
        self.cancel, self.stages = CancelToken(), list[str]()
        self._timer = threading.Timer(seconds, self._set)
        self._set_at = 0.0

    def _set(self) -> None:
        self._set_at = time.monotonic()
        self.cancel.set()

    def progress(self, told: Progress) -> None:
        self.stages.append(told.stage)
        if told.stage in ("rehearsing", "replaying") and not self._timer.is_alive():
            self._timer.start()

    def ends(self, job: Callable[[], Any], *, at_once: bool = False) -> float:
        if at_once:
            self._timer.start()
        with pytest.raises(Conflict, match="cancelled"):
            job()
        return time.monotonic() - self._set_at


def test_a_rehearsal_of_code_that_loops_is_ended_within_its_turn(node: Node) -> None:
    stop = Stop()
    took = stop.ends(
        lambda: workbench.rehearse(
            node, (LOOPS, "step.py"), replaces="step", progress=stop.progress, cancel=stop.cancel
        )
    )
    assert took < SECONDS
    assert stop.stages[-1] == "rehearsing"


def test_a_replay_of_a_session_that_loops_is_ended_within_its_turn(session: Path, tmp_path: Path) -> None:
    path, stop = looping(session, tmp_path / "loop.plexbundle", LOOPS), Stop()
    took = stop.ends(lambda: workbench.replay_bundle(path, progress=stop.progress, cancel=stop.cancel))
    assert took < SECONDS
    assert stop.stages[-1] == "replaying"


@pytest.mark.parametrize("code", [LOOPS, HANGS])
def test_a_search_for_a_state_that_loops_is_ended_and_another_is_found(
    session: Path, tmp_path: Path, code: bytes
) -> None:
    path, stop = looping(session, tmp_path / "loop.plexbundle", code), Stop()
    with workbench.connect(f"bundle:{path}") as shown:
        recorded = shown.session
        assert recorded is not None
        took = stop.ends(lambda: recorded.state("anna", 2, cancel=stop.cancel), at_once=True)
        assert took < SECONDS
        if code is LOOPS:
            assert recorded.state("anna", 1).state == "0"


def test_closing_a_session_ends_what_is_looked_for_in_it(session: Path, tmp_path: Path) -> None:
    path = looping(session, tmp_path / "loop.plexbundle", LOOPS)
    shown = workbench.connect(f"bundle:{path}")
    recorded = shown.session
    assert recorded is not None
    closing = threading.Timer(0.5, shown.close)
    closing.start()
    started = time.monotonic()
    with pytest.raises(Conflict, match="cancelled"):
        recorded.state("anna", 2)
    closing.join()
    assert time.monotonic() - started < SECONDS


INTERRUPTED = """
import os, signal, sys, threading, time
from workbench.cli.main import main

def interrupt(over=threading.Event()):
    while time.process_time() < 3:
        over.wait(0.05)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
main(sys.argv[1:])
"""
"""A command that gets Ctrl+C once it has used three seconds of the processor, which it does in the loop."""


def test_an_interrupt_ends_the_command(session: Path, tmp_path: Path) -> None:
    path, candidate = looping(session, tmp_path / "loop.plexbundle", LOOPS), tmp_path / "step.py"
    candidate.write_bytes(LOOPS)
    for command in (
        ["bundle", "replay", str(path)],
        ["module", "rehearse", str(candidate), "--bundle", str(session), "--as", "step"],
    ):
        found = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, *command], capture_output=True, text=True, timeout=30, check=False
        )
        assert (found.returncode, found.stdout) == (130, "")
        assert "Traceback" not in found.stderr
