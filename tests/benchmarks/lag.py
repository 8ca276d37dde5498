"""A process with the app's window over ten thousand actors, two of which never rest; prints the lag of its loop.

    python -m tests.benchmarks.lag [ACTORS [SECONDS]]

The loop's lag is how much later than asked a timer of 5 ms fires. Every row is an actor of the embedded node.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, QTimer
from qasync import QEventLoop

import workbench
from ui.app import application, window_for
from ui.demo import opened, until
from ui.main_window import MainWindow
from ui.opening import doors
from ui.panels.actors.panel import ActorsPanel
from ui.settings import Settings
from ui.tidying import Tidying
from ui.watchdog import WATCHDOG
from workbench.api import Node, SpawnOptions, WorkbenchError
from workbench.data import directory

INTERVAL_MS = 5
SETTLING_SECONDS = 2.0
SPINNER = """(module
  (memory (export "memory") 1)
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "init") (param i32 i32) (result i64) (i64.const 0))
  (func (export "handle_message") (param i32 i32 i32 i32 i32 i32) (result i64) (local $left i32)
    (local.set $left (i32.const 40000000))
    (loop $on
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $on (local.get $left)))
    (i64.const 0)))
"""


class Lag(QObject):
    """Milliseconds that each beat came late."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.late, self._last = [], perf_counter()
        self._timer.start()

    def _beat(self) -> None:
        now = perf_counter()
        self.late.append((now - self._last) * 1000 - INTERVAL_MS)
        self._last = now

    def stop(self) -> list[float]:
        self._timer.stop()
        return sorted(self.late)


def spawn(node: Node, actors: int) -> None:
    """Tiny ones, and two that spin whenever they are asked."""
    tally = (directory("resources") / "actors" / "tally.wat").read_bytes()
    module = node.modules.deploy(tally, file_name="tally.wat", alias="tally").hash
    for number in range(actors - 2):
        node.actors.spawn(module, options=SpawnOptions(name=f"tally-{number:05}"))
    spinner = node.modules.deploy(SPINNER.encode(), file_name="spinner.wat", alias="spinner").hash
    for name in ("spin-1", "spin-2"):
        node.actors.spawn(spinner, options=SpawnOptions(name=name, profile="permissive"))


def spin(node: Node, name: str, stop: threading.Event) -> None:
    with suppress(WorkbenchError):
        while not stop.is_set():
            node.actors.ask(name, "spin")


async def turned(seconds: float) -> None:
    """Let the loop turn for so long."""
    end = perf_counter() + seconds
    await until(lambda: perf_counter() >= end, f"a wait of {seconds:g} s")


async def measure(window: MainWindow, actors: int, seconds: float) -> dict[str, object]:
    await opened(window)
    node, panel, lag = window.desk.node, window.panels["actors"], Lag()
    assert node is not None
    assert isinstance(panel, ActorsPanel)
    lag.start()
    started = perf_counter()
    await window.bridge.call(spawn, node, actors)
    spawned = perf_counter() - started
    spawning = lag.stop()
    await until(lambda: len(panel.model.rows) == actors, "every actor in the table")
    stop = threading.Event()
    spinners = [workbench.start_thread(f"spin-{n}", lambda n=n: spin(node, f"spin-{n}", stop)) for n in (1, 2)]  # type: ignore[misc]
    await turned(SETTLING_SECONDS)
    WATCHDOG.slow = []
    lag.start()
    await turned(seconds)
    late = lag.stop()
    stop.set()
    await window.bridge.call(lambda: [spinner.join(10) for spinner in spinners])
    turns = sum(info.turns for info in await window.bridge.call(node.actors.list) if info.id.name.startswith("spin"))
    return {
        "late_ms": late, "spawning_ms": spawning, "spawn_seconds": spawned, "slow": WATCHDOG.slow, "spins": turns,
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    actors, seconds = int(arguments[0]) if arguments else 10_000, float(arguments[1]) if arguments[1:] else 10.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_CONFIG_DIR"] = folder
        app = application()
        loop = QEventLoop(app)
        ways = doors(f"embedded:{Path(folder) / 'workspace'}")
        window = window_for(loop, ways, Settings(theme="light", sample=False))
        window.opening.wants_sample = False
        tidying = Tidying(window)
        app.lastWindowClosed.connect(loop.stop)
        window.show()
        window.start()

        async def run() -> None:
            print(json.dumps(await measure(window, actors, seconds)))
            window.close()

        def failed(error: Exception) -> None:
            print(f"not measured: {error!r}", file=sys.stderr)
            window.close()

        window.bridge.start(window, run(), failed)
        with loop:
            loop.run_forever()
            loop.run_until_complete(window.bridge.finish())
            window.opening.close()
            tidying.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
