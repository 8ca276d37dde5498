"""Blobs under bad conditions: a full disk, a kill, damage, readers that were let go, stores that are not there."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import workbench
from workbench.api import Exhausted, Internal, Invalid, Node, Unavailable, WorkbenchError
from workbench.api.blobs import CHUNK_BYTES
from workbench.services.blobs.local import Measured
from workbench.services.blobs.urls import canonical

MIB = 1 << 20


def objects(workspace: Path) -> list[str]:
    """All files that lie in the workspace's own store, those of uploads under way too."""
    return sorted(path.name for path in (workspace / "blobs").rglob("*") if path.is_file())


def opened(workspace: Path, **urls: str) -> Node:
    return workbench.connect(f"embedded:{workspace}", **urls)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    filler.write_bytes(bytes(os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize))
    return filler


@pytest.mark.parametrize("way", ["local", "over gRPC"])
def test_a_full_disk_during_an_upload_loses_nothing_and_is_said_in_a_sentence(small_disk: Path, way: str) -> None:
    with opened(small_disk) as embedded, workbench.serve(embedded):
        found = workbench.endpoint(small_disk)
        assert found is not None
        with workbench.connect(f"grpc://{found.address}", token=found.token) as remote:
            node = embedded if way == "local" else remote
            node.blobs.upload("b", "k", "stays")
            before = objects(small_disk)
            for key in ("k", "new"):
                with pytest.raises(
                    Exhausted, match=r"^the disk of the store of blobs .* is full; nothing was changed$"
                ):
                    node.blobs.upload("b", key, (bytes(MIB) for _ in range(10)))
            assert [info.key for info in node.blobs.list("b")] == ["k"] and node.blobs.download("b", "k") == "stays"
            assert objects(small_disk) == before, "what was written of it is removed"
            assert node.blobs.upload("b", "after", bytes(MIB // 4)).size == MIB // 4
    with opened(small_disk) as node:
        assert [info.key for info in node.blobs.list("b")] == ["after", "k"]


def test_a_disk_without_any_room_refuses_an_upload_and_keeps_what_is_there(small_disk: Path) -> None:
    with opened(small_disk) as node:
        node.blobs.upload("b", "k", "stays")
        filler = fill(small_disk)
        refused = 0
        for number in range(100):
            try:
                node.blobs.upload("b", f"n{number}", b"x" * 40_000)
            except Exhausted as error:
                assert "nothing was changed" in error.message
                refused += 1
        assert refused and node.blobs.download("b", "k") == "stays"
        filler.unlink()
        node.blobs.upload("b", "k", "again")
        held = {info.key for info in node.blobs.list("b")}
    with opened(small_disk) as node:
        assert {info.key for info in node.blobs.list("b")} == held and node.blobs.download("b", "k") == "again"
        assert len(objects(small_disk)) == len(held), "no object without a blob"


UPLOADER = """
import sys, time, workbench
with workbench.connect("embedded:" + sys.argv[1]) as node:
    node.blobs.upload("b", "before", "whole")
    def parts():
        for number in range(12):
            yield bytes(1 << 20)
        print("under way", flush=True)
        sys.stdin.read()
    node.blobs.upload("b", sys.argv[2], parts())
"""


@pytest.mark.parametrize("key", ["new", "before"])
def test_a_kill_during_an_upload_leaves_no_half_blob_and_no_orphan(tmp_path: Path, key: str) -> None:
    command = [sys.executable, "-c", UPLOADER, str(tmp_path), key]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "under way\n"
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=20)
    assert len(objects(tmp_path)) == 2, "the test is only good if something was left"
    with opened(tmp_path) as node:
        assert [info.key for info in node.blobs.list("b")] == ["before"]
        assert node.blobs.download("b", "before") == "whole"
        assert len(objects(tmp_path)) == 1


def test_an_object_that_could_not_be_removed_goes_at_the_next_start(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        node.blobs.upload("b", "k", "x")
        stream = node.blobs.stream("b", "k")
        node.blobs.delete("b", "k")
        assert len(objects(tmp_path)) == 1, "somebody reads it"
        del stream
    with opened(tmp_path) as node:
        assert not objects(tmp_path) and not node.blobs.buckets()


def test_a_reader_that_was_let_go_holds_nothing_for_ever(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        node.blobs.upload("b", "k", bytes(3 * CHUNK_BYTES))
        stream = node.blobs.stream("b", "k")
        next(stream)
        node.blobs.delete("b", "k")
        del stream
        gc.collect()
        node.blobs.upload("b", "other", "x")
        assert len(objects(tmp_path)) == 1


def test_an_overwritten_blob_leaves_one_object(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        for number in range(5):
            node.blobs.upload("b", "k", f"{number}")
        node.blobs.copy("b", "k", "b", "copy")
        assert len(objects(tmp_path)) == 2
        node.blobs.delete("b", "copy")
        node.blobs.copy("b", "k", "b", "k")
        assert node.blobs.download("b", "k") == "4" and len(objects(tmp_path)) == 1


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("damage", [_truncate, _flip])
@pytest.mark.parametrize("size", [10, 3 * CHUNK_BYTES])
def test_damaged_bytes_are_never_taken_for_the_blob(tmp_path: Path, damage: Callable[[Path], None], size: int) -> None:
    with opened(tmp_path) as node:
        node.blobs.upload("b", "k", bytes(size))
        (found,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        damage(found)
        with pytest.raises(Internal, match=r"'k' are not those that were stored: .* upload it again"):
            node.blobs.download("b", "k")


def test_bytes_that_are_gone_are_said_to_be(tmp_path: Path) -> None:
    with opened(tmp_path) as node:
        node.blobs.upload("b", "k", "x")
        (found,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        found.unlink()
        with pytest.raises(WorkbenchError, match="the bytes of the blob are not in the store") as raised:
            node.blobs.download("b", "k")
        assert raised.value.code == "not_found"
        assert node.blobs.delete("b", "k"), "and it can be removed"


def test_a_blob_has_a_largest_size() -> None:
    parts = Measured(iter([b"four", b"more", b"!"]), text=False, most=8)
    taken: list[bytes] = []
    with pytest.raises(Invalid, match="a blob has up to 8 bytes, and more came; nothing was stored"):
        taken.extend(parts)
    assert taken == [b"four", b"more"]


def test_what_passes_is_counted_and_hashed() -> None:
    data = os.urandom(100_000)
    parts = Measured((data[at : at + 999] for at in range(0, len(data), 999)), text=False)
    assert b"".join(parts) == data
    assert (parts.size, parts.hash) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "'nonsense' is no store of blobs; write file:DIR, memory: or s3://BUCKET/PREFIX"),
        ("file:", "is no store of blobs"),
        ("memory:x", "is no store of blobs"),
        ("s3://", "is no store of blobs"),
        ("http://example.org/", "is no store of blobs"),
        ("sqlite:x", "is no store of blobs"),
    ],
)
def test_what_is_no_url_of_a_store_is_refused(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        opened(tmp_path, blobs=url)
    opened(tmp_path).close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite:", "file:x", "memory:x"])
def test_what_is_no_url_of_a_store_of_keys_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid, match="is no store of keys; write sqlite:FILE or memory:"):
        opened(tmp_path, keyvalue=url)
    opened(tmp_path).close()


def test_one_url_is_one_store_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert {canonical(url) for url in (f"file:{tmp_path}/x", f"file://{tmp_path}/x", "file:x", "file:./x")} == {
        f"file:{tmp_path}/x"
    }
    assert canonical("s3://b/p/") == canonical("s3://b/p") == "s3://b/p"


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing in the environment, and no cloud that could be asked."""
    for name in tuple(os.environ):
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1/169.254.169.254")
    yield


@pytest.mark.parametrize("url", ["s3://bucket/prefix", "az://container/prefix"])
@pytest.mark.usefixtures("no_credentials")
def test_a_store_without_credentials_is_refused_at_the_start(tmp_path: Path, url: str) -> None:
    said = f"^the store of blobs {url} cannot be used: no credentials were found; its credentials come from"
    with pytest.raises(Unavailable, match=said) as raised:
        opened(tmp_path, blobs=url)
    assert "\n" not in str(raised.value)
    opened(tmp_path).close()


def test_a_folder_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match=r"the folder of blobs .*/file/x cannot be used: not a directory"):
        opened(tmp_path / "space", blobs=f"file:{tmp_path / 'file' / 'x'}")


def test_keys_in_a_file_apart_are_there_again_and_used_by_one_process_at_a_time(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'sub' / 'keys.db'}"
    with opened(tmp_path / "one", keyvalue=url) as node:
        node.keyvalue.put("k", "apart")
        with pytest.raises(Unavailable, match=r"keys.db is in use by another process; close it or name another"):
            opened(tmp_path / "other", keyvalue=url)
    with opened(tmp_path / "one") as node:
        assert node.keyvalue.get("k") is None
    with opened(tmp_path / "other", keyvalue=url) as node:
        assert node.keyvalue.get("k") == "apart"
    with opened(tmp_path / "one", keyvalue="memory:") as node:
        node.keyvalue.put("k", "in memory")
        assert node.keyvalue.get("k") == "in memory"
    with opened(tmp_path / "one", keyvalue="memory:") as node:
        assert node.keyvalue.get("k") is None


REMOTE = """
import sys, workbench
with workbench.connect("grpc://" + sys.argv[1], token=sys.argv[2]) as node:
    def parts():
        for number in range(12):
            yield bytes(1 << 20)
        print("under way", flush=True)
        sys.stdin.read()
    node.blobs.upload("b", "k", parts())
"""


def test_a_client_that_is_killed_during_an_upload_leaves_nothing_at_the_node(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path) as node, workbench.serve(node):
        node.blobs.upload("b", "k", "stays")
        found = workbench.endpoint(tmp_path)
        assert found is not None
        command = [sys.executable, "-c", REMOTE, found.address, found.token]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None and child.stdout.readline() == "under way\n"
            assert len(objects(tmp_path)) == 2, "the test is only good if something was on its way"
            child.send_signal(signal.SIGKILL)
            child.wait(timeout=20)
        ends = time.monotonic() + 20
        while len(objects(tmp_path)) > 1 and time.monotonic() < ends:
            node.blobs.list("b")
        assert len(objects(tmp_path)) == 1 and node.blobs.download("b", "k") == "stays"
    assert "not of the tree" not in caplog.text
