"""Actors over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workbench.api import (
    ActorInfo,
    CancelToken,
    Cast,
    Frame,
    Invalid,
    Kind,
    Limits,
    Migration,
    Node,
    Parcel,
    Progress,
    ProgressCallback,
    SpawnOptions,
)  # fmt: skip
from workbench.api.limits import DEFAULT_PROFILE
from workbench.rpc.convert import actor_of, batches, from_message, payload, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import actors_pb2 as pb
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.server.gate import Call
from workbench.rpc.server.handler import Context
from workbench.rpc.server.job import reported
from workbench.rpc.server.waits import wait


class ActorsService:
    """Service `Actors`."""

    long = frozenset(
        {
            "Spawn", "Ask", "Stop", "Restart", "Upgrade", "Snapshot", "Suspend", "Resume", "Passivate", "SetLimits",
            "Migrate", "Arrive", "Settle",
        }
    )  # fmt: skip
    endless = frozenset({"Relay"})

    def spawn(self, node: Node, request: pb.SpawnRequest, _: Context) -> pb.ActorInfo:
        options = from_message(request.options, SpawnOptions) if request.HasField("options") else None
        if options is not None and not options.profile:
            options = replace(options, profile=DEFAULT_PROFILE)
        state = payload_of(request.state)
        return _info(node.actors.spawn(request.module, state, options=options, timeout=wait(request.timeout_seconds)))

    def list(self, node: Node, _: pb.ListActorsRequest, __: Context) -> Iterator[pb.ListActorsResponse]:
        for batch in batches(_info(actor) for actor in node.actors.list()):
            yield pb.ListActorsResponse(actors=batch)

    def get(self, node: Node, request: pb.GetActorRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.get(actor_of(request.actor)))

    def ask(self, node: Node, request: pb.AskRequest, context: Call) -> pb.Reply:
        reply = node.actors.ask(
            actor_of(request.actor),
            request.message_type,
            payload_of(request.payload),
            kind=_kind(request.kind),
            headers=context.traced(request.headers),
            timeout=wait(request.timeout_seconds),
        )
        return to_message(reply, pb.Reply)

    def tell(self, node: Node, request: pb.TellRequest, context: Call) -> pb.TellResponse:
        message_id = node.actors.tell(
            actor_of(request.actor),
            request.message_type,
            payload_of(request.payload),
            headers=context.traced(request.headers),
        )
        return pb.TellResponse(message_id=message_id)

    def tell_many(
        self, node: Node, requests: Iterator[pb.TellManyRequest], context: Call
    ) -> Iterator[pb.TellManyResponse]:
        for request in requests:
            casts = (
                Cast(x.actor, x.message_type, payload_of(x.payload), context.traced(x.headers)) for x in request.casts
            )
            yield to_message(node.actors.tell_many(casts), pb.TellManyResponse)

    def stop(self, node: Node, request: pb.StopRequest, _: Context) -> pb.StopResponse:
        node.actors.stop(actor_of(request.actor), timeout=wait(request.timeout_seconds))
        return pb.StopResponse()

    def kill(self, node: Node, request: pb.KillRequest, _: Context) -> pb.KillResponse:
        node.actors.kill(actor_of(request.actor))
        return pb.KillResponse()

    def restart(self, node: Node, request: pb.RestartRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.restart(actor_of(request.actor), timeout=wait(request.timeout_seconds)))

    def upgrade(self, node: Node, request: pb.UpgradeRequest, _: Context) -> pb.ActorInfo:
        seconds = wait(request.timeout_seconds)
        return _info(node.actors.upgrade(actor_of(request.actor), request.module, timeout=seconds))

    def snapshot(self, node: Node, request: pb.SnapshotRequest, _: Context) -> common.Payload:
        return payload(node.actors.snapshot(actor_of(request.actor), timeout=wait(request.timeout_seconds)))

    def suspend(self, node: Node, request: pb.SuspendRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.suspend(actor_of(request.actor), timeout=wait(request.timeout_seconds)))

    def resume(self, node: Node, request: pb.ResumeRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.resume(actor_of(request.actor), timeout=wait(request.timeout_seconds)))

    def passivate(self, node: Node, request: pb.PassivateRequest, _: Context) -> pb.ActorInfo:
        return _info(node.actors.passivate(actor_of(request.actor), timeout=wait(request.timeout_seconds)))

    def set_limits(self, node: Node, request: pb.SetLimitsRequest, _: Context) -> pb.ActorInfo:
        limits, seconds = from_message(request.limits, Limits), wait(request.timeout_seconds)
        return _info(node.actors.set_limits(actor_of(request.actor), limits, timeout=seconds))

    def dead_letters(self, node: Node, request: pb.DeadLettersRequest, _: Context) -> Iterator[pb.DeadLettersResponse]:
        letters = node.actors.dead_letters(after=request.after, limit=request.limit)
        for batch in batches(to_message(letter, pb.DeadLetter) for letter in letters):
            yield pb.DeadLettersResponse(letters=batch)

    def resend(self, node: Node, request: pb.ResendRequest, _: Context) -> pb.TellResponse:
        message_type = request.message_type if request.HasField("message_type") else None
        given = payload_of(request.payload) if request.HasField("payload") else None
        return pb.TellResponse(message_id=node.actors.resend(request.letter, message_type=message_type, payload=given))

    def turns(self, node: Node, request: pb.TurnsRequest, _: Context) -> Iterator[pb.TurnsResponse]:
        actor = actor_of(request.actor) if request.HasField("actor") else None
        turns = node.actors.turns(actor, after=request.after, limit=request.limit)
        for batch in batches(to_message(turn, pb.Turn) for turn in turns):
            yield pb.TurnsResponse(turns=batch)

    def migrate(self, node: Node, request: pb.MigrateRequest, context: Context) -> Iterator[pb.MigrateResponse]:
        actor, seconds, cancel = actor_of(request.actor), wait(request.timeout_seconds), CancelToken()
        context.add_callback(cancel.set)

        def move(report: ProgressCallback) -> Migration:
            return node.actors.migrate(
                actor, request.to, token=request.token, progress=report, cancel=cancel, timeout=seconds
            )

        for part in reported(move):
            if isinstance(part, Progress):
                yield pb.MigrateResponse(progress=to_message(part, common.Progress))
            else:
                yield pb.MigrateResponse(migration=to_message(part, pb.Migration))

    def arrive(self, node: Node, request: pb.ArriveRequest, _: Context) -> pb.Arrival:
        parcel = from_message(request.parcel, Parcel)
        return to_message(node.actors.arrive(parcel, timeout=wait(request.timeout_seconds)), pb.Arrival)

    def settle(self, node: Node, request: pb.SettleRequest, _: Context) -> pb.SettleResponse:
        return pb.SettleResponse(present=node.actors.settle(request.migration, commit=request.commit))

    def relay(self, node: Node, requests: Iterator[pb.RelayRequest], _: Context) -> Iterator[pb.RelayResponse]:
        frames = (from_message(frame, Frame) for request in requests for frame in request.frames)
        for frame in node.actors.relay(frames):
            yield pb.RelayResponse(frames=[to_message(frame, pb.Frame)])


def _info(info: ActorInfo) -> pb.ActorInfo:
    return to_message(info, pb.ActorInfo)


def _kind(text: str) -> Kind:
    try:
        return Kind(text or Kind.CALL)
    except ValueError:
        raise Invalid(f"no kind of message {text!r}; there are {', '.join(Kind)}") from None
