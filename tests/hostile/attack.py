"""One guest on a node, its neighbours asked all the while; what came of it, and what is left behind."""

from __future__ import annotations

import ctypes
import gc
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import psutil

import workbench
from tests.hostile.guests import Guest
from tests.unit.servers import redirect, serving
from workbench.api import ModuleInfo, Node, SpawnOptions, WorkbenchError, profile
from workbench.data import directory
from workbench.node import LocalNode
from workbench.runtime.residents import LinuxMachine

TALLY = (directory("resources") / "actors" / "tally.wat").read_bytes()
WAIT_SECONDS = 60.0


@dataclass
class Outcome:
    """`said` is what the guest's caller was told; `asked` are the seconds of each ask of a neighbour meanwhile."""

    said: str
    named: bool
    asked: Sequence[float]


def attack(node: Node, guest: Guest) -> Outcome:
    """Let the guest do its worst. Afterwards no actor is left but the neighbour.

    The neighbour is asked from the guest's birth to its end; that the module is checked and compiled comes before.
    """
    with _world(node, guest) as made:
        return _attack(node, made)


@contextmanager
def _world(node: Node, guest: Guest) -> Iterator[Guest]:
    """The guest with the server and the names that it wants to be led by."""
    if not guest.leads:
        yield guest
        return
    assert isinstance(node, LocalNode)
    network = node._machine.network
    usual = network._resolve
    with serving(redirect(guest.leads)) as server:
        network._resolve = lambda host, port: [guest.names[host]] if host in guest.names else usual(host, port)
        try:
            port = str(server.port)
            grants = tuple(grant.replace("{port}", port) for grant in guest.grants)
            yield replace(guest, source=guest.source.replace(b"{port}", port.encode()), grants=grants)
        finally:
            network._resolve = usual


def _attack(node: Node, guest: Guest) -> Outcome:
    neighbour = _neighbour(node)
    info = node.modules.deploy(guest.source, file_name=guest.file_name, alias="guest", force=True)
    done, asked = threading.Event(), list[float]()

    def ask() -> None:
        while not done.is_set():
            started = time.perf_counter()
            node.actors.ask(neighbour, "increment", timeout=WAIT_SECONDS)
            asked.append(time.perf_counter() - started)

    asking = workbench.start_thread("neighbour", ask)
    try:
        said = "\n".join(_go(node, guest, info))
    finally:
        done.set()
        asking.join()
    for info in node.actors.list():
        if info.id.name != neighbour:
            node.actors.stop(info.id, timeout=WAIT_SECONDS)
    return Outcome(said, re.search(guest.says, said) is not None, asked)


def _neighbour(node: Node) -> str:
    if not any(info.id.name == "neighbour" for info in node.actors.list()):
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        node.actors.spawn("tally", options=SpawnOptions(name="neighbour"))
    return "neighbour"


def _go(node: Node, guest: Guest, info: ModuleInfo) -> list[str]:
    """What was said: errors, replies, and what the log has of it."""
    since = max((line.seq for line in node.logs(limit=1)), default=0)
    said: list[str] = []
    try:
        name = node.actors.spawn("guest", options=_options(info, guest)).id.name
        said += [_say(node, guest, name) for _ in range(guest.turns)]
    except WorkbenchError as error:
        said.append(str(error))
    return said + [line.message for line in node.logs(after=since, limit=50) if line.level in ("warn", "critical")]


def _say(node: Node, guest: Guest, name: str) -> str:
    match guest.message:
        case "#snapshot":
            return str(node.actors.snapshot(name))
        case "#stop":
            node.actors.stop(name, timeout=1.0)
            return "stopped"
        case message:
            return str(node.actors.ask(name, message, timeout=WAIT_SECONDS).payload)


def _options(info: ModuleInfo, guest: Guest) -> SpawnOptions:
    limits = profile("balanced").limits_for(info.memory_bytes)
    return SpawnOptions(name="", profile="strict", grants=guest.grants, limits=replace(limits, **guest.limits))


def held() -> dict[str, int]:
    """What this process holds: private memory in bytes, mappings, threads, open files."""
    gc.collect()
    with suppress(OSError, AttributeError):  # what the allocator keeps for later is nobody's; only glibc can be asked
        ctypes.CDLL(None).malloc_trim(0)
    machine, process = LinuxMachine(), psutil.Process()
    return {
        "private_bytes": machine.private_bytes() or 0,
        "mappings": machine.mappings() or 0,
        "threads": process.num_threads(),
        "files": min(process.num_fds() for _ in range(200)),  # the graphs have one open now and then
    }
