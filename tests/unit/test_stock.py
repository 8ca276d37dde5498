"""The engine's own converters agree with our codec wherever they are right; another engine is refused in words."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

ORACLE = [sys.executable, "-m", "tests.unit.stock_oracle"]
OTHER_ENGINE = """
import importlib.metadata as metadata
genuine = metadata.version
metadata.version = lambda name: "51.0.0" if name == "wasmtime" else genuine(name)
import workbench
try:
    workbench.connect("embedded:")
except workbench.api.Unavailable as error:
    print(error)
"""


def test_any_value_for_which_the_stock_converters_are_right_comes_through_ours_alike() -> None:
    done = subprocess.run(ORACLE, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    count, _, rest = done.stdout.partition(" ")
    assert int(count) >= 400 and rest == "values agree\n"


def test_the_comparison_finds_a_planted_difference() -> None:
    done = subprocess.run([*ORACLE, "--plant"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode != 0 and "came back as" in done.stderr


def test_an_engine_that_was_not_tested_is_refused_in_words() -> None:
    installed = importlib.metadata.version("wasmtime")
    assert installed.startswith("50.0.")
    done = subprocess.run([sys.executable, "-c", OTHER_ENGINE], capture_output=True, text=True, check=True, timeout=60)
    assert "was tested with wasmtime 50.0.x, installed is 51.0.0" in done.stdout
    assert "pip install" in done.stdout
