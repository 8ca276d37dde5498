"""What every node promises of modules."""

from __future__ import annotations

import threading

import pytest
from contract_sources import COUNTER, DOUBLE

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
    WorkbenchError,
)

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


def test_a_module_is_found_by_alias_hash_and_prefix(node: Node) -> None:
    deployed = node.modules.deploy(SOURCE, file_name="counter.py", alias="shop/counter@1.0")
    for reference in ("shop/counter@1.0", deployed.hash, deployed.hash[:8]):
        assert node.modules.get(reference).hash == deployed.hash


def test_an_unknown_reference_is_not_found(node: Node) -> None:
    with pytest.raises(NotFound, match="nobody"):
        node.modules.get("nobody")


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
