"""What once left an actor inside of a turn, or a module without its code, for ever."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from wasmtime import wat2wasm

import workbench
from workbench.api import ActorState, Crashed, Invalid, Node, NotFound, SpawnOptions, WorkbenchError
from workbench.data import directory
from workbench.node import LocalNode
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.core import CoreInstance

TALLY = (directory("resources") / "actors" / "tally.wat").read_bytes()
ENDLESS = wat2wasm("""(module
  (memory (export "memory") 1)
  (func (export "allocate") (param i32) (result i32) (i32.const 64))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (i64.const 0))
  (func $start (loop $again (br $again)))
  (start $start))""")


@pytest.fixture
def tally(node: Node) -> str:
    node.modules.deploy(TALLY, file_name="tally.wat", alias="tally", force=True)
    return node.actors.spawn("tally").id.name


@pytest.mark.parametrize("python", [False, True])
def test_a_message_type_that_is_no_unicode_is_refused_and_the_actor_lives_on(
    node: Node, tally: str, odd: str, python: bool
) -> None:
    name = odd if python else tally
    for send in (node.actors.ask, node.actors.tell):
        with pytest.raises(Invalid, match="the message type is not valid Unicode"):
            send(name, "\ud800", "x")
        with pytest.raises(Invalid, match=r"a message type is text \(str\), not bytes"):
            send(name, b"bytes", "x")  # type: ignore[arg-type]
    assert node.actors.get(name).state is ActorState.IDLE


def test_a_fault_of_the_host_inside_a_turn_ends_the_actor_and_answers_the_caller(
    node: Node, tally: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(CoreInstance, "_message", fails)
        with pytest.raises(Crashed, match="the host failed inside this turn"):
            node.actors.ask(tally, "increment")
    assert node.actors.get(tally).state is ActorState.CRASHED
    node.actors.restart(tally)
    assert node.actors.ask(tally, "increment").payload == "1"


def test_a_start_function_without_end_is_killed_at_the_next_tick(node: Node) -> None:
    module = node.modules.deploy(bytes(ENDLESS), file_name="endless.wasm").hash
    ended: list[BaseException] = []

    def spawn() -> None:
        try:
            node.actors.spawn(module, options=SpawnOptions(name="endless", profile="permissive"))
        except WorkbenchError as error:
            ended.append(error)

    thread = threading.Thread(target=spawn)
    thread.start()
    started = time.monotonic()
    while not any(actor.id.name == "endless" for actor in node.actors.list()):
        assert time.monotonic() - started < 30
    node.actors.kill("endless")
    thread.join(20)
    assert not thread.is_alive() and isinstance(ended[0], Crashed) and "killed" in ended[0].message
    with pytest.raises(NotFound):
        node.actors.get("endless")


def test_compiled_code_that_the_engine_refuses_is_made_again(tmp_path: Path, interpreter: str) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        assert isinstance(node, LocalNode)
        module = node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        artifacts = Artifacts(tmp_path / "compiled")
        path = artifacts.path(module.hash)
        part = path.read_bytes()[:5_000]
    path.unlink()  # the old file may still be mapped here
    path.write_bytes(part)
    path.with_suffix(".sha256").write_text(hashlib.sha256(part).hexdigest(), encoding="ascii")
    with workbench.connect(f"embedded:{tmp_path}") as node:
        name = node.actors.spawn("tally").id
        assert node.actors.ask(name, "increment").payload == "1"
    assert len(path.read_bytes()) > 5_000


@pytest.mark.parametrize("alias", ["a b@c@d", "@1", "name@", "-h", "--force", "a\nb", "\ud800"])
def test_an_alias_is_a_name_or_a_name_with_a_version(node: Node, alias: str) -> None:
    module = node.modules.deploy(TALLY, file_name="tally.wat").hash
    with pytest.raises(Invalid, match="cannot be an alias"):
        node.modules.alias(alias, module)


def test_wrong_arguments_are_refused_in_words(node: Node, tally: str) -> None:
    with pytest.raises(Invalid, match=r"a payload is text \(str\) or binary \(bytes\), not int"):
        node.actors.spawn("tally", 5)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="the initial state is not valid Unicode"):
        node.actors.spawn("tally", "\ud800")
    with pytest.raises(Invalid, match="an actor's name is not valid Unicode"):
        node.actors.spawn("tally", options=SpawnOptions(name="\ud800"))
    with pytest.raises(Invalid, match="a module is given as bytes, not str"):
        node.modules.deploy("text")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="the beginning of a hash has 8 or more characters"):
        node.modules.get("abc123")


def test_what_a_process_that_ended_left_half_compiled_is_swept_away(tmp_path: Path) -> None:
    artifacts = Artifacts(tmp_path, 1 << 30)
    mine = artifacts.scratch("0" * 64)
    gone = tmp_path / f".{'0' * 16}-{2**22 + 7}-1.part"
    for path in (mine, gone, gone.with_suffix(".input")):
        path.write_bytes(b"half")
    artifacts.evict()
    assert mine.exists() and not gone.exists() and not gone.with_suffix(".input").exists()
