"""`workbench debug`: how much is recorded, and what was."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from tests.cli.conftest import Shell
from workbench.api.turn_text import from_line


def test_a_headless_node_records_when_it_is_asked_to(shell: Shell) -> None:
    with shell.node():
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "one")
        shell("actor", "call", "one", "increment")
        assert shell("debug", "record").out.splitlines()[:2] == ["level     off", "recorded  0 turns in 0 segments"]
        assert shell("debug", "history", "--json").out == ""
        assert shell("debug", "record", "one", "--level", "full", "--keep", "--json").objects[0]["level"] == "full"
        shell("actor", "call", "one", "add=5")
        shell("actor", "call", "one", "crash")
        how = dict(line.split(maxsplit=1) for line in shell("debug", "record", "one").out.splitlines())
        assert (how["level"], how["kept"]) == ("full, its own", "one")
        assert how["on"].removeprefix("disk").split()[0] != "0" and how["ring"].startswith("0 bytes of 256")
        lines = shell("debug", "history", "one", "--json").out.splitlines()
        assert [from_line(line).outcome for line in lines] == ["reply", "crashed"]
        assert shell("debug", "record", "one", "--level", "inherit", "--json").objects[0]["level"] == "off"
        assert "level     off, as all without one of their own\n" in shell("debug", "record", "one").out
        assert "kept" not in shell("debug", "record", "one", "--no-keep").out
        absent = shell("debug", "record", "typo", "--level", "full")
        assert (absent.code, absent.err) == (0, "note: there is no actor 'typo' now: the level is kept for when it "
                                                "comes, as long as the node runs\n")  # fmt: skip
        assert shell("debug", "record", "typo", "--level", "inherit").code == 0
        wrong = shell("debug", "record", "--keep")
        assert (wrong.code, wrong.err) == (1, "invalid: --keep and --no-keep are about one actor; name it\n")
    shown = shell("debug", "history", "one").out
    assert "add" in shown and "ValueError: this kills it" in shown, "it is read without a node"
    (segment,) = shell("debug", "segments", "--json").objects
    assert (segment["pin"], segment["actors"], segment["turns"]) == ("kept", ["one"], 2)
    assert shell("debug", "clear").out == "0 segments thrown away\n"
    assert shell("debug", "pin", str(segment["id"]), "--no-pin").out == f"segment {segment['id']} goes with the ring\n"
    assert shell("debug", "clear").out == "1 segment thrown away\n"


def test_a_node_is_told_how_much_to_record_and_pages_follow(shell: Shell) -> None:
    with shell.node("--record", "messages"):
        assert shell("debug", "record", "--json").objects[0]["level"] == "messages"
        shell("module", "deploy", "counter.py", "--alias", "counter")
        shell("actor", "spawn", "counter", "--name", "one")
        for _ in range(3):
            shell("actor", "call", "one", "increment")
        page = shell("debug", "history", "one", "--since", "1h", "--limit", "2")
        assert len(page.out.splitlines()) == 3 and page.err.startswith("There may be more: --after ")
        place = page.err.split()[-1]
        assert len(shell("debug", "history", "one", "--after", place, "--json").out.splitlines()) == 2


def test_what_run_did_is_recorded_in_its_workspace(shell: Shell) -> None:
    done = shell("run", "counter.py", "--call", "increment", "--workspace", str(shell.workspace))
    assert done.code == 0, done.err
    lines = shell("debug", "history", "--json").out.splitlines()
    assert [from_line(line).operation for line in lines][:2] == ["init", "message"]
    name = from_line(lines[0]).actor.name
    known = shell("debug", "state", name, "2")
    assert (known.code, known.out, known.err) == (0, "1\n", "")
    missing = shell("debug", "state", name, "99")
    assert missing.code == 1 and missing.err.startswith(f"not_found: no turn 99 of '{name}' is recorded")


def test_a_diagram_is_drawn_of_what_was_recorded_as_text_and_as_files(shell: Shell) -> None:
    assert shell("run", "counter.py", "--call", "increment", "--workspace", str(shell.workspace)).code == 0
    text = shell("debug", "diagram").out
    assert text.startswith("sequenceDiagram\n    actor p0 as outside\n")
    assert "p0->>p1: increment" in text and "p1-->>p0: 1" in text
    arrows = json.loads(shell("debug", "diagram", "--format", "json").out)["arrows"]
    picture = shell.workspace / "shop.svg"
    drawn = shell("debug", "diagram", "--limit", "50", "-o", str(picture))
    assert drawn.out == f"{picture}: {len(arrows)} arrows between 3 participants\n"
    assert len(ElementTree.parse(picture).getroot().findall("{http://www.w3.org/2000/svg}g[@data-turn]")) == len(arrows)
    head, first, *_ = shell("debug", "history").out.splitlines()
    assert head.startswith("PLACE")
    part = shell("debug", "diagram", "--up-to", first.split()[0], "--until", "2999-01-01", "--format", "json")
    assert json.loads(part.out)["turns"] == 1
    assert json.loads(shell("debug", "diagram", "--after", first.split()[0], "--format", "json").out)["turns"] >= 1
    early = shell("debug", "diagram", "--until", "1971-01-01")
    assert (early.code, early.err) == (1, "not_found: nothing is recorded in this range that could be drawn\n")
    strange = shell("debug", "diagram", "-o", str(picture.with_suffix(".png")))
    assert (strange.code, "an ending that no diagram has" in strange.err) == (1, True)
    assert not picture.with_suffix(".png").exists()
    both = shell("debug", "diagram", "counter", "nobody", "--format", "json")
    assert (both.code, both.err) == (0, "nothing of nobody is in it\n")
    nobody = shell("debug", "diagram", "nobody")
    assert (nobody.code, nobody.err) == (1, "not_found: nothing is recorded of nobody that could be drawn\n")


def test_what_services_hold_and_its_changes_are_shown(shell: Shell) -> None:
    with shell.node("--record", "full"):
        shell("kv", "put", "colour", "blue")
        shell("kv", "put", "colour", "green")
        assert "1,000" not in shell("debug", "record").out
        assert "changes   2 of what services hold" in shell("debug", "record").out
        shown = shell("debug", "changes").out.splitlines()
        assert shown[0].split() == ["PLACE", "WHEN", "NUMBER", "TABLE", "BEFORE", "AFTER"] and len(shown) == 3
        page = shell("debug", "changes", "--limit", "1")
        assert page.err.startswith("There may be more: --after ")
        (change,) = shell("debug", "changes", "--after", page.err.split()[-1], "--json").objects
        assert (change["number"], change["table"]) == (2, "keyvalue")
        assert (change["before"][3], change["after"][3]) == ("blue", "green")
        assert ["keyvalue", "1"] in [line.split() for line in shell("debug", "holdings").out.splitlines()]
    pieces = shell("debug", "holdings", "--json").objects
    assert [piece["rows"][0][3] for piece in pieces if piece["table"] == "keyvalue"] == ["green"], "without a node too"
