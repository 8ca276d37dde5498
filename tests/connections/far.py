"""Nodes in processes of their own, which can be killed and come back at the same address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 60.0


class Far:
    """A headless node on `folder`, as `workbench node` starts it. `options` go to the command."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        self.address = f"127.0.0.1:{free_port()}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        line = ["node", "--workspace", str(self.folder), "--listen", self.address, *self.options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *line], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        said: list[str] = []
        Thread(target=_drain, args=(self.process.stderr, said), daemon=True).start()
        assert self.process.stdout.readline().strip() == self.address, "".join(said)

    def kill(self) -> None:
        """As a crash or a power cut ends it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(WAIT_SECONDS)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@contextmanager
def far_node(folder: Path, *options: str) -> Iterator[Far]:
    made = Far(folder, *options)
    made.start()
    try:
        yield made
    finally:
        made.kill()


@contextmanager
def cutting_proxy(address: str, seconds: float) -> Iterator[str]:
    """The address of a proxy that ends each connection after so many seconds."""
    host, _, port = address.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = Event()

        def serve(near: socket.socket) -> None:
            with near, socket.create_connection((host, int(port))) as far:
                for one, other in ((near, far), (far, near)):
                    Thread(target=_pump, args=(one, other), daemon=True).start()
                ended.wait(seconds)
                for end in (near, far):
                    _shut(end)

        def accept() -> None:
            while not ended.is_set():
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                Thread(target=serve, args=(near,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            _shut(listener)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _pump(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    _shut(other)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _drain(stream: IO[str], said: list[str]) -> None:
    with stream:
        said.extend(stream)
