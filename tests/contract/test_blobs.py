"""Blobs, from either end and from inside an actor."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

import workbench
from workbench.api import Area, BlobInfo, Exhausted, Invalid, Node, NotFound, SpawnOptions, WorkbenchError
from workbench.api.blobs import BUCKET_BYTES, CHUNK_BYTES, KEY_BYTES, METADATA_BYTES, WHOLE_BYTES
from workbench.rpc.generated.plexspaces.v1 import blobs_pb2 as pb
from workbench.rpc.security import Caller, metadata
from workbench.rpc.server.blobs import BlobsService
from workbench.rpc.server.handler import Gate, handler

USER = '''
import base64
import json
from dataclasses import asdict, is_dataclass

from plexspaces import GenServer, HostError, blob


def plain(value):
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return asdict(value) if is_dataclass(value) else value


class User(GenServer):
    """Calls `blob` as it is told."""

    def handle_request(self, from_actor, message_type, payload):
        arguments, options = json.loads(payload)
        arguments = [bytes.fromhex(each["hex"]) if isinstance(each, dict) else each for each in arguments]
        try:
            return json.dumps(plain(getattr(blob, message_type)(*arguments, **options)))
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
'''


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every blob."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return node.actors.spawn("user", options=SpawnOptions(name="user", grants=("blob",))).id.name


def call(node: Node, actor: str, function: str, *arguments: object, **options: object) -> Any:
    reply = node.actors.ask(actor, function, json.dumps([arguments, options])).payload
    try:
        return json.loads(reply)
    except ValueError:
        return reply


def everything(node: Node) -> list[BlobInfo]:
    return [info for bucket in node.blobs.buckets() for info in node.blobs.list(bucket.name)]


def test_a_blob_is_uploaded_read_listed_copied_and_removed(node: Node) -> None:
    blobs = node.blobs
    assert not blobs.exists("b", "k") and not blobs.buckets() and not blobs.list("b")
    info = blobs.upload("b", "k", "ü text", metadata={"author": "me", "empty": ""})
    assert (info.bucket, info.key, info.size, info.content_type, info.text) == ("b", "k", 7, "text/plain", True)
    assert info.hash == hashlib.sha256("ü text".encode()).hexdigest() and info.author == ""
    assert dict(info.metadata) == {"author": "me", "empty": ""} and info == blobs.metadata("b", "k")
    assert blobs.download("b", "k") == "ü text" and blobs.exists("b", "k")
    assert blobs.download_range("b", "k", offset=1, length=2) == b"\xbc "
    bytes_ = blobs.upload("b", "k2", b"\x00\xff", content_type="image/png")
    assert (bytes_.content_type, bytes_.text, blobs.download("b", "k2")) == ("image/png", False, b"\x00\xff")
    assert blobs.upload("c", "k", b"").content_type == "application/octet-stream" and blobs.download("c", "k") == b""
    assert [each.key for each in blobs.list("b")] == ["k", "k2"] and blobs.list("b", after="k")[0] == bytes_
    assert [(each.name, each.blobs, each.size) for each in blobs.buckets()] == [("b", 2, 9), ("c", 1, 0)]
    copied = blobs.copy("b", "k", "d", "e/f")
    assert (copied.hash, copied.text, dict(copied.metadata)) == (info.hash, True, dict(info.metadata))
    assert blobs.delete("b", "k") and not blobs.delete("b", "k") and not blobs.exists("b", "k")
    assert blobs.download("d", "e/f") == "ü text", "a copy is a blob of its own"


def test_an_upload_replaces_the_one_before_with_all_that_was_known_of_it(node: Node) -> None:
    first = node.blobs.upload("b", "k", "old", metadata={"a": "b"})
    second = node.blobs.upload("b", "k", b"new one")
    assert second.modified >= first.modified and not second.metadata and not second.text
    assert node.blobs.download("b", "k") == b"new one" and [each.size for each in node.blobs.list("b")] == [7]


def test_bytes_come_and_go_in_parts(node: Node) -> None:
    data = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(200_000))
    pieces = [data[at : at + 777_777] for at in range(0, len(data), 777_777)]
    info = node.blobs.upload("b", "k", iter(pieces))
    assert (info.size, info.hash) == (len(data), hashlib.sha256(data).hexdigest())
    stream = node.blobs.stream("b", "k")
    parts = list(stream)
    assert stream.info == info and b"".join(parts) == data and max(map(len, parts)) <= CHUNK_BYTES
    assert b"".join(node.blobs.stream("b", "k", offset=5_000_000, length=3)) == data[5_000_000:5_000_003]
    assert b"".join(node.blobs.stream("b", "k", offset=6_399_999)) == data[-1:]
    assert not list(node.blobs.stream("b", "k", offset=len(data)))
    split = node.blobs.upload("b", "t", iter(["ü".encode()[:1], "ü".encode()[1:]]), text=True)
    assert split.text and node.blobs.download("b", "t") == "ü"


def test_a_stream_goes_on_with_the_bytes_it_began_with(node: Node) -> None:
    old, new = b"a" * (8 * CHUNK_BYTES), b"b" * (8 * CHUNK_BYTES)
    node.blobs.upload("b", "k", old)
    node.blobs.upload("b", "gone", old)
    streams = [node.blobs.stream("b", key) for key in ("k", "gone")]
    begun = [next(stream) for stream in streams]
    node.blobs.upload("b", "k", new)
    node.blobs.delete("b", "gone")
    for first, stream in zip(begun, streams, strict=True):
        assert first + b"".join(stream) == old
    assert node.blobs.download("b", "k") == new and not node.blobs.exists("b", "gone")


def test_a_stream_that_is_left_early_ends(node: Node) -> None:
    node.blobs.upload("b", "k", b"a" * (8 * CHUNK_BYTES))
    stream = node.blobs.stream("b", "k")
    next(stream)
    stream.close()
    stream.close()
    assert not list(stream)
    assert node.blobs.delete("b", "k")


class Torn(Exception):
    """What the source of an upload raises."""


def test_an_upload_whose_source_fails_raises_that_and_changes_nothing(node: Node) -> None:
    def torn() -> Iterator[bytes]:
        yield b"x" * (5 << 20)
        raise Torn("the file is gone")

    before = node.blobs.upload("b", "k", "stays")
    for key in ("k", "new"):
        with pytest.raises(Torn, match="the file is gone"):
            node.blobs.upload("b", key, torn())
    assert everything(node) == [before] and node.blobs.download("b", "k") == "stays"


def test_a_tree_has_one_step_for_all_keys_behind_a_delimiter(node: Node) -> None:
    for key in ("a/b/1", "a/b/2", "a/c", "a/", "b", "a"):
        node.blobs.upload("x", key, key)
    steps = node.blobs.level("x", "a/")
    assert [(step.prefix, step.entry is not None) for step in steps] == [("a/", True), ("a/b/", False), ("a/c", True)]
    assert [step.prefix for step in node.blobs.level("x", limit=2)] == ["a", "a/"]
    assert [step.prefix for step in node.blobs.level("x", after="a/")] == ["b"]
    assert [step.prefix for step in node.blobs.level("x", delimiter="/b/")] == ["a", "a/", "a/b/", "a/c", "b"]
    with pytest.raises(Invalid, match="a delimiter is at least one character"):
        node.blobs.level("x", delimiter="")


NAMES = ("..", "../../etc/passwd", "/", "//", "a//b", "nul\0", "*", "%", "a:b", "a@b", "'\"", "\\", "ü\U0010ffff", ".")


def test_names_are_data(node: Node) -> None:
    for name in NAMES:
        node.blobs.upload("b", name, name)
        node.blobs.upload("b", f"{name}x", "another")
        bucket = name.replace("/", "\n")
        node.blobs.upload(f"bucket {bucket}", "k", name)
    for name in NAMES:
        assert node.blobs.download("b", name) == name
        assert node.blobs.download("bucket {}".format(name.replace("/", "\n")), "k") == name
        assert name in [info.key for info in node.blobs.list("b", name)]
    found = [info.key for info in node.blobs.list("b")]
    assert found == sorted((*NAMES, *(f"{name}x" for name in NAMES)), key=str.encode)


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("upload", ("b", "ü" * 600, "x"), {}, Invalid, "a key has 1 to 1,024 bytes, this one has 1,200"),
        ("upload", ("b", "", "x"), {}, Invalid, "a key has 1 to 1,024 bytes, this one has 0"),
        ("upload", ("", "k", "x"), {}, Invalid, "a bucket has 1 to 255 bytes, this one has 0"),
        ("upload", ("b" * (BUCKET_BYTES + 1), "k", "x"), {}, Invalid, "this one has 256"),
        ("upload", ("a/b", "k", "x"), {}, Invalid, "a bucket has no slash in its name"),
        ("upload", ("b", "\ud800", "x"), {}, Invalid, "no Unicode text"),
        ("upload", ("b", "k", "\ud800"), {}, Invalid, "the content is no Unicode text; nothing was stored"),
        ("upload", ("b", "k", b"\xff"), {"text": True}, Invalid, "no UTF-8 text; nothing was stored"),
        ("upload", ("b", "k", b"\xc3"), {"text": True}, Invalid, "no UTF-8 text; nothing was stored"),
        ("upload", ("b", "k", "x"), {"content_type": "a\nb"}, Invalid, "a content type is a word like text/plain"),
        ("upload", ("b", "k", "x"), {"metadata": {"a": "x" * METADATA_BYTES}}, Invalid, "up to 16,384 bytes, not 16,"),
        ("upload", ("b", "k", "x"), {"metadata": {"": "x"}}, Invalid, "metadata has a name for each"),
        ("upload", ("b", "k", "x"), {"metadata": {"\ud800": "x"}}, Invalid, "no Unicode text"),
        ("download", ("b", "nothing"), {}, NotFound, "no blob 'nothing' in the bucket 'b'"),
        ("download", ("c", "held"), {}, NotFound, "no blob 'held' in the bucket 'c'"),
        ("stream", ("b", "nothing"), {}, NotFound, "no blob 'nothing'"),
        ("metadata", ("b", "nothing"), {}, NotFound, "no blob 'nothing'"),
        ("copy", ("b", "nothing", "b", "held"), {}, NotFound, "no blob 'nothing'"),
        ("copy", ("b", "held", "b", ""), {}, Invalid, "a key has 1 to 1,024 bytes"),
        ("download_range", ("b", "held"), {"offset": 5, "length": 1}, Invalid, "'held' has 4 bytes, .* from 5 on"),
        ("download_range", ("b", "held"), {"offset": -1, "length": 1}, Invalid, "are not negative"),
        ("stream", ("b", "held"), {"offset": 5}, Invalid, "'held' has 4 bytes, so there are none from 5 on"),
        ("stream", ("b", "held"), {"length": -1}, Invalid, "are not negative"),
        ("list", ("b",), {"limit": 0}, Invalid, "a limit is 1 to 100,000, not 0"),
        ("list", ("b", "p" * (KEY_BYTES + 1)), {}, Invalid, "a key has 1 to 1,024 bytes"),
        ("list", ("a/b",), {}, Invalid, "a bucket has no slash"),
        ("delete", ("b", ""), {}, Invalid, "a key has 1 to 1,024 bytes"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node,
    function: str,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    error: type[WorkbenchError],
    says: str,
) -> None:
    node.blobs.upload("b", "held", "four")
    before = everything(node)
    with pytest.raises(error, match=says) as raised:
        getattr(node.blobs, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert everything(node) == before and node.blobs.download("b", "held") == "four"
    node.blobs.upload("b" * BUCKET_BYTES, "k" * KEY_BYTES, "the longest names")


def test_what_is_too_large_for_one_piece_is_streamed(node: Node) -> None:
    part = b"x" * (1 << 20)
    node.blobs.upload("b", "k", (part for _ in range((WHOLE_BYTES >> 20) + 1)))
    for wanted in (
        lambda: node.blobs.download("b", "k"),
        lambda: node.blobs.download_range("b", "k", offset=0, length=WHOLE_BYTES + 1),
    ):
        with pytest.raises(Exhausted, match="take it in ranges or as a stream") as raised:
            wanted()
        assert raised.value.value == WHOLE_BYTES
    assert node.blobs.download_range("b", "k", offset=WHOLE_BYTES, length=9) == b"x" * 9
    assert sum(map(len, node.blobs.stream("b", "k"))) == WHOLE_BYTES + (1 << 20)


def test_an_event_says_that_blobs_changed(node: Node) -> None:
    with node.subscribe([Area.BLOBS]) as events:
        node.blobs.upload("b", "k", "x")
        assert {event.area for event in events.get(10.0)} == {Area.BLOBS}
        node.blobs.delete("b", "k")
        assert events.get(10.0)


def test_an_actor_uses_the_same_blobs(node: Node, user: str) -> None:
    node.blobs.upload("b", "outside", "from outside", metadata={"a": "1"})
    assert call(node, user, "download", "b", "outside") == "from outside"
    made = call(node, user, "upload", "b", "inside", {"hex": "00ff"}, content_type="x/y", metadata={"who": "me"})
    info = node.blobs.metadata("b", "inside")
    assert (info.author, info.content_type, dict(info.metadata), info.size) == ("user", "x/y", {"who": "me"}, 2)
    assert made == {
        "bucket": "b", "key": "inside", "size": 2, "hash": info.hash, "content_type": "x/y", "metadata": {"who": "me"},
        "modified_at_ms": int(info.modified * 1000),
    }  # fmt: skip
    assert call(node, user, "download", "b", "inside") == {"base64": "AP8="}
    assert call(node, user, "download_range", "b", "inside", offset=1, length=9) == {"base64": "/w=="}
    assert [found["key"] for found in call(node, user, "list_blobs", "b", "")] == ["inside", "outside"]
    assert [found["key"] for found in call(node, user, "list_blobs", "b", limit=1, after="inside")] == ["outside"]
    assert call(node, user, "copy", "b", "outside", "c", "copy")["size"] == 12
    assert call(node, user, "exists", "c", "copy") is True and node.blobs.download("c", "copy") == "from outside"
    assert call(node, user, "metadata", "c", "copy")["metadata"] == {"a": "1"}
    assert call(node, user, "delete", "c", "copy") is True and call(node, user, "exists", "c", "copy") is False
    for function, arguments, said in (
        ("download", ("b", "none"), "not_found: no blob 'none' in the bucket 'b'"),
        ("upload", ("b", "", "x"), "invalid: a key has 1 to 1,024 bytes"),
        ("upload", ("b", "k" * 1025, "x"), "invalid: a key has 1 to 1,024 bytes"),
        ("upload", ("a/b", "c", "x"), "invalid: a bucket has no slash"),
        ("metadata", ("b", "none"), "not_found"),
    ):
        assert call(node, user, function, *arguments).startswith(said), function
    assert call(node, user, "download_range", "b", "inside", offset=3, length=1).startswith("invalid: 'inside' has 2")


def test_an_actor_takes_what_is_too_large_for_one_payload_in_ranges(node: Node, user: str) -> None:
    data = bytes(range(256)) * (8 << 10)
    node.blobs.upload("b", "large", data)
    said = call(node, user, "download", "b", "large")
    assert said.startswith("exhausted: 'large' would be 2,097,152 bytes at once") and said.endswith("in ranges")
    assert call(node, user, "download_range", "b", "large", offset=0, length=2 << 20).startswith("exhausted: ")
    part = call(node, user, "download_range", "b", "large", offset=(2 << 20) - 2, length=2 << 20)
    assert part == {"base64": "/v8="}


@pytest.mark.parametrize(
    ("grant", "allowed", "denied"),
    [
        ("blob:read/reports/*", ("download",), ("upload", "delete", "elsewhere", "copy")),
        ("blob:write/reports/*", ("upload", "delete"), ("download", "elsewhere", "copy")),
        ("blob/reports/*", ("upload", "download", "copy", "delete"), ("elsewhere", "like")),
    ],
)
def test_a_grant_covers_its_mode_and_its_scope_alone(
    node: Node, grant: str, allowed: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    node.actors.spawn("user", options=SpawnOptions(name="user", grants=(grant,)))
    calls: dict[str, tuple[Any, ...]] = {
        "upload": ("upload", "reports", "a", "x"),
        "download": ("download", "reports", "a"),
        "delete": ("delete", "reports", "a"),
        "copy": ("copy", "reports", "a", "reports", "b"),
        "elsewhere": ("upload", "other", "a", "x"),
        "like": ("download", "reports2", "a"),
    }
    node.blobs.upload("reports", "a", "x")
    for name in denied:
        said = str(call(node, "user", *calls[name]))
        assert said.startswith("denied: ") and "grant it with --grant blob" in said, name
    assert [info.key for info in everything(node)] == ["a"]
    for name in allowed:
        assert not str(call(node, "user", *calls[name])).startswith("denied"), name


def test_blobs_outlive_the_node_and_the_blobs_of_another_store_are_kept_apart(interpreter: str, tmp_path: Path) -> None:
    url, elsewhere = f"embedded:{tmp_path / 'space'}", f"file:{tmp_path / 'else'}"
    with workbench.connect(url) as node:
        node.blobs.upload("b", "k", "in the workspace")
    with workbench.connect(url, blobs=elsewhere) as node:
        assert not everything(node)
        node.blobs.upload("b", "k", "elsewhere")
    with workbench.connect(url, blobs="memory:") as node:
        assert not everything(node)
        node.blobs.upload("b", "k", "in memory")
        assert node.blobs.download("b", "k") == "in memory"
    for blobs, held in (("", "in the workspace"), (elsewhere, "elsewhere")):
        with workbench.connect(url, blobs=blobs) as node:
            assert node.blobs.download("b", "k") == held
    with workbench.connect(url, blobs="memory:") as node:
        assert not everything(node)


START = pb.BlobsUploadRequest(start=pb.BlobsUploadRequest.Start(bucket="b", key="k"))
CHUNK = pb.BlobsUploadRequest(chunk=b"abc")
LARGE = pb.BlobsUploadRequest(chunk=b"x" * ((256 << 10) + 1))


def _end(size: int) -> pb.BlobsUploadRequest:
    return pb.BlobsUploadRequest(end=pb.BlobsUploadRequest.End(size_bytes=size))


@pytest.mark.parametrize(
    ("requests", "says"),
    [
        ([], "an upload begins with the bucket and the key"),
        ([CHUNK, _end(3)], "an upload begins with the bucket and the key"),
        ([START, CHUNK], "ended after 3 bytes without its end; nothing was stored"),
        ([START, CHUNK, _end(4)], "was to have 4 bytes, 3 arrived; nothing was stored"),
        ([START, LARGE, _end(LARGE.ByteSize())], "chunks of up to 262,144 bytes"),
        ([START, START], "chunks of up to 262,144 bytes, and an end"),
    ],
)
def test_an_upload_of_a_foreign_client_is_whole_or_nothing(
    embedded: Node, requests: list[pb.BlobsUploadRequest], says: str
) -> None:
    with workbench.serve(embedded) as server:
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        with grpc.insecure_channel(server.address) as channel:
            upload = channel.stream_unary("/plexspaces.v1.Blobs/Upload", pb.BlobsUploadRequest.SerializeToString)
            with pytest.raises(grpc.RpcError, match=says) as raised:
                upload(iter(requests), metadata=metadata(Caller(), found.token), timeout=30)
            assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert not everything(embedded)


def test_a_foreign_client_that_stands_still_without_a_deadline_loses_its_place(embedded: Node) -> None:
    embedded.blobs.upload("b", "large", bytes(64 << 20))
    service = handler(BlobsService(longest_seconds=0.2), pb.DESCRIPTOR.services_by_name["Blobs"], Gate(embedded))
    hold = threading.Event()

    def begun() -> Iterator[pb.BlobsUploadRequest]:
        yield START
        hold.wait(30)

    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool, handlers=[service])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            upload = channel.stream_unary("/plexspaces.v1.Blobs/Upload", pb.BlobsUploadRequest.SerializeToString)
            with pytest.raises(grpc.RpcError) as raised:
                upload(begun())
            hold.set()
            assert raised.value.code() is grpc.StatusCode.CANCELLED
            stream = channel.unary_stream("/plexspaces.v1.Blobs/Stream", pb.BlobsStreamRequest.SerializeToString)
            answers = stream(pb.BlobsStreamRequest(bucket="b", key="large"))
            next(answers)
            embedded.blobs.delete("b", "large")
            embedded.blobs.upload("b", "tick", "x")
            ends = time.monotonic() + 20
            while objects(embedded) > 1 and time.monotonic() < ends:
                embedded.blobs.upload("b", "tick", "x")
            assert objects(embedded) == 1, "it is let go, although the caller takes nothing more"
            with pytest.raises(grpc.RpcError) as raised:
                for _ in answers:
                    pass
            assert raised.value.code() is grpc.StatusCode.CANCELLED
        server.stop(None).wait()
    assert [info.key for info in everything(embedded)] == ["tick"]


def objects(node: Node) -> int:
    """How many there are in the node's store."""
    return sum(path.is_file() for path in (Path(node.info().workspace) / "blobs").rglob("*"))
