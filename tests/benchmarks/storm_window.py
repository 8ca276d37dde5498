"""A process with the app's window attached to a node of ten thousand actors that changes all the time.

    python -m tests.benchmarks.storm_window ADDRESS ACTORS SECONDS

Prints how long it took from the attachment to the whole table, then what SECONDS of events did to the window's loop.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from qasync import QEventLoop

from tests.benchmarks.lag import Lag, turned
from ui.app import application, window_for
from ui.demo import opened, until
from ui.main_window import MainWindow
from ui.opening import doors
from ui.panels.actors.panel import ActorsPanel
from ui.settings import Settings
from ui.tidying import Tidying
from ui.watchdog import WATCHDOG
from workbench.api import GAP, Event

SETTLING_SECONDS = 2.0


async def measure(window: MainWindow, begun: float, actors: int, seconds: float) -> None:
    await opened(window)
    panel = window.panels["actors"]
    assert isinstance(panel, ActorsPanel)
    await until(lambda: len(panel.model.rows) == actors, "every actor in the table")
    attached = perf_counter() - begun
    counts = {"events": 0, "gaps": 0}

    def count(events: Sequence[Event]) -> None:
        counts["events"] += len(events)
        counts["gaps"] += sum(event.kind == GAP for event in events)

    window.bridge.happened.connect(count)
    await turned(SETTLING_SECONDS)
    say({"attached_seconds": attached})
    lag, process = Lag(), psutil.Process()
    await until(lambda: counts["events"] > 0, "the first event")
    await turned(SETTLING_SECONDS)
    before = process.memory_info().rss
    WATCHDOG.slow = []
    lag.start()
    await turned(seconds)
    late = lag.stop()
    say({"late_ms": late, "grown_bytes": process.memory_info().rss - before, "slow": WATCHDOG.slow, **counts})


def say(found: object) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


def main(address: str, actors: int, seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_CONFIG_DIR"] = folder
        app = application()
        loop = QEventLoop(app)
        window = window_for(loop, doors(f"grpc://{address}"), Settings(theme="light", sample=False))
        window.opening.wants_sample = False
        tidying = Tidying(window)
        app.lastWindowClosed.connect(loop.stop)
        window.show()
        begun = perf_counter()
        window.start()

        async def run() -> None:
            await measure(window, begun, actors, seconds)
            window.close()

        def failed(error: Exception) -> None:
            sys.stderr.write(f"not measured: {error!r}\n")
            window.close()

        window.bridge.start(window, run(), failed)
        with loop:
            loop.run_forever()
            loop.run_until_complete(window.bridge.finish())
            window.opening.close()
            tidying.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
