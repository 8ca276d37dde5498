"""The tuple space over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import (
    CancelToken,
    NearMiss,
    Pattern,
    Tuple,
    TupleChange,
    TupleEntry,
    TupleShape,
    TupleValue,
    TupleWaiter,
    WaiterMiss,
)
from workbench.rpc.client.channel import MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import tuplespace_pb2 as pb
from workbench.rpc.tuples import fields as content
from workbench.rpc.tuples import fields_of
from workbench.rpc.tuples import pattern as wanted


class RemoteTupleSpace(Facet):
    """Facet `tuplespace` of a remote node. The node ends every wait itself; the deadline here is a little later."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["TupleSpace"])

    def write(self, fields: Sequence[TupleValue], *, ttl_ms: int | None = None) -> int:
        request = pb.TupleWriteRequest(fields=content(fields), ttl_ms=ttl_ms)
        return self._stub.call("Write", request, pb.TupleWriteResponse).id

    def read(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        request = pb.TupleReadRequest(pattern=wanted(pattern), timeout_seconds=timeout)
        seconds = timeout + MARGIN_SECONDS
        found = self._stub.call("Read", request, pb.TupleReadResponse, seconds=seconds, cancel=cancel)
        return fields_of(found.fields) if found.HasField("fields") else None

    def take(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        request = pb.TupleTakeRequest(pattern=wanted(pattern), timeout_seconds=timeout)
        seconds = timeout + MARGIN_SECONDS
        found = self._stub.call("Take", request, pb.TupleTakeResponse, seconds=seconds, cancel=cancel)
        return fields_of(found.fields) if found.HasField("fields") else None

    def read_all(self, pattern: Pattern, *, limit: int = 1_000) -> Sequence[Tuple]:
        request = pb.TupleReadAllRequest(pattern=wanted(pattern), limit=limit)
        answers = self._stub.stream("ReadAll", request, pb.TupleReadAllResponse)
        return [fields_of(each) for answer in answers for each in answer.tuples]

    def count(self, pattern: Pattern) -> int:
        return self._stub.call("Count", pb.TupleCountRequest(pattern=wanted(pattern)), pb.TupleCountResponse).count

    def compare_and_swap(self, expected: Sequence[TupleValue], replacement: Sequence[TupleValue]) -> bool:
        request = pb.TupleCompareAndSwapRequest(expected=content(expected), replacement=content(replacement))
        return self._stub.call("CompareAndSwap", request, pb.TupleCompareAndSwapResponse).swapped

    def remove(self, number: int) -> bool:
        return self._stub.call("Remove", pb.TupleRemoveRequest(id=number), pb.TupleRemoveResponse).found

    def list(self, pattern: Pattern | None = None, *, limit: int = 1_000, after: int = 0) -> Sequence[TupleEntry]:
        request = pb.TupleListRequest(pattern=_optional(pattern), limit=limit, after=after)
        answers = self._stub.stream("List", request, pb.TupleListResponse)
        return [from_message(entry, TupleEntry) for answer in answers for entry in answer.entries]

    def shapes(self) -> Sequence[TupleShape]:
        answers = self._stub.stream("Shapes", pb.TupleShapesRequest(), pb.TupleShapesResponse)
        return [from_message(shape, TupleShape) for answer in answers for shape in answer.shapes]

    def waiters(self) -> Sequence[TupleWaiter]:
        answers = self._stub.stream("Waiters", pb.TupleWaitersRequest(), pb.TupleWaitersResponse)
        return [from_message(waiter, TupleWaiter) for answer in answers for waiter in answer.waiters]

    def near_misses(
        self, pattern: Pattern | None = None, *, waiter: int | None = None, limit: int = 10
    ) -> Sequence[NearMiss]:
        request = pb.TupleNearMissesRequest(pattern=_optional(pattern), waiter=waiter, limit=limit)
        answers = self._stub.stream("NearMisses", request, pb.TupleNearMissesResponse)
        return [from_message(miss, NearMiss) for answer in answers for miss in answer.misses]

    def why_not(self, number: int, *, limit: int = 100) -> Sequence[WaiterMiss]:
        request = pb.TupleWhyNotRequest(id=number, limit=limit)
        answers = self._stub.stream("WhyNot", request, pb.TupleWhyNotResponse)
        return [from_message(miss, WaiterMiss) for answer in answers for miss in answer.misses]

    def history(self, pattern: Pattern | None = None, *, limit: int = 200) -> Sequence[TupleChange]:
        request = pb.TupleHistoryRequest(pattern=_optional(pattern), limit=limit)
        answers = self._stub.stream("History", request, pb.TupleHistoryResponse)
        return [from_message(change, TupleChange) for answer in answers for change in answer.changes]


def _optional(pattern: Pattern | None) -> pb.TuplePattern | None:
    return None if pattern is None else wanted(pattern)
