"""Modules over gRPC, the caller's side."""

from __future__ import annotations

import builtins
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from threading import Condition
from types import TracebackType

from workbench.api import (
    CancelToken,
    Internal,
    Invalid,
    ModuleDetail,
    ModuleDiff,
    ModuleInfo,
    Progress,
    ProgressCallback,
    Unavailable,
)
from workbench.api.modules import SIZE_BYTES
from workbench.rpc.client.channel import LONG_SECONDS, Connection, finish
from workbench.rpc.client.facet import Facet
from workbench.rpc.client.mode import Repeated
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import modules_pb2 as pb
from workbench.rpc.sizes import chunks

AHEAD_BYTES = 4 << 20
"""So far is sent ahead of what the node says it has: no more than that goes again when it is cut. What gRPC, the system
and a proxy hold between them was measured at over 5 MB."""


class RemoteModules(Facet):
    """Facet `modules` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Modules"])

    def deploy(
        self,
        data: bytes,
        *,
        file_name: str = "",
        alias: str = "",
        force: bool = False,
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> ModuleInfo:
        if len(data) > SIZE_BYTES:
            raise Invalid(f"the module has {len(data):,} bytes; up to {SIZE_BYTES:,} are taken")
        start = pb.DeployRequest.Start(
            file_name=file_name, alias=alias, force=force, size_bytes=len(data), hash=sha256(data).hexdigest()
        )
        arrived, sending = -1, _Sending(start, data)
        while True:
            try:
                return self._deploy(sending, progress, cancel)
            except Unavailable:  # it was cut; to repeat it changes nothing, and it goes on where it was
                if sending.arrived <= arrived:
                    raise
                arrived, sending = sending.arrived, sending.again()

    def _deploy(self, sending: _Sending, progress: ProgressCallback | None, cancel: CancelToken | None) -> ModuleInfo:
        answers = self._stub.stream("Deploy", sending, pb.DeployResponse, seconds=LONG_SECONDS, cancel=cancel)
        with sending, closing(answers):
            for part in answers:
                if part.HasField("module"):
                    finish(answers)
                    return from_message(part.module, ModuleInfo)
                heard = part.HasField("received")
                report = sending.hear(part.received) if heard else from_message(part.progress, Progress)
                if progress is not None:
                    progress(report)
        raise Internal(f"the node at {self._stub.address} ended the deployment without an answer")

    def list(self) -> Sequence[ModuleInfo]:
        answers = self._stub.stream("List", pb.ListModulesRequest(), pb.ListModulesResponse)
        return [from_message(module, ModuleInfo) for answer in answers for module in answer.modules]

    def get(self, reference: str) -> ModuleInfo:
        request = pb.GetModuleRequest(reference=reference)
        return from_message(self._stub.call("Get", request, pb.ModuleInfo), ModuleInfo)

    def exists(self, reference: str) -> bool:
        request = pb.ModuleExistsRequest(reference=reference)
        return self._stub.call("Exists", request, pb.ModuleExistsResponse).found

    def data(self, reference: str) -> bytes:
        request = pb.ModuleDataRequest(reference=reference)
        return b"".join(part.chunk for part in self._stub.stream("Data", request, pb.ModuleChunk))

    def bytecode(self, reference: str, interpreter: str) -> str:
        request = pb.ModuleBytecodeRequest(reference=reference, interpreter=interpreter)
        return b"".join(part.chunk for part in self._stub.stream("Bytecode", request, pb.ModuleChunk)).decode()

    def describe(self, reference: str) -> ModuleDetail:
        request = pb.DescribeModuleRequest(reference=reference)
        return from_message(self._stub.call("Describe", request, pb.ModuleDetail), ModuleDetail)

    def diff(self, before: str, after: str) -> ModuleDiff:
        request = pb.DiffModulesRequest(before=before, after=after)
        return from_message(self._stub.call("Diff", request, pb.ModuleDiff), ModuleDiff)

    def alias(self, name: str, reference: str, *, force: bool = False) -> ModuleInfo:
        request = pb.AliasModuleRequest(name=name, reference=reference, force=force)
        return from_message(self._stub.call("Alias", request, pb.ModuleInfo), ModuleInfo)

    def remove(self, reference: str) -> None:
        self._stub.call("Remove", pb.RemoveModuleRequest(reference=reference), pb.RemoveModuleResponse)

    def build(
        self, reference: str, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None
    ) -> bytes:
        chunks: builtins.list[bytes] = []
        request = pb.BuildModuleRequest(reference=reference)
        for part in self._stub.stream("Build", request, pb.BuildModuleResponse, seconds=LONG_SECONDS, cancel=cancel):
            if part.HasField("chunk"):
                chunks.append(part.chunk)
            elif progress is not None:
                progress(from_message(part.progress, Progress))
        return b"".join(chunks)


class _Sending(Repeated):
    """The requests of one deployment: what the node has not is sent, once it has said how much that is."""

    def __init__(self, start: pb.DeployRequest.Start, data: bytes) -> None:
        self._start, self._data = start, data
        self._begun = time.monotonic()
        self._said = Condition()
        self._ended = False
        self.arrived = -1
        self._parts = self._lacking()

    def __iter__(self) -> _Sending:
        return self

    def __next__(self) -> pb.DeployRequest:
        return next(self._parts)

    def _lacking(self) -> Iterator[pb.DeployRequest]:
        yield pb.DeployRequest(start=self._start)
        if not self._may_send(0):
            return
        position = self.arrived
        for chunk in chunks(self._data, position):
            if not self._may_send(position):
                return
            yield pb.DeployRequest(chunk=chunk)
            position += len(chunk)

    def _may_send(self, position: int) -> bool:
        """Whether the bytes from `position` on are wanted, once the node has said that it has those long before."""

        def due() -> bool:
            return self.arrived >= 0 and position - self.arrived < AHEAD_BYTES

        with self._said:
            return self._said.wait_for(lambda: self._ended or due(), LONG_SECONDS) and not self._ended

    def again(self) -> _Sending:
        """The same requests of another call, after this one was cut."""
        other = _Sending(self._start, self._data)
        other.confirmed = self.confirmed
        return other

    def whole(self) -> Iterator[pb.DeployRequest]:
        """The same without asking what the node has: without the hash, nothing is gone on with."""
        start = pb.DeployRequest.Start()
        start.CopyFrom(self._start)
        start.ClearField("hash")
        yield pb.DeployRequest(start=start)
        yield from (pb.DeployRequest(chunk=chunk) for chunk in chunks(self._data, 0))

    def hear(self, received: int) -> Progress:
        """So many bytes are there."""
        with self._said:
            self.arrived = received
            self._said.notify_all()
        return Progress("sending", received / (len(self._data) or 1), time.monotonic() - self._begun)

    def __enter__(self) -> _Sending:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._said:
            self._ended = True
            self._said.notify_all()
