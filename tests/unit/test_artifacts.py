"""Compiled code on disk: bounded by size, and mapped only when it is what this user compiled."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from wasmtime.component import Component

import workbench
from tests.mutants.modules import component
from workbench.api import Node
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.wasm.artifacts import LEFTOVER_SECONDS, Artifacts
from workbench.wasm.engine import new_engine
from workbench.wasm.eviction import Entry, evicted

ENTRIES = (Entry("old", 30, 1.0), Entry("newer", 30, 2.0), Entry("newest", 40, 3.0))
ECHO = component()
PLANTED = component(reply="(i32.const 1024)", size="(i32.const 4)")
USER = """
import sys
from pathlib import Path
from workbench.wasm.artifacts import Artifacts
store = Artifacts(Path(sys.argv[1]))
print(store.use(sys.argv[2]) is not None, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("most_bytes", "in_use", "gone"),
    [
        (100, (), ()),
        (99, (), ("old",)),
        (70, (), ("old",)),
        (69, (), ("old", "newer")),
        (0, (), ("old", "newer", "newest")),
        (99, ("old",), ("newer",)),
        (0, ("old", "newest"), ("newer",)),
        (50, ("old", "newer", "newest"), ()),
    ],
)
def test_what_was_used_longest_ago_goes_first_and_what_is_in_use_stays(
    most_bytes: int, in_use: tuple[str, ...], gone: tuple[str, ...]
) -> None:
    assert evicted(ENTRIES, most_bytes, in_use) == gone
    assert evicted(reversed(ENTRIES), most_bytes, in_use) == gone


def _kept(store: Artifacts, module: str, used: float, size_bytes: int = 1000) -> Path:
    """An artifact that was used at that time."""
    scratch = store.scratch(module)
    scratch.write_bytes(module.encode() * (size_bytes // len(module)))
    path = store.keep(module, scratch)
    os.utime(path.with_suffix(".sha256"), (used, used))
    return path


def test_a_folder_over_its_bound_loses_what_was_used_longest_ago(tmp_path: Path) -> None:
    store = Artifacts(tmp_path, 2500)
    old, newer, newest = (_kept(store, name, used) for name, used in (("a", 100.0), ("b", 200.0), ("c", 300.0)))
    Artifacts(tmp_path).use("a")  # a use, by whoever it was, makes it the newest
    assert store.overfull
    store.evict()
    assert (old.exists(), newer.exists(), newest.exists()) == (True, False, True)
    assert not store.overfull and store.find("b") is None and not newer.with_suffix(".sha256").exists()


def test_what_this_process_has_mapped_stays_until_it_is_released(tmp_path: Path) -> None:
    store = Artifacts(tmp_path, 100)
    path = _kept(store, "a", 100.0)
    assert store.use("a") == path
    store.evict()
    assert path.exists()
    store.release("a")
    store.evict()
    assert not path.exists()


def test_what_another_process_has_mapped_stays_until_it_ends_however_it_ends(tmp_path: Path) -> None:
    store = Artifacts(tmp_path, 100)
    path = _kept(store, "a", 100.0)
    command = [sys.executable, "-c", USER, str(tmp_path), "a"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "True\n"
        store.evict()
        assert path.exists()
        other.kill()
        other.wait()
    store.evict()
    assert not path.exists()
    assert not list(tmp_path.glob(".mapped-*")), "the list of a process that was killed is thrown away"


def test_what_a_compilation_left_behind_goes_after_a_day(tmp_path: Path) -> None:
    store = Artifacts(tmp_path, 100)
    fresh, stale = store.scratch("fresh"), store.scratch("stale")
    for path in (fresh, stale):
        path.write_bytes(b"half")
    old = stale.stat().st_mtime - LEFTOVER_SECONDS - 1
    os.utime(stale, (old, old))
    store.evict()
    assert (fresh.exists(), stale.exists()) == (True, False)


def test_a_module_that_lost_its_compiled_form_says_so_and_is_compiled_again(tmp_path: Path) -> None:
    config = replace(load(), compiled_bytes=1)
    machine = Machine(tmp_path, config)
    try:
        node = LocalNode(machine)
        first = node.modules.deploy(ECHO)
        actor = node.actors.spawn(first.hash).id
        second = node.modules.deploy(component("(func)"))
        assert node.modules.get(first.hash).compiled, "an actor runs it"
        node.actors.stop(actor)
        third = node.modules.deploy(component("(func) (func)"))
        assert [node.modules.get(info.hash).compiled for info in (first, second, third)] == [False, False, True]
        assert node.modules.describe(first.hash).compiled_bytes is None
        assert node.actors.ask(node.actors.spawn(first.hash).id, "x", "again").payload == "again"
        assert node.modules.get(first.hash).compiled and node.modules.describe(first.hash).compiled_bytes
    finally:
        machine.close()
    assert not list((tmp_path / "compiled").glob(".mapped-*"))


def _compiled(data: bytes) -> bytes:
    return bytes(Component(new_engine(), data).serialize())


def _put(path: Path, data: bytes) -> None:
    """In its place, not into it: what is mapped must not change under the engine."""
    path.unlink()
    path.write_bytes(data)


def _plant(path: Path) -> None:
    _put(path, _compiled(PLANTED))


def _plant_with_record(path: Path) -> None:
    _plant(path)
    path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    _put(path, bytes(data))


def _foreign(path: Path) -> None:
    """Code of other settings, as another version of the engine leaves it."""
    _plant_with_record(path)
    other = path.with_name(path.name.replace(path.stem[-16:], "0123456789abcdef"))
    path.with_suffix(".sha256").rename(other.with_suffix(".sha256"))
    path.rename(other)


def _writable(path: Path) -> None:
    _plant_with_record(path)
    path.chmod(0o666)


def _open_folder(path: Path) -> None:
    _plant_with_record(path)
    path.parent.chmod(0o777)


HARMS = {
    "another module's code": _plant,
    "a flipped bit": _flip,
    "cut off": lambda path: _put(path, path.read_bytes()[:-1]),
    "empty": lambda path: _put(path, b""),
    "no record": lambda path: (_plant(path), path.with_suffix(".sha256").unlink()),
    "a record that is no text": lambda path: path.with_suffix(".sha256").write_bytes(b"\xff\xfe"),
    "other settings": _foreign,
    "a file that others may write": _writable,
    "a folder that others may write": _open_folder,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_compiled_code_that_somebody_touched_is_made_again_and_never_mapped(
    tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        module = node.modules.deploy(ECHO).hash
    (path,) = (tmp_path / "compiled").glob("*.cwasm")
    harm(path)
    harmed = path.read_bytes() if path.exists() else None
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.actors.ask(node.actors.spawn(module).id, "x", "mine").payload == "mine"
    assert path.read_bytes() != harmed or harm is HARMS["a record that is no text"]
    assert Artifacts(path.parent).find(module) == path
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_the_planted_code_would_be_noticed_if_it_were_mapped(node: Node) -> None:
    assert node.actors.ask(node.actors.spawn(node.modules.deploy(PLANTED).hash).id, "x", "mine").payload == "kept"


def test_code_that_is_changed_while_the_node_runs_is_seen_before_it_is_mapped_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Artifacts(tmp_path)
    path = _kept(store, "a", 100.0)
    assert store.find("a") == path
    path.write_bytes(b"other")
    with caplog.at_level(logging.WARNING):
        assert store.find("a") is None
    assert "thrown away" in caplog.text and not path.exists()
