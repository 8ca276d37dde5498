"""The packaged program, built and measured on a machine that has no Python on its PATH and nothing in its cache."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path("dist/actor-workbench")
COMMANDS = (
    ("workbench", "--version"),
    ("workbench", "run", "counter.py", "--call", "increment"),
    ("actor-workbench", "--sample", "--until-ready"),
    ("workbench", "module", "build", "counter.py"),
)
COUNTER = """from plexspaces import GenServer

class Counter(GenServer):
    count = 0

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return str(self.count)
"""


def dist() -> list[dict[str, object]]:
    """`make dist` builds the Linux program; its size, and the seconds of its first and its second start."""
    started = time.monotonic()
    subprocess.run([sys.executable, "packaging/dev.py", "dist"], check=True)
    found: list[dict[str, object]] = [{"what": "build and smoke test", "seconds": round(time.monotonic() - started, 1)}]
    found += [
        {"what": part, "megabytes": megabytes(FOLDER / part)} for part in (".", "_internal/workbench/interpreter")
    ]
    for command in COMMANDS:
        with tempfile.TemporaryDirectory(prefix="workbench-prove-") as home:
            (Path(home) / "counter.py").write_text(COUNTER)
            for start in ("first", "second"):
                found.append({"what": " ".join(command), "start": start, "seconds": run(Path(home), *command)})
                print(f"  {found[-1]}", flush=True)
    return found


def run(home: Path, program: str, *arguments: str) -> float:
    """Seconds until a program that must succeed has ended."""
    environment = {"HOME": str(home), "PATH": str(home / "nothing"), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    started = time.monotonic()
    command = [str(FOLDER.resolve() / program), *arguments]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program} {' '.join(arguments)} failed with {done.returncode}:\n{done.stderr}")
    return round(time.monotonic() - started, 2)


def megabytes(folder: Path) -> float:
    return round(sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)
