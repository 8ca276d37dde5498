"""How two modules differ: a pure function of what was described of them."""

from __future__ import annotations

from dataclasses import replace

from workbench.api import Behavior, Change, Format, Member, ModuleDetail, ModuleInfo
from workbench.wasm.comparison import LINES, compare

INFO = ModuleInfo(
    hash="a" * 64,
    format=Format.COMPONENT,
    size_bytes=100,
    file_name="one.wasm",
    behaviors=(Behavior.GEN_SERVER,),
    imports=("keyvalue",),
    requires=("keyvalue",),
    aliases=(),
    deployed=0.0,
    memory_bytes=65_536,
)
STORE = Member("a:b/store", "interface", "", (Member("get", "function", "func() -> u8"), Member("k", "type", "u8")))
LOG = Member("log", "function", "func(text: string)")
BEFORE = ModuleDetail(INFO, (), (STORE, LOG), (), "world root {\n}\n")
NOTHING: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})


def test_a_module_does_not_differ_from_itself() -> None:
    found = compare(BEFORE, BEFORE, ({"code": b"x"}, {"code": b"x"}))
    assert (found.changes, found.text) == ((), "")


def test_what_an_import_has_lost_gained_and_changed_is_told_by_its_name() -> None:
    changed = replace(STORE, members=(Member("get", "function", "func() -> u16"), Member("put", "function", "func()")))
    found = compare(BEFORE, replace(BEFORE, imports=(changed,)), NOTHING)
    assert found.changes == (
        Change("import", "a:b/store.get", "func() -> u8", "func() -> u16"),
        Change("import", "a:b/store.k", "u8", ""),
        Change("import", "log", "func(text: string)", ""),
        Change("import", "a:b/store.put", "", "func()"),
    )


def test_what_it_is_and_needs_is_told_before_what_it_weighs() -> None:
    info = replace(INFO, behaviors=(Behavior.GEN_FSM,), requires=(), memory_bytes=0, size_bytes=2000)
    found = compare(BEFORE, replace(BEFORE, info=info), NOTHING)
    assert [(change.part, change.before, change.after) for change in found.changes] == [
        ("behavior", "gen_server", ""),
        ("behavior", "", "gen_fsm"),
        ("requires", "keyvalue", ""),
        ("memory", "65,536 bytes", "0 bytes"),
        ("size", "100 bytes", "2,000 bytes"),
    ]


def test_a_section_of_the_same_size_and_other_bytes_is_told_by_its_hash() -> None:
    found = compare(BEFORE, BEFORE, ({"code": b"x"}, {"code": b"y"}))
    assert found.changes == (Change("section", "code", "1 byte, 2d711642", "1 byte, a1fce436"),)


def test_worlds_are_compared_line_by_line() -> None:
    found = compare(BEFORE, replace(BEFORE, wit="world root {\n  export run: func();\n}\n"), NOTHING)
    assert "+  export run: func();\n" in found.text


def test_sources_of_several_files_are_compared_one_by_one() -> None:
    python = replace(BEFORE, info=replace(INFO, format=Format.PYTHON), imports=())
    old = {"actor.py": b"x = 1\n", "gone.py": b"y = 1\n"}
    new = {"actor.py": b"x = 2\n", "fresh.py": b"z = 1\n"}
    found = compare(python, python, (old, new))
    assert [(change.name, change.before == "", change.after == "") for change in found.changes] == [
        ("actor.py", False, False),
        ("gone.py", False, True),
        ("fresh.py", True, False),
    ]
    assert all(line in found.text for line in ("-x = 1\n", "+x = 2\n", "-y = 1\n", "+z = 1\n", "--- actor.py\n"))


def test_a_text_that_is_too_long_is_said_to_be() -> None:
    python = replace(BEFORE, info=replace(INFO, format=Format.PYTHON))
    long = b"x\n" * (LINES + 1)
    found = compare(python, python, ({"a.py": long}, {"a.py": b"x\n"}))
    assert found.text == "texts of 20,001 and 1 lines are too long to be compared line by line\n"
