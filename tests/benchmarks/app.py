"""Figures of the app, measured from outside: a process with a window."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.figure import Figure, middle

TIMES = 5


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
