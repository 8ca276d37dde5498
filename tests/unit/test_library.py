"""Deploying: by content, once, with precise refusals; references and aliases."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from wasmtime import wat2wasm

import workbench
from workbench.api import (
    AlreadyExists,
    Behavior,
    Conflict,
    Exhausted,
    Format,
    Invalid,
    Node,
    NotFound,
    Progress,
    SpawnOptions,
)
from workbench.node import LocalNode
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import new_engine

GOOD = b"""
from plexspaces import GenServer, keyvalue

class Good(GenServer):
    '''A good one.'''
    def handle_request(self, from_actor, message_type, payload):
        return keyvalue.get(payload) or ""
"""


def test_the_same_bytes_are_one_module(node: Node) -> None:
    first = node.modules.deploy(GOOD, file_name="good.py", alias="good")
    again = node.modules.deploy(GOOD, file_name="other.py", alias="good")
    assert first.hash == again.hash and again.file_name == "good.py"
    assert [info.hash for info in node.modules.list()].count(first.hash) == 1


def test_what_a_module_is_and_needs_is_known(node: Node) -> None:
    info = node.modules.deploy(GOOD, file_name="good.py")
    assert info.format is Format.PYTHON
    assert info.behaviors == (Behavior.GEN_SERVER,)
    assert info.requires == ("keyvalue",)
    assert (info.class_name, info.documentation) == ("Good", "A good one.")
    assert info.interpreter == node.info().interpreter
    assert node.modules.data(info.hash) == GOOD


def test_a_module_is_found_by_alias_version_hash_and_prefix(node: Node) -> None:
    info = node.modules.deploy(GOOD, file_name="good.py", alias="shop@1", force=True)
    for reference in ("shop@1", "shop", info.hash, info.hash[:8], info.hash[:8].upper()):
        assert node.modules.get(reference).hash == info.hash
    for unknown in ("shop@2", "nothing", info.hash[:7], "0" * 64):
        with pytest.raises(NotFound):
            node.modules.get(unknown)


def test_the_name_alone_means_the_newest_version(node: Node) -> None:
    node.modules.deploy(GOOD, alias="versioned@1")
    newer = node.modules.deploy(GOOD + b"# newer\n", alias="versioned@2")
    assert node.modules.get("versioned").hash == newer.hash


def test_an_alias_points_elsewhere_only_by_force(node: Node) -> None:
    first = node.modules.deploy(GOOD, alias="taken")
    with pytest.raises(AlreadyExists, match="--force"):
        node.modules.deploy(GOOD + b"# changed\n", alias="taken")
    assert node.modules.get("taken").hash == first.hash
    moved = node.modules.deploy(GOOD + b"# changed\n", alias="taken", force=True)
    assert node.modules.get("taken").hash == moved.hash != first.hash


def test_a_module_in_use_is_not_removed_and_the_error_names_its_users(node: Node) -> None:
    info = node.modules.deploy(GOOD + b"# used\n", alias="used")
    actor = node.actors.spawn("used")
    with pytest.raises(Conflict, match=actor.id.name):
        node.modules.remove("used")
    node.actors.stop(actor.id)
    node.modules.remove("used")
    with pytest.raises(NotFound):
        node.modules.get(info.hash)


def test_the_actors_of_another_tenant_are_neither_named_nor_counted(node: Node) -> None:
    assert isinstance(node, LocalNode)
    node.modules.deploy(GOOD + b"# shared\n", alias="shared")
    other = node.scoped("other", "default")
    mine = node.actors.spawn("shared", options=SpawnOptions(name="mine"))
    theirs = other.actors.spawn("shared", options=SpawnOptions(name="theirs"))
    with pytest.raises(Conflict, match=r"shared is in use by mine and others; stop"):
        node.modules.remove("shared")
    with pytest.raises(Conflict, match=r"in use by theirs and others; stop"):
        other.modules.remove("shared")
    node.actors.stop(mine.id)
    with pytest.raises(Conflict, match="in use by others; stop"):
        node.modules.remove("shared")
    other.actors.stop(theirs.id)
    other.modules.remove("shared")


@pytest.mark.parametrize("alias", ["deadbeef", "DEADBEEF", "0" * 64, "12345678@1", " a", "a ", "a\0b"])
def test_what_cannot_be_an_alias_is_refused_in_both_ways(node: Node, alias: str) -> None:
    info = node.modules.deploy(GOOD, file_name="good.py")
    with pytest.raises(Invalid, match="cannot be an alias"):
        node.modules.alias(alias, info.hash)
    source = GOOD + b"# with an alias that cannot be\n"
    with pytest.raises(Invalid, match="cannot be an alias"):
        node.modules.deploy(source, file_name="good.py", alias=alias)
    with pytest.raises(NotFound):
        node.modules.get(hashlib.sha256(source).hexdigest())


def test_a_full_hash_is_never_taken_for_an_alias(tmp_path: Path, interpreter: str) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert isinstance(node, LocalNode)
        first = node.modules.deploy(GOOD, file_name="good.py")
        other = node.modules.deploy(GOOD + b"# other\n", file_name="good.py")
    with sqlite3.connect(tmp_path / "workbench.db") as database:  # as an earlier version could have left it
        database.execute("INSERT INTO aliases (name, module) VALUES (?, ?)", (first.hash, other.hash))
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.modules.get(first.hash).hash == first.hash


def test_a_module_without_an_alias_is_called_like_its_file(node: Node) -> None:
    info = node.modules.deploy(GOOD + b"# called\n", file_name="folder/order_book.py")
    assert info.name == "order_book"
    assert node.actors.spawn(info.hash).module_name == "order_book"
    assert node.modules.alias("books", info.hash).name == "books"


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x = 1\n")])
def test_bytes_that_are_gone_or_changed_are_missed_and_deploying_again_repairs_them(
    tmp_path: Path, interpreter: str, harm: Callable[[Path], object]
) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        info = node.modules.deploy(GOOD, file_name="good.py")
        harm(tmp_path / "modules" / info.hash)
        with pytest.raises(NotFound, match="are gone or were changed; deploy it again"):
            node.modules.data(info.hash)
        assert node.modules.deploy(GOOD, file_name="good.py").hash == info.hash
        assert node.modules.data(info.hash) == GOOD


@pytest.mark.parametrize("name", ["alt.py", "alt", "alt.txt"])
def test_source_in_another_encoding_is_told_by_its_byte(node: Node, name: str) -> None:
    source = GOOD.replace(b"A good one.", "Schön gut.".encode("latin-1"))
    with pytest.raises(Invalid, match=f"{name} is not UTF-8 text: invalid .* at byte {source.index(0xF6)}"):
        node.modules.deploy(source, file_name=name)
    with pytest.raises(Invalid, match=r"wide\.py is not UTF-8 text: .* at byte 0"):
        node.modules.deploy(GOOD.decode().encode("utf-16"), file_name="wide.py")


CORE = bytes(wat2wasm('(module (memory (export "memory") 1))'))


def core(
    imports: str = "", memory: str = '(memory (export "memory") 1)', params: str = "i32 i32 i32 i32 i32 i32"
) -> bytes:
    """A core module that is an actor but for what is given."""
    return bytes(
        wat2wasm(
            f"""(module {imports} {memory}
              (func (export "allocate") (param i32) (result i32) (i32.const 0))
              (func (export "handle_request") (param {params}) (result i64) (i64.const 0)))"""
        )
    )


FOREIGN = bytes(wat2wasm('(component (import "other:thing/api@1.0.0" (instance)))'))
OTHER_VERSION = bytes(wat2wasm('(component (import "plexspaces:actor/messaging@9.0.0" (instance)))'))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\0asm", "starts with 00 61 73 6d"),
        (b"\0asm\x0d\0\1\0\x01\xff\xff\x03", "cut off"),
        (b"\x7fELF\x02\x01\x01\0\xff", "neither WebAssembly nor Python"),
        (b"PK\x03\x04rest", "the archive is damaged"),
        (b"PK\x05\x06" + bytes(18), "there is no Python file in it"),
        (b"(module)", "exports no memory called 'memory'; it exports nothing"),
        (b"(module (func i32.cnst))", "thing.wasm:1:15: unknown operator"),
        (CORE, "exports no handler: it must export one of handle_request"),
        (
            core(memory='(memory (export "memory") i64 1)'),
            "it exports a memory i64 1; expected one with places of 32",
        ),
        (core(memory='(memory (export "memory") 1 2 shared)'), "it exports a memory 1 2 shared; expected"),
        (core(memory='(table (export "memory") 1 funcref)'), "it exports no memory called 'memory'"),
        (core(params="i32 v128 i32 i32 i32 i32"), "handle_request as func(i32, v128, i32"),
        (core('(import "plexspaces" "log" (func (param v128)))'), "it imports plexspaces.log as func(v128)"),
        (bytes(wat2wasm("(component)")), "does not export plexspaces:actor/lifecycle@1.0.0"),
        (FOREIGN, "imports other:thing/api@1.0.0, which this host does not offer"),
        (OTHER_VERSION, "imports plexspaces:actor/messaging@9.0.0, this host offers plexspaces:actor@1.0.0"),
        (bytes((64 << 20) + 1), "up to 67,108,864 are taken"),
        (b"text with \0 inside", "NUL bytes"),
    ],
)
def test_what_is_no_actor_is_refused_in_words(node: Node, data: bytes, said: str) -> None:
    before = len(node.modules.list())
    with pytest.raises(Invalid, match=re.escape(said)):
        node.modules.deploy(data, file_name="thing.wasm")
    assert len(node.modules.list()) == before


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("class A(:\n    pass\n", 1, "SyntaxError"),
        ("x = 1\n", 0, "class"),
        ("from plexspaces import GenServer\nimport numpy\nclass A(GenServer): pass\n", 2, "numpy"),
        ("from plexspaces import GenServer\nclass A(GenServer): pass\nclass B(GenServer): pass\n", 3, "B"),
        ("from plexspaces import GenServer\n1 / 0\nclass A(GenServer): pass\n", 2, "ZeroDivisionError"),
        ("from plexspaces import GenServer\nwhile True: pass\n", 0, "time|fuel"),
    ],
)
def test_wrong_source_is_refused_at_its_line(node: Node, source: str, line: int, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        node.modules.deploy(source.encode(), file_name="wrong.py")
    if line:
        assert (caught.value.locations[0].file, caught.value.locations[0].line) == ("wrong.py", line)


def slow_component() -> bytes:
    """One whose compilation takes a while."""
    text = (
        "(component "
        + "".join(
            f'(core module (func (export "f{n}") (param i64) (result i64) {"(i64.mul (local.get 0) " * 2000}'
            f"(local.get 0){')' * 2000}))"
            for n in range(120)
        )
        + ")"
    )
    return bytes(wat2wasm(text))


def test_a_compilation_is_cancelled_for_real_and_the_next_one_works(tmp_path: Path) -> None:
    cancel = threading.Event()
    steps: list[Progress] = []

    def progress(step: Progress) -> None:
        steps.append(step)
        if step.seconds > 0.1:
            cancel.set()

    compiler = Compiler()
    try:
        compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "warm")
        with pytest.raises(Conflict, match="cancelled"):
            compiler.compile(slow_component(), tmp_path / "out", progress=progress, cancel=cancel)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["warm"]
        compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "out")
        assert (tmp_path / "out").exists()
    finally:
        compiler.close()
    assert steps and all(step.fraction is not None and step.fraction < 1 for step in steps)


def test_no_more_compilations_wait_than_the_setting_says(tmp_path: Path) -> None:
    compiler, cancel, refused = Compiler(waiting=0), threading.Event(), list[Exhausted]()

    def another(_step: Progress) -> None:
        with pytest.raises(Exhausted, match="compile jobs: 0 compilations wait already") as error:
            compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "other")
        refused.append(error.value)
        cancel.set()

    try:
        compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "warm")
        with pytest.raises(Conflict, match="cancelled"):
            compiler.compile(slow_component(), tmp_path / "out", progress=another, cancel=cancel)
        compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "other")
    finally:
        compiler.close()
    assert [error.limit for error in refused] == ["compile_jobs"]


def test_the_build_of_the_interpreter_is_cancelled_and_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    cancel = threading.Event()
    with workbench.connect("embedded:") as node, pytest.raises(Conflict, match="cancelled"):
        node.prepare(progress=lambda _step: cancel.set(), cancel=cancel)
    assert not list(tmp_path.rglob("*.wasm")) and not list(tmp_path.rglob("current-*"))


def test_tampered_or_cut_code_is_thrown_away_and_never_mapped(tmp_path: Path) -> None:
    compiler = Compiler()
    try:
        store = Artifacts(tmp_path)
        scratch = store.scratch("module")
        compiler.compile(bytes(wat2wasm("(component)")), scratch)
        path = store.keep("module", scratch)
        assert Artifacts(tmp_path).find("module") == path
        good = path.read_bytes()
        for bad in (good[:-1], good[:100] + b"\0" + good[101:], b""):
            path.write_bytes(bad)
            assert Artifacts(tmp_path).find("module") is None
            assert not path.exists()
        path.write_bytes(good)
        path.chmod(0o666)
        assert Artifacts(tmp_path).find("module") is None, "somebody else could have written it"
    finally:
        compiler.close()


def test_modules_survive_a_restart_of_the_node(tmp_path: Path, interpreter: str) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        deployed = node.modules.deploy(GOOD, file_name="good.py", alias="good")
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert node.modules.get("good") == deployed
        assert node.actors.spawn("good").state == "idle"


def test_engines_of_all_stack_classes_take_the_same_compiled_code(tmp_path: Path) -> None:
    from wasmtime.component import Component

    compiler = Compiler()
    try:
        compiler.compile(bytes(wat2wasm("(component)")), tmp_path / "out")
    finally:
        compiler.close()
    for stack in (64 << 10, 512 << 10, 1 << 20):
        Component.deserialize_file(new_engine(stack), str(tmp_path / "out"))
