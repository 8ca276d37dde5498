"""WASI under the host's control: time, randomness and output of an actor are given, everything else is refused.

Without the capability `clocks` a guest lives in virtual time: it starts at a fixed moment, moves one microsecond with
each look at the clock, and a sleep moves it on at once. Without `random` it draws from a sequence seeded by the actor's
identity. So a run can be repeated to the unit of fuel. Files do not exist (no preopened folder), sockets are refused
with `access-denied`; the guest's own language raises its own error for both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from workbench.api.errors import Cause
from workbench.wasm import permissions
from workbench.wasm.codec import Err, Ok
from workbench.wasm.gate import Connection, Context, GuestEnded
from workbench.wasm.native import Native
from workbench.wasm.sequence import sequence

START_SECONDS = 1_700_000_000
TICK_NS = 1_000
WRITE_BYTES = 4_096
TAIL_LINES = 40
POLLABLE, OUTPUT, INPUT, ERROR, TERMINAL_INPUT, TERMINAL_OUTPUT, NETWORK, LOOKUP = range(1, 9)
STDIN, STDOUT, STDERR = range(3)
CLOSED = Err(("closed", None))

PACKAGES = {
    "io": ("poll", "error", "streams"),
    "clocks": ("monotonic-clock", "wall-clock"),
    "random": ("random", "insecure", "insecure-seed"),
    "cli": (
        *("environment", "exit", "stdin", "stdout", "stderr", "terminal-input", "terminal-output"),
        *("terminal-stdin", "terminal-stdout", "terminal-stderr"),
    ),
    "filesystem": ("preopens",),
    "sockets": ("network", "ip-name-lookup", "instance-network", "tcp-create-socket", "udp-create-socket"),
}
RESOURCES = {
    "poll": {"pollable": POLLABLE},
    "error": {"error": ERROR},
    "streams": {"input-stream": INPUT, "output-stream": OUTPUT},
    "terminal-input": {"terminal-input": TERMINAL_INPUT},
    "terminal-output": {"terminal-output": TERMINAL_OUTPUT},
    "network": {"network": NETWORK},
    "ip-name-lookup": {"resolve-address-stream": LOOKUP},
}


class World:
    """What one instance sees of the world. Used by one thread at a time."""

    def __init__(self, context: Context) -> None:
        self.context, self.holdings = context, context.holdings
        self.virtual_ns = self.ahead_ns = 0
        self.was_real = False
        self.drawn = 0  # bytes of the fixed sequence
        self.deadlines: dict[int, int] = {}
        self.connections: dict[int, Connection] = {}
        self.next_connection = 0
        self.next_pollable = 0
        self.partial = {STDOUT: b"", STDERR: b""}
        self.unfinished = False
        self.stderr_tail: list[str] = []
        self.variables = tuple(grant.scope for grant in self.holdings.grants if grant.capability == "environment")
        self.native: Native | None = None

    # Time, in nanoseconds. The grant may come and go between two looks: the monotonic clock never goes back for that.

    def monotonic(self) -> int:
        real: int | None = self.context.given("monotonic-clock", self.holdings.real_time, self._real_look)
        if real is None:
            self.was_real = False
            self.virtual_ns += TICK_NS
        else:
            self.virtual_ns = real
        return self.virtual_ns

    def _real_look(self) -> int:
        self.holdings.note("clocks")
        return max(self.virtual_ns, self._real_ns())

    def _real_ns(self) -> int:
        """The machine's clock, moved so that it goes on from where virtual time was when the grant came."""
        now = time.monotonic_ns() + self.ahead_ns
        if not self.was_real:
            self.was_real, behind = True, self.virtual_ns - now
            if behind > 0:
                self.ahead_ns += behind
                return now + behind
        return now

    def wall_ns(self) -> int:
        real: int | None = self.context.given("wall-clock", self.holdings.real_time, self._real_wall)
        return START_SECONDS * 10**9 + self.monotonic() if real is None else real

    def _real_wall(self) -> int:
        self.holdings.note("clocks")
        return time.time_ns()

    def wall(self) -> tuple[int, int]:
        return divmod(self.wall_ns(), 10**9)

    def pollable(self, deadline: int) -> tuple[int, int]:
        self.next_pollable += 1
        self.deadlines[self.next_pollable] = deadline
        return self.next_pollable, POLLABLE

    def ready(self, pollable: int) -> bool:
        now: int | None = self.context.given("poll", self.holdings.real_time, self._real_ns)
        return self.deadlines[pollable] <= (self.virtual_ns if now is None else now)

    def wait_until(self, deadline: int) -> None:
        if self.context.given("sleep", self.holdings.real_time, lambda: self._wait(deadline)) is None:
            self.was_real = False
            self.virtual_ns = max(self.virtual_ns, deadline)

    def _wait(self, deadline: int) -> bool:
        """Wait for a real moment; whether it was still to come."""
        seconds = (deadline - self._real_ns()) / 1e9
        if seconds <= 0:
            return False
        ceiling = self.context.limits.wait_ms / 1000
        if seconds + self.context.waited_ns / 1e9 > ceiling:
            text = f"time: the actor wanted to sleep for {seconds:,.1f} s, and may wait {ceiling:,.0f} s in a turn"
            raise GuestEnded(Cause("exhausted", text, limit="time", limit_value=self.context.limits.wait_ms))
        with self.context.waiting("sleep"):
            self.context.host.sleep(self.context.actor, seconds)
        return True

    def poll(self, pollables: Sequence[int]) -> list[int]:
        self.wait_until(min(self.deadlines[pollable] for pollable in pollables))
        return [index for index, pollable in enumerate(pollables) if self.ready(pollable)]

    def drop(self, pollable: int) -> None:
        self.deadlines.pop(pollable, None)

    # Randomness.

    def random_bytes(self, size: int) -> bytes:
        size = min(size, 1 << 20)
        real: bytes | None = self.context.given("random", self.holdings.real_random, lambda: self._real_random(size))
        if real is not None:
            return real
        actor = self.context.actor
        first, self.drawn = self.drawn, self.drawn + size
        return sequence(f"{actor.tenant}\0{actor.namespace}\0{actor.name}", first, size)

    def _real_random(self, size: int) -> bytes:
        self.holdings.note("random")
        return os.urandom(size)

    def random_u64(self) -> int:
        return int.from_bytes(self.random_bytes(8), "little")

    # Output: whole lines go to the actor's log, in order.

    def write(self, stream: int, data: bytes) -> Ok:
        *lines, rest = (self.partial[stream] + data).split(b"\n")
        self.partial[stream] = rest
        self.unfinished = self.unfinished or bool(rest)
        for line in lines:
            self._line(stream, line)
        return Ok()

    def flush_lines(self) -> None:
        """The turn is over: what has no line end yet is a line all the same."""
        if self.native is not None:
            self.native.drain()
        if self.unfinished:
            self.unfinished = False
            for stream, rest in self.partial.items():
                if rest:
                    self.partial[stream] = b""
                    self._line(stream, rest)

    def _line(self, stream: int, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        if stream == STDERR:
            self.stderr_tail = [*self.stderr_tail[1 - TAIL_LINES :], text]
        if self.context.muted:
            return
        if not self.holdings.use("logging"):
            self.holdings.deny("logging", f"a line on {'stderr' if stream == STDERR else 'stdout'}", "", "logging")
        else:
            name = "stderr" if stream == STDERR else "stdout"
            level = "warn" if stream == STDERR else "info"
            self.context.host.logging.log(self.context.actor, level, text, (), name)

    def no_network(self, what: str, name: str = "") -> Err:
        """The guest's own language raises its own error for this; here it is evidence."""
        self.holdings.deny("network", what, name, permissions.narrowest(permissions.HOST, name))
        return Err("access-denied")

    # The environment and files, bound when the instance is made.

    def environment(self) -> list[tuple[str, str]]:
        """The variables that were granted when the instance was made, as this machine has them now."""
        found = self.context.given("environment", bool(self.variables), self._real_environment)
        return [] if found is None else [(name, text) for name, text in found]

    def _real_environment(self) -> list[tuple[str, str]]:
        self.holdings.note("environment")
        return [(name, os.environ[name]) for name in self.variables if name in os.environ]

    def bind_folders(self) -> Native | None:
        """The engine's WASI for the folders that are granted now; None when none is."""
        folders = tuple(grant for grant in self.holdings.grants if grant.capability == "filesystem")
        self.native = Native(folders, (STDOUT, STDERR), self.write) if folders else None
        return self.native

    def no_sleep(self) -> None:
        text = (
            "an actor with granted folders cannot sleep or poll: nobody could end a wait inside the engine; let "
            "send_after wake it"
        )
        raise GuestEnded(Cause("crashed", text))

    def close(self) -> None:
        """The instance is over: what it held of the world is given up. Idempotent."""
        if self.native is not None:
            self.native.drain()
            self.native.close()
            self.native = None
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def no_files(self) -> list[Any]:
        """A guest's library asks for its folders once, when a path is first used; without any it refuses by itself."""
        self.holdings.deny("filesystem", "get-directories")
        return []

    def exited(self, how: str) -> None:
        raise GuestEnded(Cause("crashed", f"the actor ended itself with exit({how})"))


def functions(world: Callable[[], World], *, files: bool = False) -> dict[tuple[str, str], Callable[..., Any]]:
    """Every WASI function by (interface, name). `world()` finds that of the instance on this thread.

    With `files` it is for instances whose streams and pollables are the engine's.
    """
    return {**_all(world), **(_without_pollables(world) if files else {})}


def _without_pollables(world: Callable[[], World]) -> dict[tuple[str, str], Callable[..., Any]]:
    return {
        ("monotonic-clock", "subscribe-instant"): lambda _at: world().no_sleep(),
        ("monotonic-clock", "subscribe-duration"): lambda _ns: world().no_sleep(),
    }


def _all(world: Callable[[], World]) -> dict[tuple[str, str], Callable[..., Any]]:
    stream: dict[str, Callable[..., Any]] = {
        "input-stream.read": lambda _s, _n: CLOSED,
        "input-stream.blocking-read": lambda _s, _n: CLOSED,
        "input-stream.skip": lambda _s, _n: CLOSED,
        "input-stream.blocking-skip": lambda _s, _n: CLOSED,
        "input-stream.subscribe": lambda _s: world().pollable(0),
        "output-stream.check-write": lambda _s: Ok(WRITE_BYTES),
        "output-stream.write": lambda s, data: world().write(s, data),
        "output-stream.blocking-write-and-flush": lambda s, data: world().write(s, data),
        "output-stream.flush": lambda _s: Ok(),
        "output-stream.blocking-flush": lambda _s: Ok(),
        "output-stream.subscribe": lambda _s: world().pollable(0),
        "output-stream.write-zeroes": lambda s, n: world().write(s, bytes(min(n, WRITE_BYTES))),
        "output-stream.blocking-write-zeroes-and-flush": lambda s, n: world().write(s, bytes(min(n, WRITE_BYTES))),
        "output-stream.splice": lambda _s, _i, _n: CLOSED,
        "output-stream.blocking-splice": lambda _s, _i, _n: CLOSED,
    }
    return {
        ("poll", "[method]pollable.ready"): lambda p: world().ready(p),
        ("poll", "[method]pollable.block"): lambda p: world().wait_until(world().deadlines[p]),
        ("poll", "poll"): lambda pollables: world().poll(pollables),
        ("error", "[method]error.to-debug-string"): lambda _e: "the stream is closed",
        **{("streams", f"[method]{name}"): run for name, run in stream.items()},
        ("monotonic-clock", "now"): lambda: world().monotonic(),
        ("monotonic-clock", "resolution"): lambda: TICK_NS,
        ("monotonic-clock", "subscribe-instant"): lambda at: world().pollable(at),
        ("monotonic-clock", "subscribe-duration"): lambda ns: world().pollable(world().monotonic() + ns),
        ("wall-clock", "now"): lambda: world().wall(),
        ("wall-clock", "resolution"): lambda: (0, TICK_NS),
        ("random", "get-random-bytes"): lambda size: world().random_bytes(size),
        ("random", "get-random-u64"): lambda: world().random_u64(),
        ("insecure", "get-insecure-random-bytes"): lambda size: world().random_bytes(size),
        ("insecure", "get-insecure-random-u64"): lambda: world().random_u64(),
        ("insecure-seed", "insecure-seed"): lambda: (world().random_u64(), world().random_u64()),
        ("environment", "get-environment"): lambda: world().environment(),
        ("environment", "get-arguments"): list,
        ("environment", "initial-cwd"): lambda: None,
        ("exit", "exit"): lambda status: world().exited("0" if type(status) is Ok else "1"),
        ("exit", "exit-with-code"): lambda code: world().exited(str(code)),
        ("stdin", "get-stdin"): lambda: (STDIN, INPUT),
        ("stdout", "get-stdout"): lambda: (STDOUT, OUTPUT),
        ("stderr", "get-stderr"): lambda: (STDERR, OUTPUT),
        ("terminal-stdin", "get-terminal-stdin"): lambda: None,
        ("terminal-stdout", "get-terminal-stdout"): lambda: None,
        ("terminal-stderr", "get-terminal-stderr"): lambda: None,
        ("preopens", "get-directories"): lambda: world().no_files(),
        ("instance-network", "instance-network"): lambda: (0, NETWORK),
        ("ip-name-lookup", "resolve-addresses"): lambda _n, name: world().no_network("resolve-addresses", name),
        ("ip-name-lookup", "[method]resolve-address-stream.resolve-next-address"): lambda _s: Err("access-denied"),
        ("ip-name-lookup", "[method]resolve-address-stream.subscribe"): lambda _s: world().pollable(0),
        ("tcp-create-socket", "create-tcp-socket"): lambda _family: world().no_network("create-tcp-socket"),
        ("udp-create-socket", "create-udp-socket"): lambda _family: world().no_network("create-udp-socket"),
    }
