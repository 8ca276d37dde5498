"""A node that makes events when it is told to: `RATE COUNT [AREA]` on its standard input, `done` on its output.

    python -m tests.wire.storm --workspace DIR --listen HOST:PORT

The subjects of the events are the numbers from 0 on.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import workbench
from workbench.api import Area
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

TICK_SECONDS = 0.01


def main(workspace: str, listen: str) -> None:
    machine = Machine(Path(workspace), replace(load(), record="off"))
    with LocalNode(machine) as node, workbench.serve(node, listen=listen) as server:
        say(server.address)
        number = 0
        for line in sys.stdin:
            rate, count, *area = line.split()
            number = _storm(machine, number, int(rate), int(count), Area(*(area or ["registry"])))
            say("done")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _storm(machine: Machine, number: int, rate: int, count: int, area: Area) -> int:
    """As many in each tick as are due."""
    begun, made, pause = time.monotonic(), 0, threading.Event()
    while made < count:
        due = min(count, int((time.monotonic() - begun) * rate) + 1)
        for _ in range(made, due):
            machine.bus.publish(area, f"{area}.passed", str(number), "x" * 100)
            number += 1
        made = due
        pause.wait(TICK_SECONDS)
    return number


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--workspace") + 1], sys.argv[sys.argv.index("--listen") + 1])
