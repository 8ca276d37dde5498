"""Compilation in one warm child process, with progress and a cancel that really stops it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue

from workbench import child
from workbench.api.errors import Conflict, Exhausted, Internal, Invalid
from workbench.api.modules import CancelToken, Progress, ProgressCallback

POLL_SECONDS = 0.05
_NUMBERED = re.compile(r"^\d+: ")
"""How the engine counts its causes."""
SECONDS_PER_MEGABYTE = 0.6
"""A first guess for the progress bar, replaced by what the last compilation really took."""


class Compiler:
    """Compiles one module at a time; the engine itself uses all cores. Thread-safe.

    At most `waiting` others wait for it; beyond that a compilation is refused at once.
    """

    def __init__(self, waiting: int = 16) -> None:
        self._lock = threading.Lock()
        self._waiting = waiting
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._child: subprocess.Popen[str] | None = None
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._rate = SECONDS_PER_MEGABYTE

    def compile(
        self,
        data: bytes,
        output: Path,
        *,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        """Write the compiled form of `data` to `output`.

        Invalid: the engine refuses it, in its own words. Conflict: cancelled; the child is killed and `output` gone.
        Exhausted: too many wait.
        `progress.fraction` is an estimate from the size and the speed of the last compilation, never 1 before the end.
        """
        if not self._places.acquire(blocking=False):
            raise Exhausted(
                f"compile jobs: {self._waiting} compilations wait already; try again when one has ended, or raise the "
                "setting `compile_jobs`",
                limit="compile_jobs",
                value=self._waiting,
                used=self._waiting + 1,
            )
        try:
            self._compile(data, output, progress, cancel)
        finally:
            self._places.release()

    def _compile(
        self, data: bytes, output: Path, progress: ProgressCallback | None, cancel: CancelToken | None
    ) -> None:
        source = output.with_suffix(".input")
        with self._lock:
            source.write_bytes(data)
            try:
                self._run(source, output, len(data) / 1e6, progress, cancel)
            except BaseException:
                output.unlink(missing_ok=True)
                raise
            finally:
                source.unlink(missing_ok=True)

    def _run(
        self,
        source: Path,
        output: Path,
        megabytes: float,
        progress: ProgressCallback | None,
        cancel: CancelToken | None,
    ) -> None:
        started = time.monotonic()
        self._send(json.dumps({"input": str(source), "output": str(output)}))
        while True:
            try:
                answer = self._answers.get(timeout=POLL_SECONDS)
                break
            except Empty:
                seconds = time.monotonic() - started
                if cancel is not None and cancel.is_set():
                    self._kill()
                    raise Conflict(f"the compilation was cancelled after {seconds:.1f} s") from None
                if progress is not None:
                    progress(Progress("compiling", min(0.99, seconds / (megabytes * self._rate + 0.1)), seconds))
        if not answer:
            self._kill()
            raise Internal("the compiling process died; try again, and report the module if it does so again")
        if error := json.loads(answer)["error"]:
            said = error.splitlines()[-1].strip()
            raise Invalid(f"the engine cannot compile it: {_NUMBERED.sub('', said)}")
        if megabytes > 1:
            self._rate = (time.monotonic() - started) / megabytes

    def _send(self, request: str) -> None:
        if self._child is None or self._child.poll() is not None:
            self._start()
        assert self._child is not None and self._child.stdin is not None
        self._child.stdin.write(request + "\n")
        self._child.stdin.flush()

    def _start(self) -> None:
        self._answers = SimpleQueue()
        self._child = subprocess.Popen(
            child.command("workbench.wasm.compile_worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=_read, args=(self._child, self._answers), name="compile-answers", daemon=True).start()

    def _kill(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def close(self) -> None:
        """End the child; idempotent."""
        self._kill()


def _read(child: subprocess.Popen[str], answers: SimpleQueue[str]) -> None:
    assert child.stdout is not None
    with contextlib.suppress(ValueError):  # closed under us by _kill
        for line in child.stdout:
            answers.put(line)
    answers.put("")
