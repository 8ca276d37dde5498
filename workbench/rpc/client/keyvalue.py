"""Keys and values over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import KeyChange, KeyEntry, KeyLevel, Payload
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message, optional, payload, payload_of
from workbench.rpc.generated.plexspaces.v1 import keyvalue_pb2 as pb


class RemoteKeyValue(Facet):
    """Facet `keyvalue` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["KeyValue"])

    def get(self, key: str) -> Payload | None:
        found = self._stub.call("Get", pb.KeyValueGetRequest(key=key), pb.KeyValueGetResponse)
        return payload_of(found.value) if found.HasField("value") else None

    def entry(self, key: str) -> KeyEntry | None:
        found = self._stub.call("Entry", pb.KeyValueEntryRequest(key=key), pb.KeyValueEntryResponse)
        return from_message(found.entry, KeyEntry) if found.HasField("entry") else None

    def put(self, key: str, value: Payload, *, ttl_ms: int | None = None) -> None:
        request = pb.KeyValuePutRequest(key=key, value=payload(value), ttl_ms=ttl_ms)
        self._stub.call("Put", request, pb.KeyValuePutResponse)

    def delete(self, key: str) -> bool:
        return self._stub.call("Delete", pb.KeyValueDeleteRequest(key=key), pb.KeyValueDeleteResponse).found

    def exists(self, key: str) -> bool:
        return self._stub.call("Exists", pb.KeyValueExistsRequest(key=key), pb.KeyValueExistsResponse).found

    def keys(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[str]:
        request = pb.KeyValueKeysRequest(prefix=prefix, limit=limit, after=after)
        return [key for answer in self._stub.stream("Keys", request, pb.KeyValueKeysResponse) for key in answer.keys]

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[KeyEntry]:
        request = pb.KeyValueListRequest(prefix=prefix, limit=limit, after=after)
        answers = self._stub.stream("List", request, pb.KeyValueListResponse)
        return [from_message(entry, KeyEntry) for answer in answers for entry in answer.entries]

    def level(
        self, prefix: str = "", *, delimiter: str = ":", limit: int = 1_000, after: str | None = None
    ) -> Sequence[KeyLevel]:
        request = pb.KeyValueLevelRequest(prefix=prefix, delimiter=delimiter, limit=limit, after=after)
        answers = self._stub.stream("Level", request, pb.KeyValueLevelResponse)
        return [from_message(step, KeyLevel) for answer in answers for step in answer.steps]

    def compare_and_swap(self, key: str, expected: Payload | None, replacement: Payload) -> bool:
        request = pb.KeyValueCompareAndSwapRequest(
            key=key, expected=None if expected is None else payload(expected), replacement=payload(replacement)
        )
        return self._stub.call("CompareAndSwap", request, pb.KeyValueCompareAndSwapResponse).swapped

    def increment(self, key: str, delta: int = 1) -> int:
        request = pb.KeyValueIncrementRequest(key=key, delta=delta)
        return self._stub.call("Increment", request, pb.KeyValueIncrementResponse).sum

    def ttl(self, key: str) -> int | None:
        answer = self._stub.call("Ttl", pb.KeyValueTtlRequest(key=key), pb.KeyValueTtlResponse)
        found: int | None = optional(answer, "milliseconds")
        return found

    def history(self, prefix: str = "", *, limit: int = 200) -> Sequence[KeyChange]:
        answers = self._stub.stream(
            "History", pb.KeyValueHistoryRequest(prefix=prefix, limit=limit), pb.KeyValueHistoryResponse
        )
        return [from_message(change, KeyChange) for answer in answers for change in answer.changes]
