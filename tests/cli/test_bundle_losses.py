"""A session of which a part cannot be read: no command that shows it or lives through it passes over that."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench
from tests.unit.sessions import forged
from tests.unit.timelines import TALLY
from workbench.api import Certainty, SpawnOptions, Unavailable

Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One counts to 5, two to 3, in three files: 4 turns, 4 turns, 3 turns (of one alone, at last)."""
    folder = tmp_path_factory.mktemp("losses")
    with workbench.connect("embedded:") as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        for name in ("one", "two"):
            node.actors.spawn("tally", options=SpawnOptions(name))
        for name in ("one", "two", "two", "one", "one", "two", "one", "one"):
            node.actors.ask(name, "increment")
        node.keyvalue.put("late", "1")
        workbench.export_bundle(node, folder / "made")

    def split(entries: Entries) -> None:
        lines = entries["turns/0001.jsonl"].splitlines(keepends=True)
        assert len(lines) == 10
        for number, part in enumerate((lines[:4], lines[4:8], lines[8:]), 1):
            entries[f"turns/000{number}.jsonl"] = b"".join(part)

    return forged(folder / "made", folder / "whole.plexbundle", split)


def flipped(path: Path, target: Path, name: str) -> Path:
    """One bit of this entry is another one."""
    data = bytearray(path.read_bytes())
    data[data.index(name.encode()) + len(name) + 20] ^= 1
    target.write_bytes(data)
    return target


def test_a_whole_one_says_nothing(shell, whole: Path) -> None:
    assert shell("bundle", "state", str(whole), "one").out == "5\n"
    for command in (("timeline", str(whole)), ("replay", str(whole))):
        done = shell("bundle", *command)
        assert (done.code, "problem" in done.err) == (0, False), done


def test_after_a_lost_file_in_the_middle_states_are_unknown_and_every_command_says_so(
    shell, whole: Path, tmp_path: Path
) -> None:
    path = str(flipped(whole, tmp_path / "two-flip", "turns/0002.jsonl"))
    said = "problem: turns/0002.jsonl is damaged: "
    for command in (("bundle", "timeline", path), ("actor", "list", "--node", f"bundle:{path}")):
        done = shell(*command)
        assert (done.code, done.err.count(said)) == (0, 1), done
    for actor, why in (("one", "is not all recorded"), ("two", "cannot be told: turns/0002.jsonl cannot be read")):
        done = shell("bundle", "state", path, actor)
        assert (done.code, done.out, said in done.err, why in done.err) == (1, "", True, True), done
    known = shell("bundle", "state", path, "two", "--at", "4")
    assert (known.code, known.out, known.err.count(said)) == (0, "1\n", 1)
    replayed = shell("bundle", "replay", path)
    assert (replayed.code, said in replayed.err) == (1, True)
    assert shell("bundle", "replay", path, "--partial").code == 1
    rehearsed = shell("module", "rehearse", "tally", "--as", "tally", "--bundle", path)
    assert (rehearsed.code, rehearsed.err.count(said)) == (1, 1), rehearsed


def test_a_lost_file_at_the_end_leaves_no_state_at_the_end(shell, whole: Path, tmp_path: Path) -> None:
    path = str(flipped(whole, tmp_path / "end", "turns/0003.jsonl"))
    done = shell("bundle", "state", path, "two")
    assert (done.code, done.out) == (1, "")
    assert "whether it had turns after its turn 4 cannot be told: turns/0003.jsonl cannot be read" in done.err
    assert "the state of 2 actors is not known here" in done.err


@pytest.mark.parametrize("line", [0, 2, 6])
def test_a_line_that_is_no_turn_concerns_whom_it_may_concern(whole: Path, tmp_path: Path, line: int) -> None:
    """By the numbers of the others it is known whose it was; the last one of all may have been anybody's."""

    def spoil(lines: list[bytes]) -> None:
        lines[line] = b"{\n"

    with workbench.connect(f"bundle:{edited(whole, tmp_path / 'x', spoil)}") as node:
        assert node.session is not None
        total = node.session.now().total
        assert total == 9
        states = {
            actor: [node.session.go(at) and node.session.state(actor) for at in range(total + 1)]
            for actor in ("one", "two")
        }
    known = {
        actor: [view.state if view.certainty is not Certainty.UNKNOWN else "" for view in views]
        for actor, views in states.items()
    }
    if line == 2:  # the first message of one
        assert known["one"][2] == "0" and not any(known["one"][3:])
        assert known["two"] == ["", "", "0", "1", "2", "2", "2", "3", "3", "3"]
        assert states["one"][3].note == "its turn 2 is missing: line 3 of turns/0001.jsonl cannot be read"
    if line == 0:  # its birth
        assert not any(known["one"]) and known["two"][-1] == "3"
    if line == 6:  # the third message of one
        assert known["one"][3:7] == ["1", "1", "1", "2"] and not any(known["one"][7:])
        assert known["two"][-1] == "3"


def edited(path: Path, target: Path, change: Callable[[list[bytes]], None]) -> Path:
    def one_file(entries: Entries) -> None:
        lines = b"".join(entries.pop(f"turns/000{number}.jsonl") for number in (1, 2, 3)).splitlines(keepends=True)
        change(lines)
        entries["turns/0001.jsonl"] = b"".join(lines)

    return forged(path, target, one_file)


def test_a_dropped_turn_is_a_failure_of_the_replay_unless_it_is_asked_for(shell, whole: Path, tmp_path: Path) -> None:
    """Nothing is damaged: the turns are whole, but one is not there."""
    path = str(edited(whole, tmp_path / "dropped", lambda lines: lines.pop(3)))
    done = shell("bundle", "replay", path)
    assert (done.code, "problem" in done.err) == (1, False), done
    assert "two: 1 of 3 turns replayed, 1 equal" in done.out
    assert done.err.endswith("2 turns of " + path + " left out; with --partial that is no failure\n")
    assert shell("bundle", "replay", path, "--partial").code == 0
    rows = {row["actor"]: row for row in shell("bundle", "replay", path, "--json").objects}
    assert [(row["whole"], row["left_out"]) for row in rows.values()] == [(True, 0), (False, 2)]
    between = shell("bundle", "state", path, "two", "--at", "3")
    assert between.code == 1 and "its turn 2 is missing: when they ended is not recorded" in between.err


def test_what_services_held_behind_a_lost_file_is_not_shown_wrong(whole: Path, tmp_path: Path) -> None:
    with workbench.connect(f"bundle:{flipped(whole, tmp_path / 'lost', 'turns/0002.jsonl')}") as node:
        assert node.session is not None
        assert [entry.key for entry in node.keyvalue.list()] == ["late"]  # at the end it is known
        node.session.go(5)
        with pytest.raises(Unavailable, match=r"after 5 turns is not known: turns/0002\.jsonl cannot be read"):
            node.keyvalue.list()
        assert any("what services held after 5 turns is not known" in note for note in node.session.now().notes)
        node.session.go(4)
        assert not node.keyvalue.list()


def test_the_manifest_names_what_was_split(whole: Path) -> None:
    """Else the tests above would be of something else."""
    from zipfile import ZipFile

    with ZipFile(whole) as archive:
        made = json.loads(archive.read("manifest.json"))
    assert [entry["name"] for entry in made["entries"] if "turns/" in entry["name"]] == [
        f"turns/000{number}.jsonl" for number in (1, 2, 3)
    ]  # fmt: skip
