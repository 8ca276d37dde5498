"""A tunnel: the user's own `ssh -L` as a child, which ends with the connection.

ssh finds its keys, hosts and jump hosts as it does at a prompt, but asks nothing: there is nobody to answer.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from threading import Event, Lock, Thread

from workbench.api import Unavailable
from workbench.api.connections import Connection
from workbench.child import command

OPEN_SECONDS = 15.0
"""So long ssh may take until its end here listens."""
CONNECT_SECONDS = 4
"""After so long ssh itself says that its host does not answer."""
POLL_SECONDS = 0.05
END_SECONDS = 4.0
KEPT_CHARACTERS = 4_000


class Tunnel:
    """To `connection.address` as seen from `connection.ssh`. The local port stays the same when it is opened again.

    `open()` waits until ssh listens; Unavailable says what ssh said. `close()` is idempotent.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._port = _free_port()
        self._child: subprocess.Popen[bytes] | None = None
        self._said = ""
        self._lock = Lock()
        self._closed = Event()

    @property
    def address(self) -> str:
        """Where this end of it listens."""
        return f"127.0.0.1:{self._port}"

    @property
    def is_open(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def why(self) -> str:
        """What ssh said last, as a sentence, after it has ended by itself."""
        connection = self._connection
        return f"the tunnel to {connection.ssh} is down: ssh says: {self._last_line()}"

    def open(self, seconds: float = OPEN_SECONDS) -> None:
        with self._lock:
            if self.is_open:
                return
            self._start()
            self._wait(time.monotonic() + seconds, seconds)

    def _start(self) -> None:
        program = shutil.which("ssh")
        if program is None:
            raise Unavailable("there is no program ssh on this machine, which a tunnel needs: install OpenSSH's client")
        connection = self._connection
        forward = f"127.0.0.1:{self._port}:{connection.address}"
        options = (
            "ExitOnForwardFailure=yes", "BatchMode=yes", f"ConnectTimeout={CONNECT_SECONDS}", "ServerAliveInterval=2",
            "ServerAliveCountMax=2",
        )  # fmt: skip
        line = [program, "-N", "-T", *(part for option in options for part in ("-o", option)), "-L", forward]
        self._said = ""
        self._child = subprocess.Popen(
            command("workbench.connections.minder", *line, connection.ssh),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._reader = Thread(target=self._read, args=(self._child,), name="ssh-stderr", daemon=True)
        self._reader.start()

    def _wait(self, until: float, seconds: float) -> None:
        child, connection = self._child, self._connection
        assert child is not None
        while time.monotonic() < until and not self._closed.is_set():
            if child.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1.0):
                return
            self._closed.wait(POLL_SECONDS)
        ended, to = child.poll() is not None, connection.ssh
        self._stop()
        if ended:
            raise Unavailable(f"the tunnel to {to} was not opened: ssh says: {self._last_line()}; try: ssh {to}")
        raise Unavailable(f"ssh did not open the tunnel to {to} within {seconds:g} s; try: ssh {to}")

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr is not None
        with child.stderr as said:
            for line in said:
                self._said = (self._said + line.decode(errors="replace"))[-KEPT_CHARACTERS:]

    def _last_line(self) -> str:
        lines = [line.strip() for line in self._said.splitlines() if line.strip()]
        return lines[-1].rstrip(".") if lines else "nothing"

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        """Its input ends, and with it ssh."""
        child = self._child
        if child is None:
            return
        if child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()
        try:
            child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._reader.join(END_SECONDS)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
