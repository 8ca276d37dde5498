"""An embedded node brings back who ran on its workspace, as `workbench node` does; what is recorded of them fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_modules import data, function, module, request

import workbench
from workbench import bundles
from workbench.api import NotFound, SpawnOptions
from workbench.config import Config, load
from workbench.node import LocalNode, Machine

TALLY = (Path(__file__).parents[2] / "resources" / "actors" / "tally.wat").read_bytes()


def opened(folder: Path, **how: bool) -> LocalNode:
    return LocalNode(Machine(folder, Config(cache=load().cache), **how))


def spawned(node: LocalNode, name: str = "own", state: str = "") -> None:
    node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
    node.actors.spawn("tally", state, options=SpawnOptions(name=name))


def test_the_node_of_a_program_brings_its_actors_back_where_they_were(tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}", record="full") as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        node.actors.spawn("tally", options=SpawnOptions(name="own"))
        assert [node.actors.ask("own", "increment").payload for _ in range(3)] == ["1", "2", "3"]
    with workbench.connect(f"embedded:{tmp_path}", record="full") as node:
        assert node.actors.ask("own", "increment").payload == "4"
        assert node.actors.get("own").restarts == 0


def test_what_is_recorded_before_and_after_can_be_lived_through_again(tmp_path: Path) -> None:
    with opened(tmp_path / "space") as node:
        spawned(node, state="5")
        node.actors.ask("own", "increment")
    with opened(tmp_path / "space") as node:
        node.actors.ask("own", "increment")
        exported = bundles.export(node, tmp_path / "both.plexbundle")
        assert exported.problems == ()
        births = [turn for turn in node.debugger.turns("own") if turn.turn.birth is not None]
        assert [birth.turn.birth.state for birth in births if birth.turn.birth is not None] == ["5", "6"]
    replayed = bundles.replay(tmp_path / "both.plexbundle")
    assert replayed.problems == () and [actor.divergence for actor in replayed.actors] == [None]


def test_where_it_was_is_told_once(tmp_path: Path) -> None:
    """A kill after it came back lets it begin anew, and not where an older end left it."""
    with opened(tmp_path) as node:
        spawned(node)
        node.actors.ask("own", "increment")
    with opened(tmp_path) as node:
        assert node.machine.around.returning.roster.drained() == {}
        assert node.actors.ask("own", "get_count").payload == "1"
        node.machine.around.returning.ends = True  # as if it were killed: nothing is written at its end
    with opened(tmp_path) as node:
        assert node.actors.ask("own", "get_count").payload == "0"


@pytest.mark.parametrize("how", [{"keeps": False}, {"revive": False}])
def test_who_is_not_kept_or_not_wanted_is_not_there(tmp_path: Path, how: dict[str, bool]) -> None:
    with opened(tmp_path, keeps=how.get("keeps", True)) as node:
        spawned(node)
    with opened(tmp_path, revive=how.get("revive", True)) as node, pytest.raises(NotFound):
        node.actors.get("own")


def test_one_that_was_not_brought_back_is_given_up_by_a_stop(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        spawned(node)
    with opened(tmp_path, revive=False) as node:
        node.actors.stop("own")
    with opened(tmp_path) as node:
        assert node.actors.list() == []


def test_one_that_does_not_start_is_told_and_tried_again(tmp_path: Path) -> None:
    """Its init traps without a state: with one it starts."""
    fragile = module(
        function(
            "init", "(if (i32.eqz (local.get $size)) (then (unreachable))) (i64.const 0)",
            "(param $at i32) (param $size i32)",
        ),
        request("(call $text (i32.const 16) (i32.const 2))"), data("ok"),
    )  # fmt: skip
    with opened(tmp_path) as node:
        found = node.modules.deploy(fragile, file_name="fragile.wat")
        node.actors.spawn(found.hash, "x", options=SpawnOptions(name="own"))
        spawned(node, "other")
    database = tmp_path / "workbench.db"
    edit(database, '"state":"x"', '"state":""')
    with opened(tmp_path) as node:
        assert node.actors.ask("other", "get_count").payload == "0", "nobody else is held up"
        with pytest.raises(NotFound, match="it ran when the node ended and could not be brought back: init of own"):
            node.actors.ask("own", "x")
    edit(database, '"state":""', '"state":"x"')
    with opened(tmp_path) as node:
        assert node.actors.ask("own", "x").payload == "ok"


def edit(database: Path, before: str, after: str) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as db:
        (line,) = db.execute("SELECT birth FROM roster WHERE name = 'own'").fetchone()
        assert before in line, line
        db.execute("UPDATE roster SET birth = ? WHERE name = 'own'", (line.replace(before, after),))
        db.execute("DELETE FROM drained")
        db.commit()


def test_a_module_that_somebody_comes_back_with_is_not_removed(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        spawned(node)
    with opened(tmp_path, revive=False) as node, pytest.raises(Exception, match="own"):
        node.modules.remove("tally")
