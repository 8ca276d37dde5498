"""What the interpreter says about a source when it is deployed, and what it tells a debugger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.api import Behavior, Invalid, Kind, Node
from workbench.api.capabilities import parse_grant
from workbench.api.identity import ActorId
from workbench.api.limits import PROFILES
from workbench.guest import wheels
from workbench.node import LocalNode
from workbench.wasm.codec import Err, Ok
from workbench.wasm.gate import Context
from workbench.wasm.holdings import Holdings

from .conftest import ACTORS, SAMPLES

SERVER = """from plexspaces import GenServer
class Counter(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        return ""
"""
WRONG = [
    ("class Counter(:\n    pass\n", "SyntaxError: invalid syntax", 1, 15),
    ("x = 1\nimport jsn\n", "ModuleNotFoundError: no module 'jsn'", 2, 1),
    ("x = 1\n", "TypeError: there is no actor in it", 1, 0),
    (SERVER + "class Second(Counter): pass\nclass Third(Counter): pass\n", "Second (5) and Third (6)", 6, 1),
    (SERVER + "\n1 / 0\n", "ZeroDivisionError: division by zero", 6, 1),
    (SERVER + "raise SystemExit(2)\n", "SystemExit: 2", 5, 1),
    (SERVER + "import sys\nsys.exit('enough')\n", "SystemExit: enough", 6, 1),
    (SERVER.replace("(self, ", "("), "handle_request is called as handle_request(self, from_actor,", 3, 5),
    (SERVER + "def f(): f()\nf()\n", "RecursionError", 5, 10),
    ("from plexspaces import GenSever\n", "ImportError: cannot import name 'GenSever' from 'plexspaces'", 1, 1),
    (
        "from plexspaces import keyvalue\nkeyvalue.get('a')\n" + SERVER,
        "services answer in init and in the handlers, not while the module is loaded",
        2,
        1,
    ),
]


@pytest.mark.parametrize(("source", "sentence", "line", "column"), WRONG, ids=[each[1][:40] for each in WRONG])
def test_what_is_wrong_with_a_source_is_told_with_its_place(
    node: Node, source: str, sentence: str, line: int, column: int
) -> None:
    with pytest.raises(Invalid) as caught:
        node.modules.deploy(source.encode(), file_name="wrong.py")
    assert sentence in caught.value.message
    place = caught.value.locations[0]
    assert (place.file, place.line, place.column) == ("wrong.py", line, column)


def test_a_source_is_described(node: Node) -> None:
    info = node.modules.deploy((SAMPLES / "event_actor.py").read_bytes(), file_name="event_actor.py")
    assert info.class_name == "EventLog"
    assert set(info.behaviors) == {Behavior.GEN_EVENT, Behavior.GEN_SERVER}
    assert (info.imports, info.carries_state, info.warnings) == ((), True, ())
    assert info.documentation.startswith("A log of events that can be queried")


def test_the_services_that_a_source_imports_are_told(node: Node) -> None:
    info = node.modules.deploy((SAMPLES / "ticker_actor.py").read_bytes(), file_name="ticker_actor.py")
    assert info.imports == ("logging", "messaging")


def test_what_is_allowed_but_will_surprise_is_a_warning(node: Node) -> None:
    source = SERVER + "    def init(self, state): pass\n    def handle_event(self, a, b, c):\n        import numpy\n"
    info = node.modules.deploy(source.encode(), file_name="odd.py")
    assert not info.carries_state
    assert [warning.split(",")[0].split(":")[0] for warning in info.warnings] == [
        "handle_event is never called",
        "Counter defines init but not snapshot_state",
        "odd.py",
    ]


class Nobody:
    """The host of an instance that no actor stands behind: what is logged is dropped."""

    @property
    def logging(self) -> Nobody:
        return self

    def log(self, *_record: Any) -> None:
        return


class Guest:
    """One instance of the interpreter, without an actor system around it."""

    def __init__(self, node: LocalNode) -> None:
        limits = PROFILES["permissive"].interpreter
        machine = node._machine
        self.context = Context(ActorId("guest"), Nobody(), Holdings([parse_grant("logging")]), limits)  # type: ignore[arg-type]
        self._instance = machine.interpreter.program(limits.stack_bytes).instantiate(self.context, machine.engines)

    def call(self, interface: str, function: str, *arguments: Any) -> Any:
        self.context.begin_turn()
        return self._instance.call(interface, function, *arguments)

    def close(self) -> None:
        self._instance.close()


@pytest.fixture
def guest(node: LocalNode) -> Iterator[Guest]:
    opened = Guest(node)
    yield opened
    opened.close()


def compiled(guest: Guest, **files: str) -> Any:
    """The report on files whose names are given without their ending."""
    found = guest.call("loader", "compile", [(f"{name.replace('__', '/')}.py", text) for name, text in files.items()])
    assert isinstance(found, Ok), found
    return found.value


def test_an_actor_of_several_files_runs(node: LocalNode, guest: Guest) -> None:
    words = "def shout(text):\n    return text.upper()\n"
    actor = SERVER.replace('return ""', "from tools.words import shout\n        return shout(payload)")
    report = compiled(guest, actor=actor, tools__words=words)
    other = Guest(node)
    assert isinstance(other.call("loader", "load", report.bytecode), Ok)
    assert isinstance(other.call("lifecycle", "init", ""), Ok)
    assert other.call("gen-server", "handle-request", "", "x", "quiet").value == "QUIET"
    other.close()


def test_the_interpreter_can_check_one_source_after_the_other(guest: Guest) -> None:
    assert compiled(guest, actor="import words\n" + SERVER, words="x = 1").class_name == "Counter"
    found = guest.call("loader", "compile", [("actor.py", "import words\n" + SERVER), ("other.py", "")])
    assert isinstance(found, Err)
    assert "no module 'words'" in found.value.message


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "eJw="])
def test_bytecode_that_is_none_is_refused(guest: Guest, text: str) -> None:
    found = guest.call("loader", "load", text)
    assert isinstance(found, Err)
    assert "this is no bytecode of an actor" in found.value.message


def test_no_reply_to_a_cast_is_fine(node: Node) -> None:
    source = SERVER.replace('return ""', "print(message_type)")
    actor = node.actors.spawn(node.modules.deploy(source.encode(), file_name="quiet.py").hash).id
    assert node.actors.ask(actor, "hint", kind=Kind.CAST).payload == ""
    assert [line.message for line in node.logs(actor=actor)] == ["hint"]
    node.actors.stop(actor)


def test_an_actor_that_was_not_started_refuses_messages(guest: Guest) -> None:
    found = guest.call("gen-server", "handle-request", "", "x", "")
    assert found.value == "the actor has not been started"
    assert guest.call("lifecycle", "init", "").value == "no actor is loaded"


def test_a_handler_of_another_behavior_refuses(guest: Guest) -> None:
    report = compiled(guest, counter=SERVER)
    guest.call("loader", "load", report.bytecode)
    guest.call("lifecycle", "init", "")
    assert guest.call("gen-event", "handle-event", "", "x", "").value == "Counter does not derive from GenEvent"


def test_the_promised_modules_are_those_of_the_interpreter(guest: Guest) -> None:
    from plexspaces.sandbox.library import STANDARD

    assert sorted(guest.call("loader", "modules")) == sorted(STANDARD)


def test_a_debugger_is_told_every_line_with_its_locals_while_it_wants_to(guest: Guest) -> None:
    source = SERVER.replace('return ""', "total = len(payload)\n        text = str(total)\n        return text")
    guest.call("loader", "load", compiled(guest, counter=source).bytecode)
    guest.call("lifecycle", "init", "")
    guest.call("gen-server", "handle-request", "", "x", "abc")
    assert guest.context.calls == []
    guest.call("debugger", "set-tracing", True)
    assert guest.call("gen-server", "handle-request", "me", "x", "abc").value == "3"
    events = [call.arguments for call in guest.context.calls]
    assert [(file, line, function) for file, line, function, _ in events] == [
        ("counter.py", line, "Counter.handle_request") for line in (4, 5, 6)
    ]
    shown = [json.loads(values) for _, _, _, values in events]
    assert shown[0] == {"self": "Counter()", "from_actor": "'me'", "message_type": "'x'", "payload": "'abc'"}
    assert (shown[1]["total"], shown[2]["text"]) == ("3", "'3'")
    guest.call("debugger", "set-tracing", False)
    guest.call("gen-server", "handle-request", "", "x", "abc")
    assert guest.context.calls == []


def test_a_local_that_is_large_or_cannot_be_shown_does_no_harm(guest: Guest) -> None:
    source = "class Shy:\n    def __repr__(self): raise ValueError('no')\n" + SERVER.replace(
        'return ""',
        "large = [1] * 100_000\n        shy = Shy()\n        text = 'x' * 5000 + '\\ud800'\n        return ''",
    )
    guest.call("loader", "load", compiled(guest, counter=source).bytecode)
    guest.call("lifecycle", "init", "")
    guest.call("debugger", "set-tracing", True)
    assert guest.call("gen-server", "handle-request", "", "x", "").value == ""
    last = json.loads(guest.context.calls[-1].arguments[3])
    assert all(len(text) <= 1000 for text in last.values())
    assert last["shy"].startswith("<Shy instance")


def test_the_sample_actors_have_no_surprises(node: Node) -> None:
    for path in sorted(Path(SAMPLES).glob("*_actor.py")):
        assert node.modules.deploy(path.read_bytes(), file_name=path.name).warnings == (), path.name
    assert {path.name for path in ACTORS.glob("*.py")} == {"bench_actor.py", "machine_actor.py"}


def test_packages_are_chosen_for_the_python_of_the_sandbox(guest: Guest) -> None:
    report = compiled(guest, counter=SERVER)
    assert report.python_version.startswith(f"{wheels.PYTHON}.")
