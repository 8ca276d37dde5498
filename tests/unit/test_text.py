"""Text of WebAssembly, of components too: it becomes the binary it stands for, and errors have their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from wasmtime import wat2wasm

import workbench
from tests.mutants.modules import LIFECYCLE, SERVER, TYPES, component, echo
from tests.unit.core_modules import ECHO, module, request
from workbench.api import ActorState, Behavior, Format, Invalid, Node

COMPONENT = f"(component {TYPES} {echo('')} {LIFECYCLE} {SERVER})"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def test_the_text_of_a_component_deploys_runs_and_is_one_module_with_its_binary(node: Node) -> None:
    info = node.modules.deploy(COMPONENT.encode(), file_name="echo.wat")
    assert (info.format, info.behaviors) == (Format.COMPONENT, (Behavior.GEN_SERVER,))
    assert node.modules.data(info.hash) == component()
    assert node.modules.deploy(component(), file_name="echo.wasm") == info
    actor = node.actors.spawn(info.hash, "")
    for payload in ("größe", b"\0\xff", ""):
        assert node.actors.ask(actor.id, "echo", payload).payload == payload
    assert node.actors.snapshot(actor.id) == "kept"
    assert node.actors.upgrade(actor.id, info.hash).state is ActorState.IDLE


BEFORE = {
    "nothing": "",
    "blank lines": "\n\n  \t",
    "a mark of the encoding": "\ufeff",
    "line comments": ";; an actor (module\n;; by hand\n",
    "a block comment": "(; an actor\n   by hand ;)\n",
    "all of them": "\ufeff\n;; one\n(; two ;)\n  ;; three\n",
}
TEXTS = {"module": module(request(ECHO)).decode(), "component": COMPONENT}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", ["actor.wat", "actor.txt", "actor.py", ""])
def test_text_is_told_by_its_first_word_and_never_by_its_name(node: Node, kind: str, before: str, name: str) -> None:
    info = node.modules.deploy((BEFORE[before] + TEXTS[kind]).encode(), file_name=name)
    assert node.modules.data(info.hash) == bytes(wat2wasm(TEXTS[kind]))


def test_a_named_module_and_one_with_windows_lines_are_taken(node: Node) -> None:
    text = TEXTS["module"].replace("(module", "(module $echo", 1).replace("\n", "\r\n")
    assert node.modules.deploy(text.encode(), file_name="echo.wat").format is Format.CORE


WRONG = {
    "an unknown instruction": ("module", "(module\n  (func\n    i32.cnst 1))", 3, 5, "unknown operator"),
    "a name that is not there": ("module", "(module\n  (func (call $nowhere)))", 2, 15, "unknown func"),
    "a parenthesis too few": ("module", "(module\n  (func", 2, 8, "expected"),
    "a parenthesis too many": ("module", "(module)\n)", 2, 1, "extra tokens"),
    "a text without its end": ("module", '(module\n  (data "abc))', 2, 15, "unexpected end"),
    "a word of no component": ("component", "(component\n  (thing))", 2, 4, ""),
    "a type of no component": ("component", '(component\n\n  (import "a" (func (param "x" text))))', 3, 32, ""),
    "a core module inside": ("component", "(component (core module\n  (func i32.cnst)))", 2, 9, "unknown operator"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_in_a_text_has_its_file_line_and_column(node: Node, name: str) -> None:
    _, text, line, column, said = WRONG[name]
    with pytest.raises(Invalid) as refused:
        node.modules.deploy(text.encode(), file_name="folder/wrong.wat")
    [place] = refused.value.locations
    assert (place.file, place.line, place.column) == ("wrong.wat", line, column)
    assert refused.value.message.startswith(f"wrong.wat:{line}:{column}: {said}")
    assert "\n" not in refused.value.message


def test_lines_are_counted_with_the_comments_before(node: Node) -> None:
    with pytest.raises(Invalid, match=r"^the text:4:15: unknown operator"):
        node.modules.deploy(b"\xef\xbb\xbf;; one\n(; two\n;)\n(module (func i32.cnst))")


def test_a_text_that_is_valid_and_no_actor_is_refused_as_its_binary_is(node: Node) -> None:
    with pytest.raises(Invalid, match=re.escape("does not export plexspaces:actor/lifecycle@1.0.0")):
        node.modules.deploy(b"(component)", file_name="empty.wat")
    with pytest.raises(Invalid, match="exports no memory called 'memory'"):
        node.modules.deploy(b"(module)", file_name="empty.wat")


def test_a_text_that_does_not_validate_is_refused_by_the_engine_in_words(node: Node) -> None:
    with pytest.raises(Invalid, match=r"the engine cannot compile it: .*type mismatch") as refused:
        node.modules.deploy(module(request("(i32.const 0)")), file_name="wrong.wat")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("name", ["counter", "counter.txt", "COUNTER.PY", "counter.wat"])
def test_python_source_is_told_by_its_content_too(node: Node, interpreter: str, name: str) -> None:
    source = (
        b"from plexspaces import GenServer\n"
        b"class Echo(GenServer):\n"
        b"    def handle_request(self, from_actor, message_type, payload):\n"
        b"        return payload\n"
    )
    info = node.modules.deploy(source, file_name=name)
    assert (info.format, info.class_name) == (Format.PYTHON, "Echo")
    node.modules.remove(info.hash)
