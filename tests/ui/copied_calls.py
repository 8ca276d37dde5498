"""A call of every method that changes something, each with what must be there before it."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from real_node import QuickNode, quick_node, shop

import workbench
from ui.copying.files import remember
from workbench.api import ANY, Health, RecordingLevel, Role, SpawnOptions, WorkbenchError
from workbench.api.calls import Call, call
from workbench.api.storage import StorageKind


def spawned(node: QuickNode, name: str = "tally") -> str:
    if name not in [info.id.name for info in node.actors.list()]:
        node.actors.spawn("fragile", options=SpawnOptions(name=name))
    return name


def letter(node: QuickNode) -> int:
    spawned(node)
    with pytest.raises(WorkbenchError):
        node.actors.ask("tally", "die")
    node.actors.restart("tally")
    node.actors.tell("tally", "die")
    while not (found := node.actors.dead_letters()):
        node.logs()
    node.actors.restart("tally")
    return found[-1].seq


def queued(node: QuickNode) -> str:
    return node.channels.send("jobs", "job", "one")


def dead(node: QuickNode) -> str:
    queued(node)
    delivery = node.channels.receive("jobs")
    assert delivery is not None
    node.channels.nack(delivery.id, requeue=False)
    return node.channels.messages("jobs.dead")[-1].id


def received(node: QuickNode) -> str:
    queued(node)
    delivery = node.channels.receive("jobs")
    assert delivery is not None
    return delivery.id


def grown(node: QuickNode) -> str:
    if "shop" not in [info.name for info in node.supervision.list()]:
        shop(node)
    return "shop"


def locked(node: QuickNode) -> int:
    held = node.locks.get("door")
    if held is None:
        held = node.locks.acquire("door", holder="me")
    return held.version


def journaled(node: QuickNode) -> str:
    if "kept" not in [info.id.name for info in node.actors.list()]:
        node.actors.spawn("fragile", options=SpawnOptions(name="kept", durable=True))
    node.actors.ask("kept", "increment")
    return "kept"


def checkpointed(node: QuickNode) -> None:
    journaled(node)
    node.journal.checkpoint("kept")


def cleared(node: QuickNode, name: str) -> str:
    """An actor that is gone, but for its journal."""
    journaled(node) if name == "kept" else spawned(node, name)
    node.actors.stop(name)
    return name


def recorded(node: QuickNode) -> int:
    spawned(node)
    node.debugger.set_level(None, RecordingLevel.FULL)
    node.actors.ask("tally", "increment")
    return node.debugger.segments()[-1].id if node.debugger.segments() else 0


def after(do: Callable[[QuickNode], object], made: Call) -> Callable[[QuickNode], Call]:
    def make(node: QuickNode) -> Call:
        do(node)
        return made

    return make


def limits(node: QuickNode) -> Call:
    spawned(node)
    return call("actors.set_limits", "tally", replace(node.actors.get("tally").limits, mailbox=77))


def upgraded(node: QuickNode) -> Call:
    spawned(node)
    return call("actors.upgrade", "tally", "fragile")


@cache
def elsewhere() -> str:
    """The address of another node, for as long as the tests run."""
    open_till_the_end = ExitStack()
    other = open_till_the_end.enter_context(quick_node())
    server = open_till_the_end.enter_context(workbench.serve(other, listen="127.0.0.1:0"))
    atexit.register(open_till_the_end.close)
    return server.address


def moving(node: QuickNode) -> Call:
    """One that was never moved before."""
    return call("actors.migrate", node.actors.spawn("fragile").id.name, elsewhere())


def suspended(node: QuickNode) -> None:
    spawned(node)
    node.actors.suspend("tally")


def stopped(node: QuickNode) -> None:
    grown(node)
    node.supervision.stop_child("shop", "till")


CASES: dict[str, Callable[[QuickNode], Call]] = {
    "modules.deploy": lambda n: call(
        "modules.deploy",
        on_disk(n, "d.wat", b'(module (memory (export "memory") 1)' + rest()),
        file_name="d.wat",
        alias="d",
        force=True,
    ),
    "blobs.upload": lambda n: call(
        "blobs.upload", "b", "u/x", on_disk(n, "x.txt", b"1"), content_type="text/plain", metadata={"a": "b"}
    ),
    "modules.alias": lambda _: call("modules.alias", "other", "fragile", force=True),
    "modules.remove": after(
        lambda n: n.modules.deploy(b'(module (memory (export "memory") 1)' + rest(), file_name="x.wat", alias="x"),
        call("modules.remove", "x"),
    ),
    "actors.spawn": lambda _: call(
        "actors.spawn", "fragile", "7", options=SpawnOptions(profile="strict", grants=("spawn",))
    ),
    "actors.ask": after(
        spawned, call("actors.ask", "tally", "get", "@it's", headers={"idempotency-key": "k", "a": "b"})
    ),
    "actors.tell": after(spawned, call("actors.tell", "tally", "get", b"\x00\xff")),
    "actors.stop": after(spawned, call("actors.stop", "tally")),
    "actors.kill": after(spawned, call("actors.kill", "tally")),
    "actors.restart": after(spawned, call("actors.restart", "tally")),
    "actors.upgrade": upgraded,
    "actors.snapshot": after(spawned, call("actors.snapshot", "tally")),
    "actors.suspend": after(spawned, call("actors.suspend", "tally")),
    "actors.resume": after(suspended, call("actors.resume", "tally")),
    "actors.passivate": after(spawned, call("actors.passivate", "tally")),
    "actors.migrate": moving,
    "actors.set_limits": limits,
    "actors.resend": lambda n: call("actors.resend", letter(n), message_type="get", payload="1"),
    "capabilities.grant": after(spawned, call("capabilities.grant", "tally", "blob", duration="always")),
    "capabilities.revoke": after(
        lambda n: n.capabilities.grant(spawned(n), "blob"), call("capabilities.revoke", "tally", "blob")
    ),
    "capabilities.trim": after(spawned, call("capabilities.trim", "tally", dry=True)),
    "supervision.remove": after(grown, call("supervision.remove", "shop")),
    "supervision.start_child": after(stopped, call("supervision.start_child", "shop", "till")),
    "supervision.stop_child": after(grown, call("supervision.stop_child", "shop", "till")),
    "supervision.restart": after(grown, call("supervision.restart", "shop", "till")),
    "blobs.delete": after(lambda n: n.blobs.upload("b", "a/c", b"1"), call("blobs.delete", "b", "a/c")),
    "blobs.copy": after(lambda n: n.blobs.upload("b", "a", b"1"), call("blobs.copy", "b", "a", "b", "c")),
    "channels.create_queue": lambda n: call("channels.create_queue", f"q{len(n.channels.queues())}", max_attempts=5),
    "channels.delete_queue": after(queued, call("channels.delete_queue", "jobs")),
    "channels.purge_queue": after(queued, call("channels.purge_queue", "jobs")),
    "channels.send": lambda _: call(
        "channels.send", "jobs", "job", b"\x01", delay_ms=5, ttl_ms=60_000, headers={"a": "b"}
    ),
    "channels.receive": after(queued, call("channels.receive", "jobs")),
    "channels.ack": lambda n: call("channels.ack", received(n)),
    "channels.nack": lambda n: call("channels.nack", received(n), requeue=False),
    "channels.delete_message": lambda n: call("channels.delete_message", "jobs", queued(n)),
    "channels.redrive": lambda n: call("channels.redrive", "jobs.dead", (dead(n),)),
    "channels.resend": lambda n: call("channels.resend", "jobs.dead", dead(n), message_type="job", payload="two"),
    "channels.publish": lambda _: call("channels.publish", "news", "item", "x=y"),
    "debugger.set_level": lambda _: call("debugger.set_level", None, RecordingLevel.FULL),
    "debugger.keep": after(recorded, call("debugger.keep", "tally", kept=False)),
    "debugger.pin": lambda n: call("debugger.pin", recorded(n)),
    "debugger.clear": lambda _: call("debugger.clear", pinned=True),
    "node.clear_storage": lambda _: call("node.clear_storage", StorageKind.RECORDING),
    "journal.checkpoint": after(journaled, call("journal.checkpoint", "kept")),
    "journal.compact": after(checkpointed, call("journal.compact", "kept")),
    "journal.remove": after(lambda n: cleared(n, "kept"), call("journal.remove", "kept")),
    "keyvalue.put": lambda _: call("keyvalue.put", "-a b'c", "@red\n", ttl_ms=60_000),
    "keyvalue.delete": after(lambda n: n.keyvalue.put("k", "v"), call("keyvalue.delete", "k")),
    "keyvalue.compare_and_swap": after(
        lambda n: n.keyvalue.put("k", b"\x01"), call("keyvalue.compare_and_swap", "k", b"\x01", b"\x02")
    ),
    "keyvalue.increment": lambda _: call("keyvalue.increment", "count", 3),
    "locks.acquire": after(
        lambda n: n.locks.get("gate") and n.locks.force("gate"), call("locks.acquire", "gate", holder="me")
    ),
    "locks.try_acquire": after(
        lambda n: n.locks.get("gate") and n.locks.force("gate"), call("locks.try_acquire", "gate", holder="me")
    ),
    "locks.renew": lambda n: call("locks.renew", "door", locked(n), holder="me"),
    "locks.release": lambda n: call("locks.release", "door", locked(n), holder="me"),
    "locks.force": after(locked, call("locks.force", "door")),
    "process_groups.create": lambda _: call("process_groups.create", "staff"),
    "process_groups.delete": after(lambda n: n.process_groups.create("staff"), call("process_groups.delete", "staff")),
    "process_groups.join": after(
        lambda n: (spawned(n), n.process_groups.create("staff")),
        call("process_groups.join", "staff", "tally", topics=("a", "b c")),
    ),
    "process_groups.leave": after(lambda n: joined(n), call("process_groups.leave", "staff", "tally")),
    "process_groups.remove": after(lambda n: joined(n), call("process_groups.remove", "staff", "tally")),
    "process_groups.publish": after(lambda n: joined(n), call("process_groups.publish", "staff", "get", "1")),
    "registry.register": lambda _: call(
        "registry.register", "id 1", object_type="node", address="10.0.0.1:5", labels={"zone": "eu"}, ttl_ms=90_000
    ),
    "registry.unregister": after(
        lambda n: n.registry.register("e", object_type="x", address="a"), call("registry.unregister", "e")
    ),
    "registry.heartbeat": after(
        lambda n: n.registry.register("e", object_type="x", address="a", ttl_ms=60_000),
        call("registry.heartbeat", "e", health=Health.DEGRADED),
    ),
    "tokens.create": lambda n: call("tokens.create", f"t{len(n.tokens.list())}", role=Role.READ),
    "tokens.revoke": lambda n: call("tokens.revoke", n.tokens.create().token.name),
    "tuplespace.write": lambda _: call("tuplespace.write", ("job", 1, None, b"\x01", 'quo"te'), ttl_ms=60_000),
    "tuplespace.take": after(lambda n: n.tuplespace.write(("job", 2)), call("tuplespace.take", ("job", ANY))),
    "tuplespace.compare_and_swap": after(
        lambda n: n.tuplespace.write(("lamp", False)),
        call("tuplespace.compare_and_swap", ("lamp", False), ("lamp", True)),
    ),
    "tuplespace.remove": lambda n: call("tuplespace.remove", n.tuplespace.write(("x",))),
}


def rest() -> bytes:
    """The end of a small module that has all that is needed."""
    return (
        b'(func (export "allocate") (param i32) (result i32) (i32.const 0))'
        b'(func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (i64.const 0)))'
    )


def on_disk(node: QuickNode, name: str, data: bytes) -> bytes:
    path = Path(node.info().workspace) / name
    path.write_bytes(data)
    remember(data, path)
    return data


def joined(node: QuickNode) -> None:
    node.process_groups.create("staff")
    if not node.process_groups.members("staff"):
        node.process_groups.join("staff", spawned(node))
