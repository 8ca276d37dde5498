"""Runs mutants in processes of their own, so that a crash or a hang is a finding and not the end of the test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = frozenset({"reader", "checks", "engine", "start", "trapped", "ran", "rejected"})
START_SECONDS = 120.0
MUTANT_SECONDS = 30.0
"""The longest that one mutant may take; its turns are bounded by far less."""


@dataclass(slots=True)
class Found:
    """How many mutants had each outcome; `faults` are sentences, one for each mutant that broke something."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run(name: str, first: int, count: int, planted: str = "", *, seconds: float = MUTANT_SECONDS) -> Found:
    """Take `count` mutants of a module through a node; a process that dies or hangs is followed by another one."""
    found = Found()
    seed, end = first, first + count
    while seed < end:
        seed = _process(name, seed, end, planted, seconds, found)
    return found


def _process(name: str, first: int, end: int, planted: str, seconds: float, found: Found) -> int:
    """One process; gives the first seed that is still to do."""
    command = [sys.executable, "-m", "tests.mutants.worker", name, str(first), str(end - first), *planted.split()]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seed, busy = first, False
    try:
        for told in _lines(process, seconds):
            seed, busy = told["seed"], "outcome" not in told
            if not busy:
                _note(found, name, seed, told["outcome"])
                seed += 1
        how = f"the process ended with {process.wait()}: {process.stderr.read()[-300:] if process.stderr else ''}"
    except TimeoutError as error:
        how = str(error)
    finally:
        process.kill()
        process.communicate()
    if seed < end or busy:
        found.faults.append(f"mutant {seed} of {name}: {how}")
        seed += 1
    return seed


def _note(found: Found, name: str, seed: int, outcome: str) -> None:
    if outcome in OUTCOMES:
        found.outcomes[outcome] += 1
    else:
        found.faults.append(f"mutant {seed} of {name}: {outcome}")


def _lines(process: subprocess.Popen[str], seconds: float) -> Iterator[dict[str, Any]]:
    lines: SimpleQueue[str] = SimpleQueue()
    Thread(target=_read, args=(process, lines), daemon=True).start()
    patience = START_SECONDS
    while True:
        try:
            line = lines.get(timeout=patience)
        except Empty:
            raise TimeoutError(f"it said nothing for {patience:.0f} s") from None
        if not line:
            return
        patience = seconds
        yield json.loads(line)


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")
