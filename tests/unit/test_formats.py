"""A workspace that an earlier version wrote is brought up whole, whichever its format is.

`formats/NUMBER.sql` is the database as the program wrote it that had this format: with a key and a module; from 9 with
a durable actor and its recorded turns; from 10 with another one in a tree. No release had format 8.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench import bundles
from workbench.api import NotFound
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.storage import schema

HERE = Path(__file__).parent / "formats"
FORMATS = sorted(int(file.stem) for file in HERE.glob("*.sql"))


def written(folder: Path, number: int) -> Path:
    """The workspace as it lay there; what it recorded is a moment old, for no recording is kept for ever."""
    shutil.copytree(HERE / "modules", folder / "modules")
    with closing(sqlite3.connect(folder / "workbench.db")) as db:
        db.executescript((HERE / f"{number}.sql").read_text("utf-8"))
        if number >= 9:
            db.execute("UPDATE recording SET first = ?, last = ?", (time.time() - 1, time.time()))
        db.execute(f"PRAGMA user_version={number}")
        db.commit()
    return folder


@pytest.fixture(params=FORMATS)
def number(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def node(number: int, tmp_path: Path, interpreter: str) -> Iterator[LocalNode]:
    assert interpreter
    with LocalNode(Machine(written(tmp_path / "space", number), load())) as opened:
        yield opened


def test_every_format_before_this_one_can_be_had() -> None:
    assert [7, *range(9, schema.VERSION)] == FORMATS


def test_what_services_held_is_there(node: LocalNode, number: int, tmp_path: Path) -> None:
    assert node.keyvalue.get("kept") == "value"
    assert [module.name for module in node.modules.list()] == ["till"]
    assert node.tokens.list() == []
    assert (tmp_path / "space" / f"workbench.v{number}.db").is_file()


def doubts(node: LocalNode, number: int) -> list[str]:
    """What is damaged; that rows from before 12 have no checksum of all that they say is told, and that alone."""
    found = list(node.journal.verify())
    assert any(each.harmless and "have no checksum" in each.what for each in found) is (number < 12)
    return [str(each) for each in found if not each.harmless]


def test_a_durable_actor_is_back_where_it_was(node: LocalNode, number: int) -> None:
    if number < 9:
        with pytest.raises(NotFound):
            node.actors.get("till")
        return
    assert [event.payload for event in node.journal.events("till")] == ["a", "b", "c"]
    assert doubts(node, number) == []
    assert node.actors.ask("till", "count").payload == "7"
    assert node.actors.ask("till", "once", "another").payload == "chosen", "it was decided before"
    assert node.actors.ask("till", "persist", "d").payload == "9"
    assert node.journal.get("till").quarantined == 0
    assert doubts(node, number) == [], "old rows without checksums, and new ones with them"


def test_the_recording_goes_on_and_is_replayed(node: LocalNode, number: int, tmp_path: Path) -> None:
    if number < 9:
        return
    node.actors.ask("till", "count")
    exported = bundles.export(node, tmp_path / "old.plexbundle")
    assert exported.turns >= 10 and exported.problems == ()
    replayed = bundles.replay(tmp_path / "old.plexbundle")
    assert [found.replayed > 0 for found in replayed.actors] == [True] * len(exported.actors)
    assert replayed.problems == () and "is not in the bundle" in replayed.notes[0], "the interpreter is another one"


def test_a_tree_runs_again(node: LocalNode, number: int) -> None:
    if number < 10:
        return
    assert [child.name for child in node.supervision.get("shop").spec.children] == ["clerk"]
    assert node.actors.ask("clerk", "count").payload == "3"
