"""The page about core modules says what the host does: its tables are the host's, its example builds and runs."""

from __future__ import annotations

from pathlib import Path

import pages
import pytest

import workbench
from tests.unit.c_compiler import build, build_line, missing
from workbench.api import Behavior, Rejected
from workbench.wasm.core import MEMORY, SIGNATURES
from workbench.wasm.core_imports import IMPORTS, MODULE

PAGE = pages.page("docs/core-modules.md")
ROWS = pages.rows(PAGE)


def test_every_import_is_documented_with_its_parameters_and_its_interface() -> None:
    documented = {row[0]: (row[1], row[3]) for row in ROWS if row[0] in IMPORTS}
    assert documented == {
        name: (", ".join(f"{part}: {kind}" for part, kind in wanted.parameters), wanted.interface)
        for name, wanted in IMPORTS.items()
    }
    assert f"All from the module `{MODULE}`" in PAGE


def test_every_export_is_documented_with_its_type() -> None:
    section = PAGE.partition("## What a module exports")[2].partition("**In**")[0]
    documented = {row[0]: row[1] for row in pages.rows(section)}
    types = {name: f"({', '.join(params)}) -> {', '.join(results)}" for name, (params, results) in SIGNATURES.items()}
    assert documented == {MEMORY: "memory", **types}


def test_the_example_in_c_builds_with_the_line_beside_it_and_does_what_it_says(tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(reason)
    [source] = pages.blocks(PAGE, "c")
    binary = build(source, tmp_path, build_line(PAGE))
    with workbench.connect("embedded:") as node:
        info = node.modules.deploy(binary, file_name="greeter.wasm")
        assert info.behaviors == (Behavior.GEN_SERVER,)
        actor = node.actors.spawn(info.hash)
        assert node.actors.ask(actor.id, "greet", "Ada").payload == "Hello Ada, you are number 1"
        node.actors.upgrade(actor.id, info.hash)
        assert node.actors.ask(actor.id, "greet", "Bob").payload == "Hello Bob, you are number 2"
        assert [line.message for line in node.logs(actor=actor.id)] == ["greeting Ada", "greeting Bob"]
        for state, number in (("-3", "-2"), ("9223372036854775806", "9223372036854775807")):
            other = node.actors.spawn(info.hash, state)
            assert str(node.actors.ask(other.id, "greet", "Eve").payload).endswith(f" {number}")
        for state in ("x", "-", "1x", " 1", "9223372036854775808", "99999999999999999999"):
            with pytest.raises(Rejected, match="the state is no number"):
                node.actors.spawn(info.hash, state)
        with pytest.raises(Rejected, match="unknown message type shout"):
            node.actors.ask(actor.id, "shout")
