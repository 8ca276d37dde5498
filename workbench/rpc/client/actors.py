"""Actors over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from google.protobuf.message import Message

from workbench.api import (
    ActorId,
    ActorInfo,
    Arrival,
    CancelToken,
    Cast,
    DeadLetter,
    Frame,
    Internal,
    Kind,
    Limits,
    Migration,
    Parcel,
    Payload,
    Progress,
    ProgressCallback,
    Refusal,
    Reply,
    SpawnOptions,
    Told,
    Turn,
)
from workbench.api.messages import KEPT_REFUSALS, NO_HEADERS
from workbench.rpc.client.channel import LONG_SECONDS, MARGIN_SECONDS, Connection, finish
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import actor as target
from workbench.rpc.convert import from_message, payload_of, to_message
from workbench.rpc.convert import payload as content
from workbench.rpc.generated.plexspaces.v1 import actors_pb2 as pb
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.sizes import CHUNK_BYTES

BATCH_CASTS = 250


class RemoteActors(Facet):
    """Facet `actors` of a remote node. The node ends every wait itself; the deadline here is a little later."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Actors"])

    def spawn(
        self, module: str, state: Payload = "", *, options: SpawnOptions | None = None, timeout: float = 30.0
    ) -> ActorInfo:
        chosen = None if options is None else to_message(options, pb.SpawnOptions)
        request = pb.SpawnRequest(module=module, state=content(state), options=chosen, timeout_seconds=timeout)
        return self._info("Spawn", request, timeout)

    def list(self) -> Sequence[ActorInfo]:
        answers = self._stub.stream("List", pb.ListActorsRequest(), pb.ListActorsResponse)
        return [from_message(actor, ActorInfo) for answer in answers for actor in answer.actors]

    def get(self, actor: ActorId | str) -> ActorInfo:
        request = pb.GetActorRequest(actor=target(actor))
        return from_message(self._stub.call("Get", request, pb.ActorInfo), ActorInfo)

    def ask(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        kind: Kind = Kind.CALL,
        headers: Mapping[str, str] = NO_HEADERS,
        timeout: float = 60.0,
    ) -> Reply:
        request = pb.AskRequest(
            actor=target(actor),
            message_type=message_type,
            payload=content(payload),
            kind=kind.value,
            headers=headers,
            timeout_seconds=timeout,
        )
        return from_message(self._stub.call("Ask", request, pb.Reply, seconds=timeout + MARGIN_SECONDS), Reply)

    def tell(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        request = pb.TellRequest(
            actor=target(actor), message_type=message_type, payload=content(payload), headers=headers
        )
        return self._stub.call("Tell", request, pb.TellResponse).message_id

    def tell_many(self, casts: Iterable[Cast], *, timeout: float = 60.0) -> Told:
        sending = _Sending(casts)
        count, refused, why = 0, 0, list[Refusal]()
        for answer in self._stub.stream("TellMany", sending, pb.TellManyResponse, seconds=timeout):
            base = count + refused
            count, refused = count + answer.count, refused + answer.refused
            found = (Refusal(base + each.number, each.code, each.message) for each in answer.why)
            why.extend(islice(found, KEPT_REFUSALS - len(why)))
        if sending.error is not None:
            raise sending.error
        return Told(count, refused, tuple(why))

    def stop(self, actor: ActorId | str, *, timeout: float = 5.0) -> None:
        request = pb.StopRequest(actor=target(actor), timeout_seconds=timeout)
        self._stub.call("Stop", request, pb.StopResponse, seconds=timeout + MARGIN_SECONDS)

    def kill(self, actor: ActorId | str) -> None:
        self._stub.call("Kill", pb.KillRequest(actor=target(actor)), pb.KillResponse)

    def restart(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._info("Restart", pb.RestartRequest(actor=target(actor), timeout_seconds=timeout), timeout)

    def upgrade(self, actor: ActorId | str, module: str, *, timeout: float = 30.0) -> ActorInfo:
        request = pb.UpgradeRequest(actor=target(actor), module=module, timeout_seconds=timeout)
        return self._info("Upgrade", request, timeout)

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:
        request = pb.SnapshotRequest(actor=target(actor), timeout_seconds=timeout)
        return payload_of(self._stub.call("Snapshot", request, common.Payload, seconds=timeout + MARGIN_SECONDS))

    def suspend(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._info("Suspend", pb.SuspendRequest(actor=target(actor), timeout_seconds=timeout), timeout)

    def resume(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._info("Resume", pb.ResumeRequest(actor=target(actor), timeout_seconds=timeout), timeout)

    def passivate(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._info("Passivate", pb.PassivateRequest(actor=target(actor), timeout_seconds=timeout), timeout)

    def set_limits(self, actor: ActorId | str, limits: Limits, *, timeout: float = 30.0) -> ActorInfo:
        wanted = to_message(limits, pb.Limits)
        request = pb.SetLimitsRequest(actor=target(actor), limits=wanted, timeout_seconds=timeout)
        return self._info("SetLimits", request, timeout)

    def dead_letters(self, *, after: int = 0, limit: int = 1000) -> Sequence[DeadLetter]:
        request = pb.DeadLettersRequest(after=after, limit=limit)
        answers = self._stub.stream("DeadLetters", request, pb.DeadLettersResponse)
        return [from_message(letter, DeadLetter) for answer in answers for letter in answer.letters]

    def resend(self, letter: int, *, message_type: str | None = None, payload: Payload | None = None) -> str:
        given = None if payload is None else content(payload)
        request = pb.ResendRequest(letter=letter, message_type=message_type, payload=given)
        return self._stub.call("Resend", request, pb.TellResponse).message_id

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        chosen = None if actor is None else target(actor)
        request = pb.TurnsRequest(actor=chosen, after=after, limit=limit)
        answers = self._stub.stream("Turns", request, pb.TurnsResponse)
        return [from_message(turn, Turn) for answer in answers for turn in answer.turns]

    def migrate(
        self,
        actor: ActorId | str,
        to: str,
        *,
        token: str = "",
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        timeout: float = 60.0,
    ) -> Migration:
        request = pb.MigrateRequest(actor=target(actor), to=to, token=token, timeout_seconds=timeout)
        seconds = timeout + LONG_SECONDS  # the module may have to be sent and compiled there
        answers = self._stub.stream("Migrate", request, pb.MigrateResponse, seconds=seconds, cancel=cancel)
        for part in answers:
            if part.HasField("migration"):
                finish(answers)
                return from_message(part.migration, Migration)
            if progress is not None:
                progress(from_message(part.progress, Progress))
        raise Internal(f"the node at {self._stub.address} ended the move without an answer")

    def arrive(self, parcel: Parcel, *, timeout: float = 30.0) -> Arrival:
        request = pb.ArriveRequest(parcel=to_message(parcel, pb.Parcel), timeout_seconds=timeout)
        return from_message(self._stub.call("Arrive", request, pb.Arrival, seconds=timeout + MARGIN_SECONDS), Arrival)

    def settle(self, migration: str, *, commit: bool) -> bool:
        request = pb.SettleRequest(migration=migration, commit=commit)
        return self._stub.call("Settle", request, pb.SettleResponse).present

    def relay(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        requests = (pb.RelayRequest(frames=[to_message(frame, pb.Frame)]) for frame in frames)
        for answer in self._stub.stream("Relay", requests, pb.RelayResponse, seconds=None):
            yield from (from_message(frame, Frame) for frame in answer.frames)

    def _info(self, method: str, request: Message, wait: float) -> ActorInfo:
        return from_message(self._stub.call(method, request, pb.ActorInfo, seconds=wait + MARGIN_SECONDS), ActorInfo)


class _Sending:
    """The requests of many casts, taken on a thread of gRPC's own; what `casts` raises is kept for the caller."""

    def __init__(self, casts: Iterable[Cast]) -> None:
        self._casts = casts
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[pb.TellManyRequest]:
        request, filled = pb.TellManyRequest(), 0
        try:
            for cast in self._casts:
                made = pb.Cast(
                    actor=cast.actor,
                    message_type=cast.message_type,
                    payload=content(cast.payload),
                    headers=cast.headers,
                )
                request.casts.append(made)
                filled += len(cast.payload)
                if len(request.casts) >= BATCH_CASTS or filled >= CHUNK_BYTES:
                    yield request
                    request, filled = pb.TellManyRequest(), 0
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
        if request.casts:
            yield request
