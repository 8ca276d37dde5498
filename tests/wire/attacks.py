"""What strangers and callers may try, one function each: it gives the statuses with which it was answered."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from tests.unit.odd_certificates import changed
from tests.wire import frames
from tests.wire.frames import END_HEADERS, END_STREAM, frame, greeting
from tests.wire.modules import large
from workbench.rpc.generated.plexspaces.v1 import (
    actors_pb2,
    blobs_pb2,
    common_pb2,
    modules_pb2,
    node_pb2,
    tokens_pb2,
)

SECONDS = 30.0
LARGE = (("grpc.max_send_message_length", -1), ("grpc.max_metadata_size", 8 << 20))
MEBIBYTE = 1 << 20
READERS = 40
Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True)
class Victim:
    """Where it listens, and what an attacker got hold of: tokens, and folders of certificates."""

    address: str
    tls: str
    tokens: dict[str, str]
    certs: Path
    foreign: Path
    workspace: Path

    def shown(self, token: str, *more: tuple[str, str | bytes]) -> Metadata:
        return (("authorization", f"Bearer {self.tokens.get(token, token)}"), *more)


@dataclass(frozen=True)
class Attack:
    """`answers` are the statuses that are right, all others are wrong. `lasting` are attacks that take seconds."""

    name: str
    run: Callable[[Victim], Iterator[str]]
    answers: frozenset[str]


ATTACKS: list[Attack] = []


def attack(*answers: str) -> Callable[[Callable[[Victim], Iterator[str]]], Callable[[Victim], Iterator[str]]]:
    def listed(run: Callable[[Victim], Iterator[str]]) -> Callable[[Victim], Iterator[str]]:
        ATTACKS.append(Attack(run.__name__.replace("_", " "), run, frozenset(answers)))
        return run

    return listed


def status(call: Callable[[], Any]) -> str:
    """The name of the status with which a call ends; streams are read to their end."""
    try:
        answer = call()
        if not isinstance(answer, bytes):
            list(answer)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def called(victim: Victim, method: str, request: Message | bytes, metadata: Metadata = (), **options: Any) -> str:
    data = request if isinstance(request, bytes) else request.SerializeToString()
    with grpc.insecure_channel(victim.address, options=LARGE) as channel:
        call = channel.stream_stream(f"/plexspaces.v1.{method}")
        return status(lambda: call(iter([data]), timeout=SECONDS, metadata=metadata, **options))


@attack("RESOURCE_EXHAUSTED")
def messages_that_are_too_large(victim: Victim) -> Iterator[str]:
    tell = actors_pb2.TellRequest(payload=common_pb2.Payload(binary=bytes(12 << 20)))
    yield called(victim, "Actors/Tell", tell, victim.shown("operate"))
    alias = modules_pb2.AliasModuleRequest(name="n" * MEBIBYTE, reference="r")
    yield called(victim, "Modules/Alias", alias, victim.shown("operate"))


@attack("RESOURCE_EXHAUSTED")
def a_small_message_that_unpacks_to_a_large_one(victim: Victim) -> Iterator[str]:
    tell = actors_pb2.TellRequest(payload=common_pb2.Payload(binary=bytes(256 << 20)))
    yield called(victim, "Actors/Tell", tell, victim.shown("operate"), compression=grpc.Compression.Gzip)


@attack("RESOURCE_EXHAUSTED", "UNAVAILABLE")
def metadata_without_measure(victim: Victim) -> Iterator[str]:
    more = tuple((f"x-{number}", "y" * 4_000) for number in range(100))
    yield called(victim, "Node/Info", b"", victim.shown("read", *more))


@attack("INVALID_ARGUMENT")
def a_module_that_does_not_end(victim: Victim) -> Iterator[str]:
    def requests() -> Iterator[bytes]:
        start = modules_pb2.DeployRequest.Start(file_name="endless.wasm", size_bytes=MEBIBYTE)
        yield modules_pb2.DeployRequest(start=start).SerializeToString()
        chunk = modules_pb2.DeployRequest(chunk=bytes(256 << 10)).SerializeToString()
        for _ in range(10_000):
            yield chunk

    with grpc.insecure_channel(victim.address) as channel:
        call = channel.stream_stream("/plexspaces.v1.Modules/Deploy")
        yield status(lambda: call(requests(), timeout=SECONDS, metadata=victim.shown("operate")))


@attack("DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED")
def senders_that_fall_silent(victim: Victim) -> Iterator[str]:
    """More of them than there are places."""
    silence = threading.Event()

    def requests(method: str) -> Iterator[bytes]:
        if method == "Modules/Deploy":
            yield modules_pb2.DeployRequest(start=modules_pb2.DeployRequest.Start(size_bytes=9)).SerializeToString()
        silence.wait(SECONDS)

    with grpc.insecure_channel(victim.address) as channel:
        calls = [
            channel.stream_stream(f"/plexspaces.v1.{method}")(
                requests(method), timeout=SECONDS, metadata=victim.shown("operate")
            )
            for method in ("Modules/Deploy", "Actors/TellMany") * 8
        ]
        answers = [status(lambda call=call: call) for call in calls]  # type: ignore[misc]
        silence.set()
    yield from answers


@attack("ended")
def readers_that_do_not_read(victim: Victim) -> Iterator[str]:
    """They never make room for more than the first 64 KiB, and wait until their calls are taken from them."""
    data = large(6 * MEBIBYTE)
    start = modules_pb2.DeployRequest.Start(file_name="large.wasm", alias="large", force=True, size_bytes=len(data))
    pieces = [data[at : at + (256 << 10)] for at in range(0, len(data), 256 << 10)]
    requests = [modules_pb2.DeployRequest(start=start), *(modules_pb2.DeployRequest(chunk=piece) for piece in pieces)]
    with grpc.insecure_channel(victim.address) as channel:
        deploy = channel.stream_stream("/plexspaces.v1.Modules/Deploy")
        sent = iter([request.SerializeToString() for request in requests])
        assert status(lambda: deploy(sent, timeout=SECONDS, metadata=victim.shown("operate"))) == "OK"
    request = modules_pb2.ModuleDataRequest(reference="large").SerializeToString()
    body = bytes(1) + len(request).to_bytes(4, "big") + request
    asked = frames.headers("/plexspaces.v1.Modules/Data", ("authorization", f"Bearer {victim.tokens['read']}"))
    pieces = [
        frame(frames.HEADERS, END_HEADERS, stream, asked) + frame(frames.DATA, END_STREAM, stream, body)
        for stream in range(1, 2 * READERS, 2)
    ]
    yield from frames.endings(victim.address, READERS, greeting(), *pieces)


@attack("RESOURCE_EXHAUSTED", "OK")
def watchers_without_number(victim: Victim) -> Iterator[str]:
    with grpc.insecure_channel(victim.address) as channel:
        watch = channel.unary_stream("/plexspaces.v1.Node/Watch")
        calls = [watch(b"", timeout=SECONDS, metadata=victim.shown("read")) for _ in range(60)]
        for call in calls:
            try:
                next(call)
                yield "OK"
            except grpc.RpcError as error:
                yield error.code().name
        for call in calls:
            call.cancel()


@attack("closed", "goodbye", "dropped")
def a_thousand_connections_opened_and_dropped(victim: Victim) -> Iterator[str]:
    host, _, port = victim.address.rpartition(":")
    chance = random.Random(1)
    for number in range(1_000):
        with socket.create_connection((host, int(port)), SECONDS) as connection, suppress(OSError):
            connection.sendall(greeting()[: chance.randrange(60)])
            if number % 2:  # hung up on without a word
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    yield "dropped"


@attack("UNAUTHENTICATED", "RESOURCE_EXHAUSTED")
def tokens_of_yesterday(victim: Victim) -> Iterator[str]:
    """Revoked, expired, cut short, with something at its end, in another scheme."""
    for token in ("revoked", "expired", victim.tokens["admin"][:-1], victim.tokens["admin"] + "x", ""):
        yield called(victim, "Node/Info", b"", victim.shown(token))
    for value in (victim.tokens["admin"], f"Basic {victim.tokens['admin']}", "Bearer"):
        yield called(victim, "Node/Info", b"", (("authorization", value),))


@attack("UNAUTHENTICATED", "RESOURCE_EXHAUSTED")
def tokens_that_are_guessed(victim: Victim) -> Iterator[str]:
    chance = random.Random(2)
    with grpc.insecure_channel(victim.address) as channel:
        call = channel.unary_unary("/plexspaces.v1.Node/Info")
        for _ in range(400):
            guess = chance.randbytes(24).hex()
            yield status(lambda guess=guess: call(b"", timeout=SECONDS, metadata=victim.shown(guess)))  # type: ignore[misc]


@attack("UNAVAILABLE")
def certificates_that_expired_or_that_nobody_signed(victim: Victim) -> Iterator[str]:
    expired = Path(changed(victim.certs, "client", days=(-9, -1)))
    for cert, key in (
        (expired, victim.certs / "client-key.pem"),
        (victim.foreign / "client.pem", victim.foreign / "client-key.pem"),
        (None, None),
    ):
        shown = (key.read_bytes(), cert.read_bytes()) if cert is not None and key is not None else (None, None)
        credentials = grpc.ssl_channel_credentials((victim.certs / "ca.pem").read_bytes(), *shown)
        with grpc.secure_channel(victim.tls, credentials) as channel:
            call = channel.unary_unary("/plexspaces.v1.Node/Info")
            yield status(lambda call=call: call(b"", timeout=SECONDS))  # type: ignore[misc]
    with grpc.insecure_channel(victim.tls) as channel:
        yield status(lambda: channel.unary_unary("/plexspaces.v1.Node/Info")(b"", timeout=SECONDS))


@attack("PERMISSION_DENIED", "INVALID_ARGUMENT")
def another_tenant_by_metadata(victim: Victim) -> Iterator[str]:
    tenant, namespace = "plexspaces-tenant-bin", "plexspaces-namespace-bin"
    for name in (b"other", b"default", b"", b"shop/../other", b"*", b"shop\0"):
        yield called(victim, "Actors/List", b"", victim.shown("admin", (tenant, name)))
    yield called(victim, "Actors/List", b"", victim.shown("admin", (namespace, b"other")))
    yield called(victim, "Actors/List", b"", victim.shown("admin", (tenant, b"shop"), (tenant, b"other")))
    yield called(victim, "Actors/List", b"", (*victim.shown("admin"), *victim.shown("read")))


@attack("PERMISSION_DENIED")
def more_than_its_role_allows(victim: Victim) -> Iterator[str]:
    spawn = actors_pb2.SpawnRequest(module="m")
    yield called(victim, "Actors/Spawn", spawn, victim.shown("read"))
    create = tokens_pb2.TokenCreateRequest(name="mine", role="admin")
    yield called(victim, "Tokens/Create", create, victim.shown("operate"))
    spawn.options.grants.append("filesystem//tmp=/data:rw")
    yield called(victim, "Actors/Spawn", spawn, victim.shown("admin"))


@attack("NOT_FOUND", "INVALID_ARGUMENT", "OK")
def names_like_paths(victim: Victim) -> Iterator[str]:
    """They are data, and no file lies outside of the workspace afterwards."""
    before = _around(victim.workspace)
    for name in ("../../../../etc/passwd", "/etc/passwd", "..", "a/../../b", "..\\..\\b", "%2e%2e/x", "a\0b", "C:\\x"):
        for method, request in (
            ("Modules/Data", modules_pb2.ModuleDataRequest(reference=name)),
            ("Modules/Bytecode", modules_pb2.ModuleBytecodeRequest(reference=name, interpreter=name)),
            ("Actors/Get", actors_pb2.GetActorRequest(actor=common_pb2.ActorId(name=name))),
            ("Blobs/Download", blobs_pb2.BlobsDownloadRequest(bucket=name, key=name)),
            ("Blobs/Delete", blobs_pb2.BlobsDeleteRequest(bucket="b", key=name)),
            ("Modules/Alias", modules_pb2.AliasModuleRequest(name=name, reference=name)),
        ):
            yield called(victim, method, request, victim.shown("admin"))
        start = blobs_pb2.BlobsUploadRequest(start=blobs_pb2.BlobsUploadRequest.Start(bucket="bucket", key=name))
        end = blobs_pb2.BlobsUploadRequest(end=blobs_pb2.BlobsUploadRequest.End(size_bytes=0))
        with grpc.insecure_channel(victim.address) as channel:
            upload = channel.stream_unary("/plexspaces.v1.Blobs/Upload")
            pieces = iter([start.SerializeToString(), end.SerializeToString()])
            yield status(partial(upload, pieces, timeout=SECONDS, metadata=victim.shown("admin")))
    assert _around(victim.workspace) == before, "something was written outside of the workspace"


def _around(workspace: Path) -> list[str]:
    return sorted(path.name for path in workspace.parent.iterdir())


@attack("closed", "goodbye", "open")
def frames_that_are_none(victim: Victim) -> Iterator[str]:
    """Open stays what may become a frame still, until the node asks whether anybody is there."""
    chance = random.Random(3)
    for pieces in (
        [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        [chance.randbytes(4_000)],
        [greeting(), chance.randbytes(4_000)],
        [greeting(), frame(frames.DATA, 0, 0, b"on no stream")],
        [greeting(), frame(frames.HEADERS, END_HEADERS, 1, b"\xff" * 100)],
        [greeting(), frame(frames.HEADERS, END_HEADERS, 2, frames.headers("/even"))],
        [greeting(), frame(frames.SETTINGS, 0, 0, b"odd")],
        [greeting(), b"\xff\xff\xff" + bytes([frames.DATA, 0, 0, 0, 0, 1]) + bytes(16 * MEBIBYTE)],
        [greeting(), frame(frames.CONTINUATION, 0, 1, b"of nothing")],
    ):
        yield frames.sent(victim.address, *pieces)


@attack("closed", "goodbye")
def headers_without_end(victim: Victim) -> Iterator[str]:
    begin = greeting() + frame(frames.HEADERS, END_STREAM, 1, frames.headers("/plexspaces.v1.Node/Info"))
    more = frame(frames.CONTINUATION, 0, 1, b"\x00\x01x\x7f\x80\x1f" + b"y" * 4_223)
    yield frames.sent(victim.address, begin, *[more] * 4_000)


@attack("closed", "goodbye")
def a_flood_of_pings(victim: Victim) -> Iterator[str]:
    yield frames.sent(victim.address, greeting(), *[frame(frames.PING, 0, 0, b"floodflo") * 1_000] * 20)


@attack("closed", "goodbye", "open")
def calls_that_are_reset_at_once(victim: Victim) -> Iterator[str]:
    """The rapid reset."""
    asked = frames.headers("/plexspaces.v1.Node/Info")
    pieces = [
        frame(frames.HEADERS, END_HEADERS | END_STREAM, stream, asked) + frame(frames.RESET, 0, stream, b"\0\0\0\x08")
        for stream in range(1, 8_001, 2)
    ]
    yield frames.sent(victim.address, greeting(), *pieces, frame(frames.GO_AWAY, 0, 0, bytes(8)))


@attack("RESOURCE_EXHAUSTED", "INVALID_ARGUMENT", "UNIMPLEMENTED", "OK")
def probing_by_reflection(victim: Victim) -> Iterator[str]:
    """It lists what there is, for few at a time and not for long; a stranger learns nothing of what is in the node."""
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    hold = threading.Event()

    def requests() -> Iterator[reflection_pb2.ServerReflectionRequest]:
        yield asked
        hold.wait(SECONDS)

    with grpc.insecure_channel(victim.address) as channel, ExitStack() as held:
        held.callback(hold.set)
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        calls = [stub.ServerReflectionInfo(requests(), timeout=20) for _ in range(40)]
        for call in calls:
            try:
                next(call)
                yield "OK"
            except grpc.RpcError as error:
                yield error.code().name
        for call in calls:
            call.cancel()
        yield status(lambda: stub.ServerReflectionInfo(iter([asked])))
    for path in ("/plexspaces.v1.Node/Backdoor", "/grpc.channelz.v1.Channelz/GetServers", "/", "//", "/a/b/c"):
        with grpc.insecure_channel(victim.address) as channel:
            yield status(lambda path=path, c=channel: c.unary_unary(path)(b"", timeout=SECONDS))  # type: ignore[misc]


@attack("CANCELLED")
def deployments_given_up_in_the_middle(victim: Victim) -> Iterator[str]:
    """Each with another hash and much announced, so that what was kept of them would fill the node."""
    for number in range(60):
        begun = threading.Event()

        def requests(number: int = number, begun: threading.Event = begun) -> Iterator[bytes]:
            start = modules_pb2.DeployRequest.Start(size_bytes=64 * MEBIBYTE, hash=f"{number:064x}")
            yield modules_pb2.DeployRequest(start=start).SerializeToString()
            for _ in range(8):
                yield modules_pb2.DeployRequest(chunk=bytes(256 << 10)).SerializeToString()
            begun.wait(SECONDS)

        with grpc.insecure_channel(victim.address) as channel:
            call = channel.stream_stream("/plexspaces.v1.Modules/Deploy")
            answers = call(requests(), timeout=SECONDS, metadata=victim.shown("operate"))
            try:
                next(answers)
                answers.cancel()
                list(answers)
            except grpc.RpcError as error:
                yield error.code().name
            begun.set()


@attack("INVALID_ARGUMENT")
def requests_that_are_garbage(victim: Victim) -> Iterator[str]:
    chance = random.Random(4)
    for method in ("Actors/Ask", "Modules/Deploy", "Blobs/Upload", "TupleSpace/Write", "Node/Watch"):
        for _ in range(20):
            yield called(victim, method, b"\xff" + chance.randbytes(200), victim.shown("admin"))


def answered(victim: Victim) -> str:
    """What a caller in good standing hears."""
    return called(victim, "Node/Info", node_pb2.InfoRequest(), victim.shown("read"))


def wrong(one: Attack, answers: Sequence[str]) -> list[str]:
    """Answers that are not right, or that there was none."""
    return sorted(set(answers) - one.answers) or ([] if answers else ["no answer"])
