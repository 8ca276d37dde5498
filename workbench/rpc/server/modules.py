"""Modules over gRPC. The bytes of a module travel in chunks both ways, with progress in between."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from workbench.api import CancelToken, Invalid, Node, NotFound, Progress, Timeout, Unavailable
from workbench.api.modules import SIZE_BYTES
from workbench.rpc.convert import batches, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import modules_pb2 as pb
from workbench.rpc.server.gate import Call
from workbench.rpc.server.handler import Context
from workbench.rpc.server.job import reported
from workbench.rpc.server.uploads import Upload, Uploads
from workbench.rpc.sizes import chunks

TOLD_BYTES = 1 << 20
LONGEST_SECONDS = 900.0
HASH = re.compile("[0-9a-f]{64}")


class ModulesService:
    """Service `Modules`."""

    long = frozenset({"Build", "Data"})
    endless: frozenset[str] = frozenset()

    def __init__(self, uploads: Uploads | None = None) -> None:
        self._uploads = uploads or Uploads()

    def deploy(self, node: Node, requests: Iterator[pb.DeployRequest], context: Call) -> Iterator[pb.DeployResponse]:
        start = next(requests, pb.DeployRequest()).start
        _check(start)
        data = self._known(node, start.hash)
        if data is not None:
            yield pb.DeployResponse(received=start.size_bytes)
            yield from self._deploy(node, start, data, context)
            return
        with self._uploads.taken((*context.owner, start.hash), start.size_bytes) as upload:
            yield from _received(upload, start, requests)
            yield from self._deploy(node, start, upload.data(start.hash), context)

    def _known(self, node: Node, announced: str) -> bytes | None:
        """The bytes that the node has under this hash; None: they must be sent."""
        try:
            return node.modules.data(self._uploads.module(announced)) if announced else None
        except (NotFound, Unavailable):
            return None

    def _deploy(
        self, node: Node, start: pb.DeployRequest.Start, data: bytes, context: Call
    ) -> Iterator[pb.DeployResponse]:
        cancel = CancelToken()
        context.add_callback(cancel.set)
        for part in reported(
            lambda report: node.modules.deploy(
                data, file_name=start.file_name, alias=start.alias, force=start.force, progress=report, cancel=cancel
            )
        ):
            if isinstance(part, Progress):
                yield pb.DeployResponse(progress=to_message(part, common.Progress))
            else:
                if start.hash:
                    self._uploads.became(start.hash, part.hash)
                yield pb.DeployResponse(module=to_message(part, pb.ModuleInfo))

    def list(self, node: Node, _: pb.ListModulesRequest, __: Context) -> Iterator[pb.ListModulesResponse]:
        for batch in batches(to_message(module, pb.ModuleInfo) for module in node.modules.list()):
            yield pb.ListModulesResponse(modules=batch)

    def get(self, node: Node, request: pb.GetModuleRequest, _: Context) -> pb.ModuleInfo:
        return to_message(node.modules.get(request.reference), pb.ModuleInfo)

    def exists(self, node: Node, request: pb.ModuleExistsRequest, _: Context) -> pb.ModuleExistsResponse:
        return pb.ModuleExistsResponse(found=node.modules.exists(request.reference))

    def data(self, node: Node, request: pb.ModuleDataRequest, _: Context) -> Iterator[pb.ModuleChunk]:
        for chunk in chunks(node.modules.data(request.reference)):
            yield pb.ModuleChunk(chunk=chunk)

    def bytecode(self, node: Node, request: pb.ModuleBytecodeRequest, _: Context) -> Iterator[pb.ModuleChunk]:
        for chunk in chunks(node.modules.bytecode(request.reference, request.interpreter).encode()):
            yield pb.ModuleChunk(chunk=chunk)

    def describe(self, node: Node, request: pb.DescribeModuleRequest, _: Context) -> pb.ModuleDetail:
        return to_message(node.modules.describe(request.reference), pb.ModuleDetail)

    def diff(self, node: Node, request: pb.DiffModulesRequest, _: Context) -> pb.ModuleDiff:
        return to_message(node.modules.diff(request.before, request.after), pb.ModuleDiff)

    def alias(self, node: Node, request: pb.AliasModuleRequest, _: Context) -> pb.ModuleInfo:
        return to_message(node.modules.alias(request.name, request.reference, force=request.force), pb.ModuleInfo)

    def remove(self, node: Node, request: pb.RemoveModuleRequest, _: Context) -> pb.RemoveModuleResponse:
        node.modules.remove(request.reference)
        return pb.RemoveModuleResponse()

    def build(self, node: Node, request: pb.BuildModuleRequest, context: Context) -> Iterator[pb.BuildModuleResponse]:
        cancel = CancelToken()
        context.add_callback(cancel.set)
        for part in reported(lambda report: node.modules.build(request.reference, progress=report, cancel=cancel)):
            if isinstance(part, Progress):
                yield pb.BuildModuleResponse(progress=to_message(part, common.Progress))
            else:
                yield from (pb.BuildModuleResponse(chunk=chunk) for chunk in chunks(part))


def _check(start: pb.DeployRequest.Start) -> None:
    if not 0 <= start.size_bytes <= SIZE_BYTES:
        raise Invalid(f"the module has {start.size_bytes:,} bytes; up to {SIZE_BYTES:,} are taken")
    if start.hash and not HASH.fullmatch(start.hash):
        raise Invalid("the hash of the bytes is their SHA-256: 64 hexadecimal digits in lower case, or nothing")


def _received(
    upload: Upload, start: pb.DeployRequest.Start, requests: Iterator[pb.DeployRequest]
) -> Iterator[pb.DeployResponse]:
    """Take the chunks, and tell how far they are."""
    end = time.monotonic() + LONGEST_SECONDS
    if start.hash:
        yield pb.DeployResponse(received=upload.received)
    told = upload.received
    while upload.received < upload.size and (request := next(requests, None)) is not None:
        upload.add(request.chunk)
        if upload.received - told >= TOLD_BYTES or upload.received == upload.size:
            told = upload.received
            yield pb.DeployResponse(received=told)
        if time.monotonic() > end:
            raise Timeout(f"the module was not there after {LONGEST_SECONDS:g} s; deploy it again, it goes on")
    if (more := next(requests, None)) is not None:
        upload.add(more.chunk)
