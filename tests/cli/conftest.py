"""The command line as users have it: processes, and in-process runs where the process does not matter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.contract.contract_sources import COUNTER

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120
COMMAND = [sys.executable, "-m", "workbench"]


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder and a workspace of its own to type commands in."""

    folder: Path
    workspace: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(ROOT), "WORKBENCH_WORKSPACE": str(self.workspace)}

    def __call__(self, *arguments: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WAIT_SECONDS,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def lines(self, name: str) -> list[str]:
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command that goes on; what is left of it at the end, or after two minutes, is killed.

        It can be interrupted, also when the tests themselves were started in the background of a shell.
        """
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
        )
        watchdog = Timer(WAIT_SECONDS, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()
            process.communicate()

    @contextmanager
    def node(self, *arguments: str, code: int = 0) -> Iterator[str]:
        """A node on the workspace; gives its address, and ends it with SIGTERM."""
        with self.started("node", *arguments) as process:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGTERM)
            assert process.wait(WAIT_SECONDS) == code


@pytest.fixture
def shell(tmp_path: Path, interpreter: str) -> Shell:
    folder = tmp_path / "work"
    folder.mkdir()
    shell = Shell(folder, tmp_path / "workspace")
    shell.write("counter.py", COUNTER)
    return shell
