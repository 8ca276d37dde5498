"""Every error that the page on troubles quotes is provoked here, and says what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pages
import pytest

import workbench
from workbench.api import Limits, Node, SpawnOptions, WorkbenchError, profile

PAGE = pages.page("docs/troubleshooting.md")
HEADINGS = [line.removeprefix("### `").removesuffix("`") for line in PAGE.splitlines() if line.startswith("### `")]
SOURCE = textwrap.dedent(
    """
    import time

    from plexspaces import GenServer, channels, durability, locks, messaging


    class Trouble(GenServer):
        def handle_request(self, from_actor, message_type, payload):
            return getattr(self, message_type)(payload)

        def forget(self, payload):
            return None

        def spin(self, payload):
            while True:
                pass

        def grow(self, payload):
            return str(len(bytearray(1 << 30)))

        def pause(self, payload):
            time.sleep(3_600)
            return ""

        def slow(self, payload):
            channels.receive_from_queue("never", timeout_ms=5_000)
            return ""

        def lock(self, payload):
            with locks.held("window"):
                return ""

        def itself(self, payload):
            return messaging.ask(messaging.self_id(), "lock", "")

        def keep(self, payload):
            return str(durability.persist("kept", payload))

        def hidden(self, payload):
            self._seen = getattr(self, "_seen", 0) + 1  # private, so it is in no snapshot
            return str(self._seen)

        def late(self, payload):
            held = locks.acquire("door", lease_ms=1)
            channels.receive_from_queue("never", timeout_ms=100)
            locks.release(held)
            return ""
    """
)
ALL = ("messaging", "channels", "locks/door", "durability")


@pytest.fixture(scope="module")
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(SOURCE.encode(), file_name="trouble.py", alias="trouble")
        found.channels.create_queue("never")
        yield found


def _call(node: Node, message_type: str, payload: str = "x", timeout: float = 10.0, **limits: int) -> None:
    """Of a new actor."""
    actor = node.actors.spawn("trouble", options=SpawnOptions(grants=ALL, limits=_limits(**limits))).id
    node.actors.ask(actor, message_type, payload, timeout=timeout)


def _limits(**changes: int) -> Limits:
    return replace(profile("balanced").interpreter, **changes)


def _import(node: Node, name: str) -> None:
    node.modules.deploy(f"import {name}\n{SOURCE}".encode(), file_name="trouble.py")


def _twice(node: Node) -> None:
    for _ in range(2):
        node.actors.spawn("trouble", options=SpawnOptions(name="twice"))


def _full(node: Node) -> None:
    busy = node.actors.spawn("trouble", options=SpawnOptions(name="busy", grants=ALL, limits=_limits(mailbox=2))).id
    try:
        for _ in range(9):
            node.actors.tell(busy, "slow", "x")
    finally:
        node.actors.kill(busy)


def _unacknowledged(node: Node) -> None:
    node.channels.send("work", "job")
    delivery = node.channels.receive("work")
    assert delivery is not None
    node.channels.ack(delivery.id)
    node.channels.ack(delivery.id)


def _forgetful(node: Node) -> None:
    """What its snapshot leaves out is not there after a checkpoint, and the turns since then go otherwise."""
    actor = node.actors.spawn("trouble", options=SpawnOptions("forgetful", durable=True)).id
    node.actors.ask(actor, "hidden")
    node.journal.checkpoint(actor)
    node.actors.ask(actor, "hidden")
    node.actors.kill(actor)
    node.actors.restart(actor)


PROVOKED: dict[str, Callable[[Node], object]] = {
    "a reply is missing": lambda node: _call(node, "forget"),
    "a denied call": lambda node: _call(node, "lock"),
    "endless": lambda node: _call(node, "spin", time_ms=50),
    "too much memory": lambda node: _call(node, "grow"),
    "a long sleep": lambda node: _call(node, "pause"),
    "an answer too late": lambda node: _call(node, "slow", timeout=0.2),
    "itself": lambda node: _call(node, "itself"),
    "a lease that is over": lambda node: _call(node, "late"),
    "a full mailbox": _full,
    "an unknown module": lambda node: node.actors.spawn("nosuch"),
    "an unknown actor": lambda node: node.actors.ask("nobody", "x"),
    "a taken name": _twice,
    "a package that is not there": lambda node: _import(node, "requests"),
    "a delivery that is done": _unacknowledged,
    "nothing is durable": lambda node: _call(node, "keep"),
    "a state that forgets": _forgetful,
    "a payload too large": lambda node: _call(node, "lock", payload="x" * (65 << 20)),
}


def _said(error: WorkbenchError) -> str:
    return f"{error.code}: {error.message}".splitlines()[0]


def _command(folder: Path, *words: str) -> str:
    """The first line of what a command says on stderr."""
    program = "import workbench.cli; workbench.cli.main()"
    environment = os.environ | {"WORKBENCH_WORKSPACE": str(folder), "PYTHONPATH": str(pages.ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0, done.stdout
    return done.stderr.splitlines()[0]


def _matching(said: str) -> list[str]:
    return [heading for heading in HEADINGS if pages.Step("", (heading,)).matches(said)]


@pytest.mark.parametrize("name", PROVOKED)
def test_an_error_of_the_page_is_what_is_said(node: Node, name: str) -> None:
    with pytest.raises(WorkbenchError) as raised:
        PROVOKED[name](node)
    assert len(_matching(_said(raised.value))) == 1, _said(raised.value)


COMMANDS: dict[str, Callable[[Path], str]] = {
    "no node": lambda folder: _command(folder, "actor", "list"),
    "a workspace in use": lambda folder: _locked(folder),
    "an address in use": lambda folder: _bound(folder),
    "a tree with a mistake": lambda folder: _tree(folder),
}


def _locked(folder: Path) -> str:
    with workbench.connect(f"embedded:{folder}"):
        return _command(folder, "node")


def _bound(folder: Path) -> str:
    with workbench.connect("embedded:") as node, workbench.serve(node):
        found = workbench.endpoint(node.info().workspace)
        assert found is not None
        return _command(folder, "node", "--listen", found.address)


def _tree(folder: Path) -> str:
    file = folder.parent / "shop.toml"
    file.write_text('[supervisor.shop]\nstrategy = "one_for_two"\n', encoding="utf-8")
    return _command(folder, "supervisor", "apply", str(file))


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_of_a_command_is_what_the_page_says(tmp_path: Path, name: str) -> None:
    said = COMMANDS[name](tmp_path / "workspace").replace(str(tmp_path), "DIR")
    assert len(_matching(said)) == 1, said


def test_nothing_is_quoted_that_nobody_provokes() -> None:
    assert len(HEADINGS) == len(set(HEADINGS)) == len(PROVOKED) + len(COMMANDS)
