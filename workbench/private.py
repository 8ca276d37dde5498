"""The private endpoint of the node that runs on a workspace: where it is written, and how it is found."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

FILE = "endpoint.json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The private address of the node that runs on a workspace, readable by its user alone."""

    address: str
    token: str
    pid: int


def endpoint(workspace: str | Path) -> Endpoint | None:
    """The private endpoint of the node that runs on a workspace; None when none runs there."""
    try:
        found = json.loads((Path(workspace) / FILE).read_text(encoding="utf-8"))
        return Endpoint(found["address"], found["token"], found["pid"]) if _alive(found["pid"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_endpoint(workspace: Path, address: str, token: str) -> None:
    """That of this process."""
    path = workspace / FILE
    scratch = path.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"address": address, "token": token, "pid": os.getpid()}, file)
    scratch.replace(path)


def _alive(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
