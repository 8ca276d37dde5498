"""What a node keeps on disk is told and cleared over both ends; a tenant clears what is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench
from workbench.api import Denied, Invalid, Node, Role, SpawnOptions
from workbench.api.storage import StorageKind, StorageUse
from workbench.config import Config, load
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.rpc.client import RemoteNode

KINDS = StorageKind
TALLY = (Path(__file__).parents[2] / "resources" / "actors" / "tally.wat").read_bytes()


def use(node: Node, kind: StorageKind) -> StorageUse:
    return next(each for each in node.storage() if each.kind is kind)


def busy(node: Node) -> None:
    """A durable actor with a checkpoint, and recorded turns."""
    node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
    node.actors.spawn("tally", options=SpawnOptions(name="kept", durable=True))
    for _ in range(20):
        node.actors.ask("kept", "increment")
    node.journal.checkpoint("kept")
    node.actors.ask("kept", "increment")


def test_every_kind_is_told_with_what_it_takes_and_what_bounds_it(node: Node) -> None:
    busy(node)
    found = {each.kind: each for each in node.storage()}
    assert list(found) == list(StorageKind)
    assert found[KINDS.DATABASE].size_bytes > 4_096 and found[KINDS.MODULES].size_bytes > 500
    assert found[KINDS.COMPILED].limit_bytes == 2 * load().compiled_bytes and found[KINDS.COMPILED].items > 0
    assert found[KINDS.LOGS].limit_bytes == 6 * (10 << 20)
    assert found[KINDS.JOURNALS].items == 23 and found[KINDS.JOURNALS].size_bytes > 1_000
    assert [kind for kind, each in found.items() if not each.clears] == [
        KINDS.DATABASE, KINDS.MODULES, KINDS.BLOBS, KINDS.AUDIT,
    ]  # fmt: skip


def test_clearing_journals_removes_exactly_what_was_said_and_the_actor_goes_on(node: Node) -> None:
    busy(node)
    before = use(node, KINDS.JOURNALS)
    assert 0 < before.clears_items < before.items and 0 < before.clears_bytes < before.size_bytes
    after = node.clear_storage(KINDS.JOURNALS)
    assert after.items == before.items - before.clears_items
    assert after.size_bytes == before.size_bytes - before.clears_bytes
    assert (after.clears_items, after.clears_bytes) == (0, 0)
    assert node.actors.ask("kept", "increment").payload == "22" and not node.journal.verify()


def test_clearing_the_recording_removes_what_is_not_pinned(node: Node) -> None:
    busy(node)
    (segment, *_) = node.debugger.segments()
    node.debugger.pin(segment.id)
    node.actors.ask("kept", "increment")
    node.debugger.segments()
    before = use(node, KINDS.RECORDING)
    after = node.clear_storage(KINDS.RECORDING)
    assert after.items == before.items - before.clears_items >= 1
    assert segment.id in [each.id for each in node.debugger.segments()]


@pytest.mark.parametrize("kind", [KINDS.DATABASE, KINDS.MODULES, KINDS.BLOBS, KINDS.AUDIT])
def test_what_the_node_needs_or_must_keep_is_not_cleared(node: Node, kind: StorageKind) -> None:
    with pytest.raises(Invalid, match=f"nothing of {kind} can be cleared"):
        node.clear_storage(kind)


def test_files_of_the_node_go_and_what_is_in_use_stays(tmp_path: Path) -> None:
    """On a cache of its own: clearing that of the user would cost the others their compiled code."""
    space, cache = tmp_path / "space", tmp_path / "cache"
    with LocalNode(Machine(space, Config(cache=cache))) as node:
        busy(node)
        node.modules.deploy(TALLY.replace(b"unknown", b"another"), file_name="tally.wat", alias="other")
    with LocalNode(Machine(space, Config(cache=cache))) as node:
        (space / "workbench.v3.db").write_bytes(bytes(100))
        (space / "logs" / "node.jsonl.1").write_bytes(bytes(200))
        (space / "logs" / "audit.jsonl.1").write_bytes(bytes(300))
        (cache / "components").mkdir(parents=True)
        (cache / "components" / "x.wasm").write_bytes(bytes(400))
        for kind, size in ((KINDS.FORMATS, 100), (KINDS.LOGS, 200), (KINDS.COMPONENTS, 400)):
            before = use(node, kind)
            assert (before.clears_items, before.clears_bytes) == (1, size)
            assert node.clear_storage(kind).size_bytes == before.size_bytes - size
        assert (space / "logs" / "audit.jsonl.1").exists() and (space / "logs" / "node.jsonl").exists()
        before = use(node, KINDS.COMPILED)
        assert (before.items, before.clears_items) == (2, 1), "that of the living actor is in use"
        assert node.clear_storage(KINDS.COMPILED).items == 1
        assert node.actors.ask("kept", "increment").payload == "22"
        node.actors.spawn("other", options=SpawnOptions(name="again"))
        assert use(node, KINDS.COMPILED).items == 2, "it was compiled again"


def test_a_caller_that_is_bound_to_a_tenant_clears_what_is_its_own_and_only_as_admin(tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        admin, operator = (node.tokens.create(role=role).secret for role in (Role.ADMIN, Role.OPERATE))
        with RemoteNode(server.address, token=admin) as remote:
            busy(remote)
            assert remote.clear_storage(KINDS.JOURNALS).clears_items == 0
            with pytest.raises(Denied, match="'logs' is the node's, and this caller is not its owner"):
                remote.clear_storage(KINDS.LOGS)
        with RemoteNode(server.address, token=operator) as remote:
            assert len(remote.storage()) == len(StorageKind)
            with pytest.raises(Denied, match="ClearStorage needs the role admin"):
                remote.clear_storage(KINDS.JOURNALS)


def test_one_tenant_is_told_nothing_of_the_journals_and_recordings_of_another(tmp_path: Path) -> None:
    with LocalNode(Machine(tmp_path, Config(cache=load().cache))) as node:
        busy(node)
        other = node.scoped("other", "default")
        for kind in (KINDS.JOURNALS, KINDS.RECORDING):
            assert use(node, kind).items > 0 and use(other, kind).items == use(other, kind).clears_bytes == 0
        other.clear_storage(KINDS.JOURNALS)
        assert use(node, KINDS.JOURNALS).clears_items > 0
