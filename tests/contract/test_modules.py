"""What every node promises of modules."""

from __future__ import annotations

import hashlib
import threading

import pytest
from contract_sources import COUNTER, DOUBLE

from tests.mutants.modules import SERVER, component, core
from workbench.api import (
    AlreadyExists,
    Behavior,
    CancelToken,
    Conflict,
    Format,
    Invalid,
    Node,
    NotFound,
    Progress,
    Section,
    SpawnOptions,
    WorkbenchError,
)
from workbench.node import LocalNode

SOURCE = COUNTER.encode()


def test_deploying_the_same_bytes_again_gives_the_same_module(node: Node) -> None:
    first = node.modules.deploy(SOURCE, file_name="counter.py")
    again = node.modules.deploy(SOURCE, file_name="counter.py")
    assert first.hash == again.hash
    assert len(node.modules.list()) == 1
    assert first.format is Format.PYTHON
    assert first.behaviors == (Behavior.GEN_SERVER,)
    assert first.class_name == "Counter"
    assert first.compiled


def test_the_bytes_come_back_as_they_were_deployed(node: Node) -> None:
    deployed = node.modules.deploy(SOURCE + b"# " + b"x" * 700_000 + b"\n", file_name="large.py")
    data = node.modules.data(deployed.hash)
    assert len(data) == deployed.size_bytes
    assert data.startswith(SOURCE)


def test_what_a_source_was_compiled_to_and_the_interpreter_can_be_fetched(node: Node, counter: str) -> None:
    module = node.modules.get("counter")
    assert len(node.modules.bytecode("counter", module.interpreter)) > 1_000
    for reference, interpreter in (("counter", "0" * 64), ("counter", ""), ("nothing", module.interpreter)):
        with pytest.raises(NotFound):
            node.modules.bytecode(reference, interpreter)
    data = node.modules.data(module.interpreter)
    assert hashlib.sha256(data).hexdigest() == module.interpreter
    for unknown in ("0" * 64, "../" + module.interpreter, module.interpreter[:8]):
        with pytest.raises(NotFound):
            node.modules.data(unknown)


def test_a_module_is_found_by_alias_hash_and_prefix(node: Node) -> None:
    deployed = node.modules.deploy(SOURCE, file_name="counter.py", alias="shop/counter@1.0")
    for reference in ("shop/counter@1.0", deployed.hash, deployed.hash[:8]):
        assert node.modules.get(reference).hash == deployed.hash


def test_an_unknown_reference_is_not_found(node: Node) -> None:
    with pytest.raises(NotFound, match="nobody"):
        node.modules.get("nobody")


def test_whether_a_module_exists_is_told_by_each_kind_of_reference(node: Node) -> None:
    deployed = node.modules.deploy(SOURCE, file_name="counter.py", alias="counter@1.0")
    assert all(node.modules.exists(reference) for reference in ("counter", "counter@1.0", deployed.hash[:8]))
    assert not any(node.modules.exists(reference) for reference in ("nobody", "counter@2", "0" * 64, "../counter"))


def test_an_alias_that_is_taken_moves_with_force_only(node: Node) -> None:
    node.modules.deploy(SOURCE, file_name="counter.py", alias="counter")
    with pytest.raises(AlreadyExists, match="counter"):
        node.modules.deploy(DOUBLE.encode(), file_name="counter.py", alias="counter")
    moved = node.modules.deploy(DOUBLE.encode(), file_name="counter.py", alias="counter", force=True)
    assert node.modules.get("counter").hash == moved.hash
    other = next(module for module in node.modules.list() if module.hash != moved.hash)
    with pytest.raises(AlreadyExists, match="counter"):
        node.modules.alias("counter", other.hash)
    assert node.modules.alias("counter", other.hash, force=True).hash == other.hash


def test_a_module_in_use_cannot_be_removed_and_its_user_is_named(node: Node, counter: str) -> None:
    with pytest.raises(Conflict, match=counter):
        node.modules.remove("counter")
    node.actors.stop(counter)
    node.modules.remove("counter")
    assert node.modules.list() == []


def test_a_syntax_error_says_where_it_is(node: Node) -> None:
    with pytest.raises(Invalid) as raised:
        node.modules.deploy(
            b"from plexspaces import GenServer\n\nclass A(GenServer:\n    pass\n", file_name="broken.py"
        )
    assert raised.value.locations[0].line == 3
    assert raised.value.locations[0].file == "broken.py"


