"""A node in a process of its own, which can be killed, stopped and started again at the same address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).parents[2]


class NodeProcess:
    """`workbench node` on `workspace`, or another `program` that prints its address first; what it says besides goes
    into the file `errors`."""

    def __init__(
        self,
        workspace: Path,
        *options: str,
        program: tuple[str, ...] = ("workbench", "node"),
        errors: Path | None = None,
    ) -> None:
        self.workspace, self._options, self._program = workspace, options, program
        self._errors = errors
        self.address = ""
        self.start()

    def start(self) -> None:
        """The second time at the same address."""
        listen = self.address or "127.0.0.1:0"
        module, *rest = self._program
        command = [sys.executable, "-m", module, *rest, "--workspace", str(self.workspace), "--listen", listen]
        with ExitStack() as stack:
            errors = None if self._errors is None else stack.enter_context(self._errors.open("a"))
            self.process = subprocess.Popen(
                [*command, *self._options], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert ":" in self.address, f"the node did not start: exit code {self.process.wait()}"

    def tell(self, line: str) -> None:
        """One line for its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def held(self) -> dict[str, int]:
        """What it holds now; of its files all but the database, which each thread of the pool opens once."""
        process = psutil.Process(self.process.pid)
        database = sum("workbench.db" in file.path for file in process.open_files())
        return {
            "resident_bytes": process.memory_info().rss,
            "threads": process.num_threads(),
            "files": process.num_fds() - database,
        }

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> NodeProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
