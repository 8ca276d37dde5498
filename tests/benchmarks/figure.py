"""One measured figure, and the table of all of them."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

OUTPUT = Path("bench.json")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is the median in `unit`; `holds` compares it with the target; `beside` are peers and ratios."""

    name: str
    value: float
    unit: str
    target: str
    holds: bool
    beside: str = ""
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)


def timed(job: Callable[[], object], *, times: int, before: Callable[[], object] | None = None) -> list[float]:
    """Seconds of each run of `job`; `before` runs in front of each and is not counted."""
    taken = []
    for _ in range(times):
        if before is not None:
            before()
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return taken


def per_second(job: Callable[[], object], *, times: int, rounds: int = 5) -> list[float]:
    """How often per second `job` runs, in each of `rounds` rounds."""
    return [times / sum(timed(job, times=times)) for _ in range(rounds)]


def report(figures: Sequence[Figure], *, whole: bool) -> int:
    """Print the table, write the file when everything was measured, and say by the exit code whether all held."""
    widths = [max(len(figure.name) for figure in figures), 14, max(len(figure.target) for figure in figures)]
    for figure in figures:
        value = f"{figure.value:,.{0 if figure.value >= 100 else 2}f} {figure.unit}"
        mark = "ok    " if figure.holds else "MISSED"
        print(
            f"{figure.name:<{widths[0]}}  {value:>{widths[1]}}  {figure.target:<{widths[2]}}  {mark}  {figure.beside}"
        )
    if whole:
        OUTPUT.write_text(json.dumps(record(figures), indent=1) + "\n", encoding="utf-8")
        print(f"raw samples: {OUTPUT}")
    missed = [figure.name for figure in figures if not figure.holds]
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


def record(figures: Sequence[Figure]) -> dict[str, object]:
    return {"machine": machine(), "figures": [asdict(figure) for figure in figures]}


def machine() -> dict[str, object]:
    """What the figures were measured on, and at which commit."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "commit": commit or "unknown",
        "date": time.strftime("%Y-%m-%d"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "wasmtime": version("wasmtime"),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
    }


def middle(samples: Sequence[float]) -> float:
    return float(median(samples))
