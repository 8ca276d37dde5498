"""The interpreter that a packaged program brings along is taken when it is what it says, and never otherwise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from workbench.wasm import shipped
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler

COMPONENT = bytes(wat2wasm("(component)"))
MODULE = hashlib.sha256(COMPONENT).hexdigest()


@pytest.fixture
def along(tmp_path: Path) -> Path:
    """What a package has: here a tiny component in the interpreter's place."""
    folder = tmp_path / "along"
    made = Artifacts(folder)
    compiler = Compiler()
    try:
        scratch = made.scratch(MODULE)
        compiler.compile(COMPONENT, scratch)
        made.keep(MODULE, scratch)
    finally:
        compiler.close()
    (folder / f"{MODULE}.wasm").write_bytes(COMPONENT)
    (folder / "current-these").write_text(MODULE)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


def test_one_that_was_made_from_the_same_files_is_taken_with_its_compiled_form(along: Path, cache: Path) -> None:
    assert shipped.take(along, "these", cache) == MODULE
    assert (cache / f"{MODULE}.wasm").read_bytes() == COMPONENT
    taken = shipped.take_code(along, MODULE, Artifacts(cache))
    assert taken is not None and Artifacts(cache).find(MODULE) == taken
    assert taken.stat().st_mode & 0o777 == 0o600


def test_one_that_was_made_from_other_files_is_left(along: Path, cache: Path) -> None:
    assert shipped.take(along, "others", cache) == ""
    assert shipped.take(cache / "nothing", "these", cache) == ""
    assert shipped.take_code(cache / "nothing", MODULE, Artifacts(cache)) is None
    assert list(cache.iterdir()) == []


def test_one_that_was_changed_is_left(along: Path, cache: Path) -> None:
    (along / f"{MODULE}.wasm").write_bytes(COMPONENT + b"\0")
    assert shipped.take(along, "these", cache) == ""
    code = Artifacts(along).path(MODULE)
    code.write_bytes(code.read_bytes() + b"\0")
    assert shipped.take_code(along, MODULE, Artifacts(cache)) is None
    assert list(cache.iterdir()) == []


def test_code_that_the_engine_does_not_accept_is_left(along: Path, cache: Path) -> None:
    code = Artifacts(along).path(MODULE)
    code.write_bytes(b"\x7fELF of another processor")
    code.with_suffix(".sha256").write_text(hashlib.sha256(code.read_bytes()).hexdigest())
    assert shipped.take_code(along, MODULE, Artifacts(cache)) is None
    assert list(cache.iterdir()) == []
