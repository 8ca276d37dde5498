"""A real embedded node for tests of the engine and the runtime, and an actor that can misbehave in every way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.api import Node, SpawnOptions

ODD = '''
import time

from plexspaces import GenServer, Reject, log, messaging


class Odd(GenServer):
    """Does what its message says, the bad things too."""

    def init(self, state):
        self.kept = []
        self.state = state
        if state == "crash":
            raise ValueError("born dead")
        if state == "refuse":
            raise Reject("not today")
        if state == "spin":
            while True:
                pass
        if state.startswith("ask "):
            messaging.ask(state[4:], "echo", "")

    def snapshot_state(self):
        return self.state

    def handle_request(self, from_actor, message_type, payload):
        return getattr(self, message_type)(from_actor, payload)

    def echo(self, sender, payload):
        return payload

    def sender(self, sender, payload):
        return sender

    def raising(self, sender, payload):
        raise ValueError(payload)

    def refuse(self, sender, payload):
        raise Reject(payload)

    def nothing(self, sender, payload):
        return None

    def spin(self, sender, payload):
        while True:
            pass

    def grow(self, sender, payload):
        self.kept.append(bytearray(int(payload) << 20))
        return str(len(self.kept))

    def sleep(self, sender, payload):
        before = time.monotonic()
        time.sleep(float(payload))
        return str(time.monotonic() - before)

    def now(self, sender, payload):
        return str(messaging.now_ms())

    def ask(self, sender, payload):
        to, _, rest = payload.partition(" ")
        kind, _, inner = rest.partition(" ")
        return messaging.ask(to, kind, inner)

    def tell(self, sender, payload):
        to, _, kind = payload.partition(" ")
        return messaging.tell(to, kind)

    def spawn(self, sender, payload):
        return messaging.spawn("odd", "", name=payload or None)

    def stop(self, sender, payload):
        messaging.stop(payload)
        return "asked"

    def later(self, sender, payload):
        return str(messaging.send_after(int(payload), "fired", "x"))

    def fired(self, sender, payload):
        self.kept.append(payload)
        return ""

    def count(self, sender, payload):
        return str(len(self.kept))

    def bear(self, sender, payload):
        return messaging.spawn("odd", payload, name="born")

    def reply(self, sender, payload):
        return "x" * int(payload)

    def chatter(self, sender, payload):
        for _ in range(100):
            log.info("x" * 300_000, part="y" * 100_000)
        return ""

    def printing(self, sender, payload):
        print("one")
        print("two")
        return ""
'''


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(ODD.encode(), file_name="odd.py", alias="odd")
        yield found


@pytest.fixture
def odd(node: Node) -> Iterator[str]:
    """The name of a fresh misbehaving actor that may also spawn."""
    name = node.actors.spawn("odd", options=SpawnOptions(grants=("spawn",))).id.name
    yield name
    for actor in node.actors.list():
        node.actors.stop(actor.id)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 2 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("mounting a small disk needs Linux and root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)
