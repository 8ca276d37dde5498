"""Keys and values over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node
from workbench.rpc.convert import batches, optional, payload, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import keyvalue_pb2 as pb
from workbench.rpc.server.handler import Context


class KeyValueService:
    """Service `KeyValue`."""

    long: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()

    def get(self, node: Node, request: pb.KeyValueGetRequest, _: Context) -> pb.KeyValueGetResponse:
        found = node.keyvalue.get(request.key)
        return pb.KeyValueGetResponse(value=None if found is None else payload(found))

    def entry(self, node: Node, request: pb.KeyValueEntryRequest, _: Context) -> pb.KeyValueEntryResponse:
        found = node.keyvalue.entry(request.key)
        return pb.KeyValueEntryResponse(entry=None if found is None else to_message(found, pb.KeyEntry))

    def put(self, node: Node, request: pb.KeyValuePutRequest, _: Context) -> pb.KeyValuePutResponse:
        node.keyvalue.put(request.key, payload_of(request.value), ttl_ms=optional(request, "ttl_ms"))
        return pb.KeyValuePutResponse()

    def delete(self, node: Node, request: pb.KeyValueDeleteRequest, _: Context) -> pb.KeyValueDeleteResponse:
        return pb.KeyValueDeleteResponse(found=node.keyvalue.delete(request.key))

    def exists(self, node: Node, request: pb.KeyValueExistsRequest, _: Context) -> pb.KeyValueExistsResponse:
        return pb.KeyValueExistsResponse(found=node.keyvalue.exists(request.key))

    def keys(self, node: Node, request: pb.KeyValueKeysRequest, _: Context) -> Iterator[pb.KeyValueKeysResponse]:
        found = node.keyvalue.keys(request.prefix, limit=request.limit, after=optional(request, "after"))
        for start in range(0, len(found), BATCH_KEYS):
            yield pb.KeyValueKeysResponse(keys=found[start : start + BATCH_KEYS])

    def list(self, node: Node, request: pb.KeyValueListRequest, _: Context) -> Iterator[pb.KeyValueListResponse]:
        found = node.keyvalue.list(request.prefix, limit=request.limit, after=optional(request, "after"))
        for batch in batches(to_message(entry, pb.KeyEntry) for entry in found):
            yield pb.KeyValueListResponse(entries=batch)

    def level(self, node: Node, request: pb.KeyValueLevelRequest, _: Context) -> Iterator[pb.KeyValueLevelResponse]:
        found = node.keyvalue.level(
            request.prefix, delimiter=request.delimiter, limit=request.limit, after=optional(request, "after")
        )
        for batch in batches(to_message(step, pb.KeyLevel) for step in found):
            yield pb.KeyValueLevelResponse(steps=batch)

    def compare_and_swap(
        self, node: Node, request: pb.KeyValueCompareAndSwapRequest, _: Context
    ) -> pb.KeyValueCompareAndSwapResponse:
        expected = payload_of(request.expected) if request.HasField("expected") else None
        swapped = node.keyvalue.compare_and_swap(request.key, expected, payload_of(request.replacement))
        return pb.KeyValueCompareAndSwapResponse(swapped=swapped)

    def increment(self, node: Node, request: pb.KeyValueIncrementRequest, _: Context) -> pb.KeyValueIncrementResponse:
        return pb.KeyValueIncrementResponse(sum=node.keyvalue.increment(request.key, request.delta))

    def ttl(self, node: Node, request: pb.KeyValueTtlRequest, _: Context) -> pb.KeyValueTtlResponse:
        return pb.KeyValueTtlResponse(milliseconds=node.keyvalue.ttl(request.key))

    def history(
        self, node: Node, request: pb.KeyValueHistoryRequest, _: Context
    ) -> Iterator[pb.KeyValueHistoryResponse]:
        found = node.keyvalue.history(request.prefix, limit=request.limit)
        for batch in batches(to_message(change, pb.KeyChange) for change in found):
            yield pb.KeyValueHistoryResponse(changes=batch)


BATCH_KEYS = 500
"""Keys in one message: half a megabyte of the longest ones."""
