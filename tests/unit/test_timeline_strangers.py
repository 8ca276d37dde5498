"""A session from a stranger: whatever its turns say, it is shown, or refused in words; nothing hangs or guesses."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sessions import forged
from timelines import TALLY

import workbench
from workbench.api import Certainty, Direction, Node, SpawnOptions
from workbench.api.errors import WorkbenchError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of core modules alone: they need no interpreter."""
    path = tmp_path_factory.mktemp("strangers") / "tally.plexbundle"
    with workbench.connect("embedded:") as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        for name in ("one", "two"):
            node.actors.spawn("tally", options=SpawnOptions(name))
        for _ in range(5):
            for name in ("one", "two"):
                node.actors.ask(name, "increment")
        node.actors.snapshot("one")
        workbench.export_bundle(node, path)
    return path


def walked(node: Node) -> list[str]:
    """Everything of every moment; the notes of states that are not known."""
    session = node.session
    assert session is not None
    notes = []
    for position in range(session.now().total, -1, -1):
        session.go(position)
        node.metrics([info.id for info in node.actors.list()])
        node.capabilities.evidence()
        node.actors.dead_letters()
        for actor in ("one", "two"):
            try:
                view = session.state(actor)
                session.mailbox(actor)
                node.actors.turns(actor)
            except WorkbenchError as error:
                notes.append(error.message)
                continue
            if view.certainty is Certainty.UNKNOWN:
                notes.append(view.note)
    session.entries()
    session.find(session.now().total, where="state>3 call:x", direction=Direction.BACK)
    return notes


def lines(change: Callable[[list[dict[str, Any]]], None]) -> Callable[[dict[str, bytes]], None]:
    """A change of the turns as JSON."""

    def changed(entries: dict[str, bytes]) -> None:
        turns = [json.loads(line) for line in entries["turns/0001.jsonl"].splitlines()]
        change(turns)
        entries["turns/0001.jsonl"] = b"".join(
            json.dumps(turn, separators=(",", ":")).encode() + b"\n" for turn in turns
        )

    return changed


def test_the_honest_one_is_known_throughout(path: Path) -> None:
    with workbench.connect(f"bundle:{path}") as node:
        assert set(walked(node)) == {"it was not born yet"}


@pytest.mark.parametrize("seed", range(25))
def test_a_byte_that_is_another_one_is_shown_or_refused(path: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)

    def flip(entries: dict[str, bytes]) -> None:
        name = chance.choice(sorted(name for name, data in entries.items() if data))
        data = bytearray(entries[name])
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(32, 127)
        entries[name] = bytes(data)

    try:
        with workbench.connect(f"bundle:{forged(path, tmp_path / 'flipped', flip)}") as node:
            walked(node)
    except WorkbenchError as error:
        assert error.message


def _set(**members: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda turns: turns[6].update(members)


@pytest.mark.parametrize(
    "change",
    [
        _set(seq=1), _set(seq=10**17), _set(started=1e308), _set(started=-1.0), _set(figures=[2**62, 2**62, 2**62]),
        _set(figures=[-1, -1, -1]), _set(module="0" * 64), _set(operation="shutdown"), _set(outcome="crashed"),
        _set(world=[2**62, 2**62]), _set(state="x" * 1000), _set(calls=[["keyvalue", "put", ["a", "b"]]] * 50),
        _set(unrepeatable="because"), _set(interpreter="f" * 64), _set(actor=["default", "default", "one"]),
        _set(actor=["other", "other", "]\\\"x"]), lambda turns: turns.reverse(), lambda turns: turns.extend(turns * 20),
        lambda turns: turns[0]["birth"]["limits"].update(memory_bytes=2**40, fuel=2**60, time_ms=2**40),
        lambda turns: turns[0]["birth"].update(grants=["filesystem//etc=/etc:rw", "network/a.com", "environment/HOME"]),
        lambda turns: turns[0]["birth"].update(replayed_after=5),
        lambda turns: turns[0]["birth"].update(reason="recovery"),
        lambda turns: turns[4]["envelope"].update(time=1e11),
        lambda turns: turns[4]["envelope"].update(kind="info", type=""),
    ],
)  # fmt: skip
def test_a_turn_that_says_something_else_is_shown_or_refused(
    path: Path, tmp_path: Path, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    with workbench.connect(f"bundle:{forged(path, tmp_path / 'other', lines(change))}") as node:
        walked(node)
        assert node.info().actors >= 0 and node.modules.list()


def test_many_may_look_and_move_at_once(path: Path) -> None:
    failed: list[BaseException] = []
    with workbench.connect(f"bundle:{path}") as node:
        session = node.session
        assert session is not None

        def look(seed: int) -> None:
            chance = random.Random(seed)
            try:
                for _ in range(30):
                    position = chance.randrange(3, session.now().total + 1)
                    session.go(position)
                    view = session.state(chance.choice(("one", "two")), position)
                    assert view.state == str(view.seq - 1 - (view.certainty is Certainty.RECORDED))
                    node.actors.list(), node.metrics(), node.keyvalue.list()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=look, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed, failed
