"""Both commands of the README on a fresh clone of what is committed, with an environment, home and cache of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")


def clean_clone() -> list[dict[str, object]]:
    """`make run` and `make test` pass on a fresh clone, for each supported Python that runs by its name."""
    found = []
    for python in pythons():
        with tempfile.TemporaryDirectory(prefix="workbench-prove-") as name:
            folder = Path(name)
            clone = folder / "clone"
            subprocess.run(["git", "clone", "--quiet", str(Path.cwd()), str(clone)], check=True)
            for job in ("run", "test"):
                found.append(timed(python, clone, job, surroundings(folder)))
                print(f"  {found[-1]}", flush=True)
    return found


def timed(python: str, clone: Path, job: str, environment: dict[str, str]) -> dict[str, object]:
    started = time.monotonic()
    command = [python, str(clone / "packaging" / "dev.py"), job]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode:
        raise SystemExit("\n".join((f"{' '.join(command)} failed with {done.returncode}:", *lines[-60:])))
    closing = lines[-1].replace(f"{clone}{os.sep}", "")  # the proof names no path of the machine
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    return {"python": version, "job": job, "seconds": round(time.monotonic() - started, 1), "closing_line": closing}


def surroundings(folder: Path) -> dict[str, str]:
    """No display, and nothing that the user of this machine has built before."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV", "PYTHONPATH")
    kept = {key: value for key, value in os.environ.items() if key not in left_out and not key.startswith("WORKBENCH_")}
    return kept | {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}


def pythons() -> Iterator[str]:
    """Programs of the supported versions that run here; the one that runs this comes first."""
    base = Path(sys.base_prefix) / "bin" / "python3"
    yield str(base) if base.exists() else sys.executable
    for version in VERSIONS:
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            continue
        found = shutil.which(f"python{version}")
        works = found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0
        if found and works:
            yield found
