"""100 MB up and down in parts: how much more memory each process holds at its peak, embedded and over gRPC.

Every process is fresh, and has moved a small blob before, so that what is loaded once is not counted.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import workbench
from tests.benchmarks.figure import Figure
from workbench.api import Node

SIZE, PART, WARM = 100_000_000, 1_000_000, 3_000_000
EXTRA_MB = 32
SERVE = """
import sys, workbench
with workbench.connect("embedded:" + sys.argv[1]) as node, workbench.serve(node):
    print("ready", flush=True)
    sys.stdin.read()
"""


def large_blobs() -> Figure:
    """The peak of any of the three processes: one with a node in it, a node that is served, and its client."""
    with TemporaryDirectory() as folder:
        local = _moved(f"embedded:{folder}/local", "")
        remote = _served(Path(folder) / "served")
    samples = {"local": local, "client": remote["own"], "node": remote["node"]}
    worst = max(peak for moved in samples.values() for peak in moved["extra_mb"])
    rates = ", ".join(f"{name} {SIZE / 1e6 / seconds:,.0f} MB/s" for name, seconds in (
        ("up", local["seconds"][0]), ("down", local["seconds"][1]),
        ("up over gRPC", remote["own"]["seconds"][0]), ("down over gRPC", remote["own"]["seconds"][1]),
    ))  # fmt: skip
    peaks = ", ".join(f"{name} {max(moved['extra_mb']):,.1f}" for name, moved in samples.items())
    return Figure(
        "100 MB blob up and down, more memory",
        worst,
        "MB",
        f"<= {EXTRA_MB} MB",
        worst <= EXTRA_MB,
        f"{peaks} MB; {rates}",
        {f"{name}_{what}": values for name, moved in samples.items() for what, values in moved.items()},
    )


def _moved(url: str, token: str, other: str = "") -> dict[str, list[float]]:
    """In a process of its own: seconds and megabytes, up and down; those of another process in `other_mb`."""
    command = [sys.executable, "-m", "tests.benchmarks.blobs", url, token, other]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def _served(workspace: Path) -> dict[str, dict[str, list[float]]]:
    command = [sys.executable, "-c", SERVE, str(workspace)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout is not None and node.stdout.readline() == "ready\n"
        endpoint = workbench.endpoint(workspace)
        assert endpoint is not None
        own = _moved(f"grpc://{endpoint.address}", endpoint.token, str(node.pid))
        node.communicate("")
    return {"own": own, "node": {"extra_mb": own.pop("other_mb")}}


def move(node: Node, pids: list[str]) -> dict[str, list[float]]:
    """Up, then down and compared; the peak of each process above what it held before."""
    found: dict[str, list[float]] = {"seconds": [], **{key: [] for key in ("extra_mb", "other_mb")[: len(pids)]}}
    sent = hashlib.sha256()

    def up() -> None:
        node.blobs.upload("bench", "large", _parts(SIZE, sent))

    def down() -> None:
        got = hashlib.sha256()
        for part in node.blobs.stream("bench", "large"):
            got.update(part)
        assert got.digest() == sent.digest()

    node.blobs.upload("bench", "warm", _parts(WARM, hashlib.sha256()))
    for _ in node.blobs.stream("bench", "warm"):
        pass
    for job in (up, down):
        before = [_reset(pid) for pid in pids]
        started = time.perf_counter()
        job()
        found["seconds"].append(time.perf_counter() - started)
        for key, pid, held in zip(("extra_mb", "other_mb"), pids, before, strict=False):
            found[key].append((_status(pid, "VmHWM") - held) / 1e6)
    return found


def _parts(size: int, digest: hashlib._Hash) -> Iterator[bytes]:
    """Bytes that are nowhere twice, made as they are taken."""
    for number in range(size // PART):
        part = hashlib.shake_128(str(number).encode()).digest(PART)
        digest.update(part)
        yield part


def _reset(pid: str) -> int:
    """Begin a new peak; the bytes that the process holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status(pid, "VmRSS")


def _status(pid: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))


FIGURES = (large_blobs,)

if __name__ == "__main__":
    address, secret, other = sys.argv[1:]
    with workbench.connect(address, token=secret) as connected:
        print(json.dumps(move(connected, ["self", *([other] if other else [])])))
