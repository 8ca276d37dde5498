"""The tuple space over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node, Tuple
from workbench.rpc.convert import batches, optional, to_message
from workbench.rpc.generated.plexspaces.v1 import tuplespace_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import gone, wait
from workbench.rpc.tuples import fields, fields_of, pattern_of


class TupleSpaceService:
    """Service `TupleSpace`."""

    long = frozenset({"Read", "Take"})
    endless: frozenset[str] = frozenset()

    def write(self, node: Node, request: pb.TupleWriteRequest, _: Context) -> pb.TupleWriteResponse:
        made = node.tuplespace.write(fields_of(request.fields), ttl_ms=optional(request, "ttl_ms"))
        return pb.TupleWriteResponse(id=made)

    def read(self, node: Node, request: pb.TupleReadRequest, context: Context) -> pb.TupleReadResponse:
        found = node.tuplespace.read(
            pattern_of(request.pattern), timeout=wait(request.timeout_seconds), cancel=gone(context)
        )
        return pb.TupleReadResponse(fields=_optional(found))

    def take(self, node: Node, request: pb.TupleTakeRequest, context: Context) -> pb.TupleTakeResponse:
        found = node.tuplespace.take(
            pattern_of(request.pattern), timeout=wait(request.timeout_seconds), cancel=gone(context)
        )
        return pb.TupleTakeResponse(fields=_optional(found))

    def read_all(self, node: Node, request: pb.TupleReadAllRequest, _: Context) -> Iterator[pb.TupleReadAllResponse]:
        found = node.tuplespace.read_all(pattern_of(request.pattern), limit=request.limit)
        for batch in batches(map(fields, found)):
            yield pb.TupleReadAllResponse(tuples=batch)

    def count(self, node: Node, request: pb.TupleCountRequest, _: Context) -> pb.TupleCountResponse:
        return pb.TupleCountResponse(count=node.tuplespace.count(pattern_of(request.pattern)))

    def compare_and_swap(
        self, node: Node, request: pb.TupleCompareAndSwapRequest, _: Context
    ) -> pb.TupleCompareAndSwapResponse:
        swapped = node.tuplespace.compare_and_swap(fields_of(request.expected), fields_of(request.replacement))
        return pb.TupleCompareAndSwapResponse(swapped=swapped)

    def remove(self, node: Node, request: pb.TupleRemoveRequest, _: Context) -> pb.TupleRemoveResponse:
        return pb.TupleRemoveResponse(found=node.tuplespace.remove(request.id))

    def list(self, node: Node, request: pb.TupleListRequest, _: Context) -> Iterator[pb.TupleListResponse]:
        wanted = pattern_of(request.pattern) if request.HasField("pattern") else None
        found = node.tuplespace.list(wanted, limit=request.limit, after=request.after)
        for batch in batches(to_message(entry, pb.TupleEntry) for entry in found):
            yield pb.TupleListResponse(entries=batch)

    def shapes(self, node: Node, _: pb.TupleShapesRequest, __: Context) -> Iterator[pb.TupleShapesResponse]:
        for batch in batches(to_message(shape, pb.TupleShape) for shape in node.tuplespace.shapes()):
            yield pb.TupleShapesResponse(shapes=batch)

    def waiters(self, node: Node, _: pb.TupleWaitersRequest, __: Context) -> Iterator[pb.TupleWaitersResponse]:
        for batch in batches(to_message(waiter, pb.TupleWaiter) for waiter in node.tuplespace.waiters()):
            yield pb.TupleWaitersResponse(waiters=batch)

    def near_misses(
        self, node: Node, request: pb.TupleNearMissesRequest, _: Context
    ) -> Iterator[pb.TupleNearMissesResponse]:
        wanted = pattern_of(request.pattern) if request.HasField("pattern") else None
        found = node.tuplespace.near_misses(wanted, waiter=optional(request, "waiter"), limit=request.limit)
        for batch in batches(to_message(miss, pb.NearMiss) for miss in found):
            yield pb.TupleNearMissesResponse(misses=batch)

    def why_not(self, node: Node, request: pb.TupleWhyNotRequest, _: Context) -> Iterator[pb.TupleWhyNotResponse]:
        found = node.tuplespace.why_not(request.id, limit=request.limit)
        for batch in batches(to_message(miss, pb.WaiterMiss) for miss in found):
            yield pb.TupleWhyNotResponse(misses=batch)

    def history(self, node: Node, request: pb.TupleHistoryRequest, _: Context) -> Iterator[pb.TupleHistoryResponse]:
        wanted = pattern_of(request.pattern) if request.HasField("pattern") else None
        for batch in batches(
            to_message(change, pb.TupleChange) for change in node.tuplespace.history(wanted, limit=request.limit)
        ):
            yield pb.TupleHistoryResponse(changes=batch)


def _optional(found: Tuple | None) -> pb.TupleFields | None:
    return None if found is None else fields(found)
