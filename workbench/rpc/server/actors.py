"""Actors over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import ActorInfo, Invalid, Kind, Node, SpawnOptions
from workbench.api.limits import DEFAULT_PROFILE
from workbench.rpc.convert import actor_of, batches, from_message, payload, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import actors_pb2 as pb
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.server.handler import Context

WAIT_SECONDS = 3_600.0
"""The longest wait that a caller may ask for."""


class ActorsService:
    """Service `Actors`."""

    long = frozenset({"Spawn", "Ask", "Stop", "Restart", "Upgrade", "Snapshot"})
    endless: frozenset[str] = frozenset()

    def spawn(self, node: Node, request: pb.SpawnRequest, _: Context) -> pb.ActorInfo:
        options = from_message(request.options, SpawnOptions) if request.HasField("options") else None
        if options is not None and not options.profile:
            options = SpawnOptions(options.name, DEFAULT_PROFILE, options.grants, options.limits)
        state = payload_of(request.state)
        return _info(node.actors.spawn(request.module, state, options=options, timeout=_wait(request.timeout_seconds)))

    def list(self, node: Node, _: pb.ListActorsRequest, __: Context) -> Iterator[pb.ListActorsResponse]:
        for batch in batches(_info(actor) for actor in node.actors.list()):
            yield pb.ListActorsResponse(actors=batch)

    def get(self, node: Node, request: pb.GetActorRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.get(actor_of(request.actor)))

    def ask(self, node: Node, request: pb.AskRequest, _: Context) -> pb.Reply:
        reply = node.actors.ask(
            actor_of(request.actor),
            request.message_type,
            payload_of(request.payload),
            kind=_kind(request.kind),
            headers=dict(request.headers),
            timeout=_wait(request.timeout_seconds),
        )
        return to_message(reply, pb.Reply)

    def tell(self, node: Node, request: pb.TellRequest, _: Context) -> pb.TellResponse:
        message_id = node.actors.tell(
            actor_of(request.actor), request.message_type, payload_of(request.payload), headers=dict(request.headers)
        )
        return pb.TellResponse(message_id=message_id)

    def stop(self, node: Node, request: pb.StopRequest, _: Context) -> pb.StopResponse:
        node.actors.stop(actor_of(request.actor), timeout=_wait(request.timeout_seconds))
        return pb.StopResponse()

    def kill(self, node: Node, request: pb.KillRequest, _: Context) -> pb.KillResponse:
        node.actors.kill(actor_of(request.actor))
        return pb.KillResponse()

    def restart(self, node: Node, request: pb.RestartRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.restart(actor_of(request.actor), timeout=_wait(request.timeout_seconds)))

    def upgrade(self, node: Node, request: pb.UpgradeRequest, _: Context) -> pb.ActorInfo:
        wait = _wait(request.timeout_seconds)
        return _info(node.actors.upgrade(actor_of(request.actor), request.module, timeout=wait))

    def snapshot(self, node: Node, request: pb.SnapshotRequest, _: Context) -> common.Payload:
        return payload(node.actors.snapshot(actor_of(request.actor), timeout=_wait(request.timeout_seconds)))

    def turns(self, node: Node, request: pb.TurnsRequest, _: Context) -> Iterator[pb.TurnsResponse]:
        actor = actor_of(request.actor) if request.HasField("actor") else None
        turns = node.actors.turns(actor, after=request.after, limit=request.limit)
        for batch in batches(to_message(turn, pb.Turn) for turn in turns):
            yield pb.TurnsResponse(turns=batch)


def _info(info: ActorInfo) -> pb.ActorInfo:
    return to_message(info, pb.ActorInfo)


def _wait(seconds: float) -> float:
    if not 0 <= seconds <= WAIT_SECONDS:
        raise Invalid(f"a timeout is 0 to {WAIT_SECONDS:,.0f} seconds, not {seconds}")
    return seconds


def _kind(text: str) -> Kind:
    try:
        return Kind(text or Kind.CALL)
    except ValueError:
        raise Invalid(f"no kind of message {text!r}; there are {', '.join(Kind)}") from None
