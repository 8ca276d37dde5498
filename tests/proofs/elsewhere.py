"""A whole system recorded here and lived through again elsewhere, from its bundle alone.

Elsewhere is another user with an environment, home, cache and workspace of its own, made of a fresh clone; where there
is no other user to be had, the same one with all the rest of its own.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import workbench
from tests.benchmarks.messages import TALLY
from tests.proofs.clean_clone import surroundings
from tests.proofs.missed import Missed
from workbench.api import Node, SpawnOptions

ACTORS, MESSAGES, THREADS, EVERY = 1_000, 1_000, 4, 250
"""Half of the actors are Python; every so many messages each of those is asked for its state."""
OTHER = "nobody"
CLERK = b'''
"""Uses every service in turn, and chance and the clock."""

import json
import random
import time

from plexspaces import (
    GenEvent, GenServer, Reject, blob, channels, keyvalue, locks, messaging, process_groups, registry, tuplespace,
)


class Clerk(GenEvent, GenServer):
    def init(self, state):
        found = json.loads(state)
        self.count, self.next, self.heard = found["count"], found["next"], found["heard"]

    def snapshot_state(self):
        return json.dumps({"count": self.count, "next": self.next, "heard": self.heard})

    def handle_event(self, from_actor, message_type, payload):
        self.heard += 1

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        me = messaging.self_id()
        if self.count % 97 == 0:
            raise Reject(f"{me} is tired")
        return str(DEEDS[self.count % len(DEEDS)](me, self))


def keys(me, clerk):
    keyvalue.put(f"clerk/{me}", str(clerk.count), ttl_ms=3_600_000)
    return f"{keyvalue.get(f'clerk/{me}')} {keyvalue.increment('all')}"


def tuples(me, clerk):
    tuplespace.write(("job", me, clerk.count))
    return tuplespace.take(("job", me, tuplespace.ANY))


def left(me, clerk):
    tuplespace.write(("left", me, clerk.count % 7))
    return tuplespace.count(("left", me, tuplespace.ANY))


def queue(me, clerk):
    channels.send_to_queue("work", "do", f"{me} {clerk.count}")
    found = channels.receive_from_queue("work")
    if found is not None:
        channels.ack(found)
    return found and found.payload


def lock(me, clerk):
    with locks.held(f"desk-{me}", lease_ms=60_000) as held:
        return held.version


def group(me, clerk):
    process_groups.join("clerks")
    found = len(process_groups.members("clerks"))
    if clerk.count % 20 == 0:
        process_groups.leave("clerks")
    return found


def book(me, clerk):
    registry.register(me, object_type="clerk", address=me, labels={"count": str(clerk.count % 3)})
    return registry.lookup(me).object_type


def file(me, clerk):
    blob.upload("papers", me, f"{me} {clerk.count}".encode() * 20)
    return len(blob.download("papers", me))


def tell(me, clerk):
    return messaging.tell(clerk.next, "hello", str(clerk.count))


def chance(me, clerk):
    return f"{random.random()} {random.gauss(0, 1)} {time.time()}"


DEEDS = (keys, tuples, left, queue, lock, group, book, file, tell, chance)
'''
GRANTS = (
    "keyvalue", "tuplespace", "channels", "locks", "process-groups", "registry", "blob", "messaging", "clocks",
    "random",
)  # fmt: skip


def elsewhere() -> dict[str, object]:
    """1,000 actors x 1,000 messages, Python and tiny, all services used: recorded, then replayed by another user."""
    with tempfile.TemporaryDirectory(prefix="workbench-prove-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        bundle = folder / "system.plexbundle"
        found: dict[str, object] = record(bundle, ACTORS, MESSAGES)
        with another(folder) as run:
            began = time.monotonic()
            done = run(bundle)
            found |= {"replay_seconds": round(time.monotonic() - began, 1)}
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found |= tallied(rows)
    if wrong := [row for row in rows if not is_equal(row)]:
        raise Missed(f"{len(wrong)} of {len(rows)} actors did not come out equal: {wrong[:3]}", found)
    if done.returncode or len(rows) != ACTORS:
        raise AssertionError(f"{len(rows)} actors, exit code {done.returncode}: {done.stderr[-2_000:]}")
    return found


def record(bundle: Path, actors: int, messages: int) -> dict[str, object]:
    """Let a system live and export it. Nothing of it may be missing from the recording."""
    with tempfile.TemporaryDirectory() as workspace, workbench.connect(f"embedded:{workspace}", record="full") as node:
        python, tiny = spawn(node, actors)
        began = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            parts = [(python[part::THREADS], tiny[part::THREADS]) for part in range(THREADS)]
            list(pool.map(lambda part: drive(node, *part, messages), parts))
        seconds = time.monotonic() - began
        for each in python:
            node.actors.snapshot(each, timeout=120)
        node.debugger.segments(limit=1)  # what waits is on disk then
        said = node.debugger.statistics()
        assert not said.dropped, f"{said.dropped:,} turns were not recorded"
        began = time.monotonic()
        exported = workbench.export_bundle(node, bundle, with_interpreter=True)
        assert exported.turns == said.turns, f"{said.turns:,} turns are recorded, {exported.turns:,} are in the bundle"
        return {
            "actors": actors,
            "messages": actors * messages,
            "live_seconds": round(seconds, 1),
            "export_seconds": round(time.monotonic() - began, 1),
            "bundle_bytes": bundle.stat().st_size,
        }


def spawn(node: Node, actors: int) -> tuple[list[str], list[str]]:
    """Half of them of each kind; each clerk knows the next one."""
    node.channels.create_queue("work")
    node.process_groups.create("clerks")
    clerk = node.modules.deploy(CLERK, file_name="clerk.py").hash
    tally = node.modules.deploy(TALLY, file_name="tally.wat").hash
    python, tiny = [f"clerk-{n}" for n in range(actors // 2)], [f"tally-{n}" for n in range(actors - actors // 2)]
    for number, name in enumerate(python):
        state = json.dumps({"count": 0, "next": python[(number + 1) % len(python)], "heard": 0})
        node.actors.spawn(clerk, state, options=SpawnOptions(name, "balanced", GRANTS), timeout=120)
    for name in tiny:
        node.actors.spawn(tally, options=SpawnOptions(name), timeout=120)
    return python, tiny


def drive(node: Node, python: list[str], tiny: list[str], messages: int) -> None:
    """Each is sent its messages; a refusal is an answer as any other."""
    for number in range(1, messages + 1):
        for name in python:
            try:
                node.actors.ask(name, "work", str(number), timeout=120)
            except workbench.api.Rejected:
                continue
        for name in tiny:
            node.actors.ask(name, "increment", timeout=120)
        if number % EVERY == 0:
            for name in python:
                node.actors.snapshot(name, timeout=120)


def is_equal(row: dict[str, Any]) -> bool:
    """Every turn was lived through, equal in reply, host calls and state, and in fuel from its birth on."""
    whole = row["turns"] == row["replayed"] == row["equal"] == row["fuel_compared"]
    return bool(whole and row["held"] and not row["uncertain"])


def tallied(rows: list[dict[str, Any]]) -> dict[str, object]:
    return {
        "replayed_actors": len(rows),
        "equal_actors": sum(map(is_equal, rows)),
        **{key: sum(row[key] for row in rows) for key in ("turns", "replayed", "equal", "fuel_compared")},
    }


Run = Callable[[Path], "subprocess.CompletedProcess[str]"]


@contextmanager
def another(folder: Path) -> Iterator[Run]:
    """`workbench bundle replay` for another user, in an environment that is installed for it."""
    home, clone = folder / "home", folder / "clone"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", str(Path.cwd()), str(clone)], check=True)
    user = other_user()
    if user:
        for path in (home, clone, *clone.rglob("*")):
            shutil.chown(path, user)
    environment = surroundings(home) | {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    python = shutil.which("python3", path="/usr/bin") if user else None
    print(f"  installing for {user or 'the same user'} …", flush=True)
    subprocess.run(
        [python or sys.executable, str(clone / "packaging" / "dev.py"), "run"],
        env=environment, user=user, cwd=clone, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip

    def run(bundle: Path) -> subprocess.CompletedProcess[str]:
        bundle.chmod(0o644)
        command = [
            str(clone / ".venv" / "bin" / "python"),
            "-m",
            "workbench",
            "bundle",
            "replay",
            str(bundle),
            "--json",
        ]
        return subprocess.run(command, env=environment, user=user, cwd=home, capture_output=True, text=True)

    yield run


def other_user() -> str | None:
    """Who else can run programs here; None: nobody, or this user may not start programs for others."""
    try:
        pwd.getpwnam(OTHER)
    except KeyError:
        return None
    return OTHER if os.geteuid() == 0 else None
