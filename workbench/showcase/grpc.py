"""Modules go to nodes over gRPC, actors are born and spoken to there, and every node says of itself what it has."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import workbench
from workbench.api import (
    Area,
    Cast,
    Denied,
    ModuleInfo,
    Node,
    NotFound,
    Progress,
    Role,
    SpawnOptions,
    Unauthenticated,
    Unavailable,
)
from workbench.showcase.stage import Stage, milliseconds, size, source

FILE = "tally.wat"
NOBODY = "127.0.0.1:1"
MESSAGES = 5_000


def demonstrate(stage: Stage) -> None:
    with ExitStack() as opened:
        address, remote = opened.enter_context(_listening(stage.node))
        stage.check(f"gRPC server listening on port {address.rpartition(':')[2]}", address.startswith("127.0.0.1:"))
        info = remote.info()
        stage.equal("Connected to gRPC service", (info.name, info.started), _run(stage.node))
        stage.fact(f"{info.name} {info.version} on {info.platform} at {address}")
        module = _deploy(stage, remote)
        _actors(stage, remote)
        _refusals(stage, address, remote)
        others = [opened.enter_context(_another()) for _ in range(2)]
        _everywhere(stage, module, [(address, remote), *others])


@contextmanager
def _listening(node: Node) -> Iterator[tuple[str, Node]]:
    """A node on a free port of this machine, and a connection to it."""
    with (
        workbench.serve(node, listen="127.0.0.1:0") as server,
        workbench.connect(f"grpc://{server.address}") as remote,
    ):
        yield server.address, remote


@contextmanager
def _another() -> Iterator[tuple[str, Node]]:
    with workbench.connect("embedded:") as node, _listening(node) as found:
        yield found


def _run(node: Node) -> tuple[str, float]:
    info = node.info()
    return info.name, info.started


def _deploy(stage: Stage, remote: Node) -> ModuleInfo:
    data, told = source(FILE), list[Progress]()
    started = time.perf_counter()
    module = remote.modules.deploy(data, file_name=FILE, alias="tally", progress=told.append)
    took = milliseconds(started)
    stage.equal("Module deployed successfully via gRPC", stage.node.modules.get("tally").hash, module.hash)
    stage.fact(f"{module.hash[:12]}, {size(len(data))}, sent and compiled in {took}")
    stage.equal("All of it was sent", _sent(told), [0.0, 1.0])
    told.clear()
    started = time.perf_counter()
    remote.modules.deploy(data, file_name=FILE, alias="tally", progress=told.append)
    stage.equal("What the node has is not sent again", _sent(told), [1.0])
    stage.fact(f"known by its hash, in {milliseconds(started)}")
    return module


def _sent(told: Sequence[Progress]) -> list[float | None]:
    """How much of the bytes the node had each time it said so."""
    return [report.fraction for report in told if report.stage == "sending"]


def _actors(stage: Stage, remote: Node) -> None:
    with remote.subscribe((Area.ACTORS,)) as events:
        started = time.perf_counter()
        actor = remote.actors.spawn("tally", "41", options=SpawnOptions(name="tally")).id
        took = milliseconds(started)
        stage.equal("Actor instantiated via gRPC", stage.node.actors.get("tally").id, actor)
        stage.fact(f"in {took}")
        heard = any(event.kind == "actors.spawned" and event.subject == "tally" for event in events.get())
        stage.check("Whoever watches the node hears of it", heard)
    stage.equal("It is called via gRPC", remote.actors.ask(actor, "increment").payload, "42")
    started = time.perf_counter()
    told = remote.actors.tell_many(Cast("tally", "increment") for _ in range(MESSAGES))
    taken = time.perf_counter() - started
    stage.equal(f"{MESSAGES:,} messages told over one stream", (told.count, told.refused), (MESSAGES, 0))
    stage.fact(f"{MESSAGES / taken:,.0f} messages/sec")
    stage.equal("All of them were handled", stage.ask("tally", "get_count"), str(42 + MESSAGES))


def _refusals(stage: Stage, address: str, remote: Node) -> None:
    stage.refused("An error is the same from afar", NotFound, remote.actors.ask, "nobody", "increment")
    token = remote.tokens.create("visitor", role=Role.READ).secret
    with workbench.connect(f"grpc://{address}") as stranger:
        stage.refused("Once there is a token, one is asked for", Unauthenticated, stranger.info)
    with workbench.connect(f"grpc://{address}", token=token) as visitor:
        stage.equal("Who shows it is let in", visitor.info().name, stage.node.info().name)
        stage.refused("And changes nothing: it is for reading", Denied, visitor.actors.stop, "tally")
    stage.node.tokens.revoke("visitor")
    with workbench.connect(f"grpc://{address}", token=token) as visitor:
        stage.refused("Revoked, it is worth nothing", Unauthenticated, visitor.info)


def _everywhere(stage: Stage, module: ModuleInfo, nodes: Sequence[tuple[str, Node]]) -> None:
    """One module on several nodes, of which one does not answer."""
    admin = stage.node.tokens.create("deployer", role=Role.OPERATE).secret
    with ExitStack() as opened:
        first = opened.enter_context(workbench.connect(f"grpc://{nodes[0][0]}", token=admin))
        nobody = opened.enter_context(workbench.connect(f"grpc://{NOBODY}"))
        wanted = [(nodes[0][0], first), *nodes[1:], (NOBODY, nobody)]
        found: dict[str, str] = {}
        for address, node in wanted:
            try:
                found[address] = node.modules.deploy(source(FILE), file_name=FILE, alias="tally").hash
            except Unavailable as error:
                found[address] = error.code
        expected = {**{address: module.hash for address, _ in nodes}, NOBODY: Unavailable.code}
        stage.equal("Deployed to all nodes that answer, and the one that does not is named", found, expected)
        stage.facts(*(f"{address}: {result[:12]}" for address, result in found.items()))
    replies = [_born(node) for _, node in nodes[1:]]
    stage.equal("The same code runs on each of them", replies, ["1", "1"])


def _born(node: Node) -> object:
    actor = node.actors.spawn("tally").id
    return node.actors.ask(actor, "increment").payload
