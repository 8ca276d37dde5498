"""Figures of the app, measured from outside: a process with a window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.figure import Figure, middle

TIMES = 5
LATE_MS = 25.0
STALL_MS = 100.0


def start() -> Figure:
    """From the start of the process to a window that can be used with the sample system running, offscreen, warm."""
    samples = []
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "WORKBENCH_CONFIG_DIR": folder}
        for _ in range(TIMES + 1):
            command = [
                sys.executable,
                "-m",
                "ui.app",
                "--sample",
                "--until-ready",
                "--workspace",
                f"{folder}/workspace",
            ]
            started = time.perf_counter()
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
                assert child.stdout is not None
                line = child.stdout.readline()
                samples.append(time.perf_counter() - started)
                assert line.startswith("ready"), f"the app said {line!r} and ended with {child.wait()}"
    samples = samples[1:]
    value = middle(samples)
    return Figure(
        "app with the sample: start to usable window", value, "s", "<= 2.5 s", value <= 2.5, "", {"seconds": samples}
    )


def lag() -> Figure:
    """How late the window's loop comes with 10,000 actors in the table, two of them spinning; its worst stall."""
    command = [sys.executable, "-m", "tests.benchmarks.lag"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    late, spawning = found["late_ms"], found["spawning_ms"]
    value, worst = late[int(len(late) * 0.99)], late[-1]
    return Figure(
        "lag of the window's loop, 10,000 actors, two spinning: 99 of 100 beats",
        value,
        "ms",
        "<= 25 ms, no stall over 100 ms",
        value <= LATE_MS and worst <= STALL_MS,
        f"worst {worst:,.0f} ms; {spawning[int(len(spawning) * 0.99)]:,.0f} ms while they were spawned in "
        f"{found['spawn_seconds']:,.1f} s (worst {spawning[-1]:,.0f} ms)",
        {"late_ms": late, "spawning_ms": spawning},
    )
