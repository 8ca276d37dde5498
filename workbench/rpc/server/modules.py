"""Modules over gRPC. The bytes of a module travel in chunks both ways, with progress in between."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import CancelToken, Invalid, Node, Progress
from workbench.api.modules import SIZE_BYTES
from workbench.rpc.convert import batches, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import modules_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.job import reported
from workbench.rpc.sizes import CHUNK_BYTES, chunks


class ModulesService:
    """Service `Modules`."""

    long = frozenset({"Deploy", "Build"})
    endless: frozenset[str] = frozenset()

    def deploy(self, node: Node, requests: Iterator[pb.DeployRequest], context: Context) -> Iterator[pb.DeployResponse]:
        start = next(requests, pb.DeployRequest()).start
        data = _collect(requests, start.size_bytes)
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
                yield pb.DeployResponse(module=to_message(part, pb.ModuleInfo))

    def list(self, node: Node, _: pb.ListModulesRequest, __: Context) -> Iterator[pb.ListModulesResponse]:
        for batch in batches(to_message(module, pb.ModuleInfo) for module in node.modules.list()):
            yield pb.ListModulesResponse(modules=batch)

    def get(self, node: Node, request: pb.GetModuleRequest, _: Context) -> pb.ModuleInfo:
        return to_message(node.modules.get(request.reference), pb.ModuleInfo)

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


def _collect(requests: Iterator[pb.DeployRequest], announced: int) -> bytes:
    """The chunks put together, refused as soon as they are more than announced or allowed."""
    if announced > SIZE_BYTES:
        raise Invalid(f"the module has {announced:,} bytes; up to {SIZE_BYTES:,} are taken")
    data = bytearray()
    for request in requests:
        if len(request.chunk) > CHUNK_BYTES:
            raise Invalid(f"a chunk of {len(request.chunk):,} bytes; {CHUNK_BYTES:,} is the most")
        data += request.chunk
        if len(data) > announced:
            break
    if len(data) != announced:
        raise Invalid(f"the module was announced with {announced:,} bytes, {len(data):,} arrived")
    return bytes(data)