@pytest.mark.parametrize(
    "data",
    [b"", b"\0asm\x0d\0\1\0" + b"\xff" * 40, b"\0asm\1\0\0\0", bytes(range(256)) * 4, b"x = 1\n"],
    ids=["empty", "a truncated component", "a core module", "random", "no actor"],
)
def test_what_is_no_module_is_refused_in_words(node: Node, data: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        node.modules.deploy(data, file_name="thing.bin")
    assert len(raised.value.message) > 10
    assert "Traceback" not in raised.value.message
    assert node.modules.list() == []


def test_progress_is_told_on_the_calling_thread(node: Node) -> None:
    told: list[tuple[Progress, threading.Thread]] = []
    node.modules.deploy(
        SOURCE, file_name="counter.py", progress=lambda report: told.append((report, threading.current_thread()))
    )
    assert {thread for _, thread in told} <= {threading.current_thread()}
    assert all(report.stage for report, _ in told)


def test_a_deployment_that_is_cancelled_leaves_nothing(node: Node) -> None:
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(WorkbenchError) as raised:
        node.modules.deploy(SOURCE, file_name="counter.py", cancel=cancel)
    assert raised.value.code == "conflict"


def test_what_is_inside_a_python_module_is_told(node: Node, counter: str) -> None:
    detail = node.modules.describe("counter")
    assert detail.info == node.modules.get("counter")
    assert detail.sections == (Section("file", "counter.py", 0, len(SOURCE)),)
    assert detail.users == (counter,)
    served = {member.name: [inner.name for inner in member.members] for member in detail.exports}
    assert served["plexspaces:actor/gen-server@1.0.0"] == ["handle-request"]
    assert "snapshot-state" in served["plexspaces:actor/lifecycle@1.0.0"]
    assert detail.compiled_bytes


def test_two_modules_are_compared_with_their_sources(node: Node) -> None:
    before = node.modules.deploy(SOURCE, file_name="counter.py")
    after = node.modules.deploy(DOUBLE.encode(), file_name="counter.py")
    diff = node.modules.diff(before.hash, after.hash)
    assert (diff.before.hash, diff.after.hash) == (before.hash, after.hash)
    assert {(change.part, change.name) for change in diff.changes} == {("file", "counter.py")}
    removed = [line for line in diff.text.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert removed and all(line[1:] in COUNTER.splitlines() for line in removed)
    same = node.modules.diff(before.hash, before.hash)
    assert (same.changes, same.text) == ((), "")


def test_an_unknown_module_has_no_inside(node: Node) -> None:
    with pytest.raises(NotFound, match="nobody"):
        node.modules.describe("nobody")
    with pytest.raises(NotFound, match="nobody"):
        node.modules.diff("nobody", "nobody")


def test_what_is_inside_a_component_is_told(node: Node) -> None:
    info = node.modules.deploy(component(), file_name="echo.wasm")
    actor = node.actors.spawn(info.hash).id
    detail = node.modules.describe(info.hash)
    assert sum(section.size_bytes for section in detail.sections) + 8 == info.size_bytes
    module = next(section for section in detail.sections if section.kind == "core module")
    assert {part.kind: part.items for part in module.parts}["memory"] == 1
    assert [(member.name, member.kind) for member in detail.imports] == [("plexspaces:actor/types@1.0.0", "interface")]
    handler = detail.exports[1].members[1]
    assert (handler.name, handler.kind) == ("handle-request", "function")
    assert handler.type == (
        "func(from-actor: string, message-type: string, payload: payload) -> result<payload, string>"
    )
    assert f"handle-request: {handler.type};" in detail.wit
    assert detail.users == (actor.name,) and detail.compiled_bytes and detail.notes == ()


def test_what_is_inside_a_core_module_is_told(node: Node) -> None:
    info = node.modules.deploy(core(), file_name="tally.wat")
    detail = node.modules.describe(info.hash)
    assert (info.format, detail.wit, detail.imports) == (Format.CORE, "", ())
    exports = {member.name: (member.kind, member.type) for member in detail.exports}
    assert exports["memory"] == ("memory", "memory 1")
    assert exports["handle_request"] == ("function", "func (param i32 i32 i32 i32 i32 i32) (result i64)")


def test_two_components_are_compared_with_their_worlds(node: Node) -> None:
    generic = SERVER.replace("gen-server", "generic").replace("handle-request", "handle-message")
    before = node.modules.deploy(component())
    after = node.modules.deploy(component("(memory 9)", SERVER + generic.replace("$server", "$generic")))
    diff = node.modules.diff(before.hash, after.hash)
    changes = {(change.part, change.name): (change.before, change.after) for change in diff.changes}
    assert changes["behavior", "generic"] == ("", "generic")
    assert changes["export", "plexspaces:actor/generic@1.0.0"] == ("", "interface")
    assert changes["memory", "at start"] == ("65,536 bytes", "589,824 bytes")
    assert len(set(changes["section", "core module code"])) == 2
    assert "+  export plexspaces:actor/generic@1.0.0;" in diff.text.splitlines()


def test_a_component_and_a_source_are_compared_without_a_text(node: Node) -> None:
    source, binary = node.modules.deploy(SOURCE, file_name="counter.py"), node.modules.deploy(core())
    diff = node.modules.diff(source.hash, binary.hash)
    assert diff.text == "" and ("file", "counter.py") in {(change.part, change.name) for change in diff.changes}


def test_users_are_those_of_the_caller(node: Node, embedded: Node) -> None:
    module = node.modules.deploy(core()).hash
    assert isinstance(embedded, LocalNode)
    theirs = embedded.scoped("other", "default").actors.spawn(module, options=SpawnOptions(name="theirs"))
    mine = node.actors.spawn(module, options=SpawnOptions(name="mine"))
    assert node.modules.describe(module).users == (mine.id.name,)
    assert embedded.scoped("other", "default").modules.describe(module).users == (theirs.id.name,)
