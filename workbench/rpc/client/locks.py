"""Locks over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import CancelToken, Lock, LockChange, LockWaiter
from workbench.api.locks import LEASE_MS, WAIT_SECONDS
from workbench.rpc.client.channel import MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import locks_pb2 as pb


class RemoteLocks(Facet):
    """Facet `locks` of a remote node. The node ends every wait itself; the deadline here is a little later."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Locks"])

    def acquire(
        self, name: str, *, lease_ms: int = LEASE_MS, timeout: float = WAIT_SECONDS, holder: str = "",
        cancel: CancelToken | None = None,
    ) -> Lock:  # fmt: skip
        request = pb.LockAcquireRequest(name=name, lease_ms=lease_ms, timeout_seconds=timeout, holder=holder)
        seconds = timeout + MARGIN_SECONDS
        found = self._stub.call("Acquire", request, pb.LockAcquireResponse, seconds=seconds, cancel=cancel)
        return from_message(found.lock, Lock)

    def try_acquire(self, name: str, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock | None:
        request = pb.LockTryAcquireRequest(name=name, lease_ms=lease_ms, holder=holder)
        found = self._stub.call("TryAcquire", request, pb.LockTryAcquireResponse)
        return from_message(found.lock, Lock) if found.HasField("lock") else None

    def renew(self, name: str, version: int, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock:
        request = pb.LockRenewRequest(name=name, version=version, lease_ms=lease_ms, holder=holder)
        return from_message(self._stub.call("Renew", request, pb.LockRenewResponse).lock, Lock)

    def release(self, name: str, version: int, *, holder: str = "") -> None:
        request = pb.LockReleaseRequest(name=name, version=version, holder=holder)
        self._stub.call("Release", request, pb.LockReleaseResponse)

    def force(self, name: str) -> Lock:
        return from_message(self._stub.call("Force", pb.LockForceRequest(name=name), pb.LockForceResponse).lock, Lock)

    def get(self, name: str) -> Lock | None:
        found = self._stub.call("Get", pb.LockGetRequest(name=name), pb.LockGetResponse)
        return from_message(found.lock, Lock) if found.HasField("lock") else None

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Lock]:
        request = pb.LockListRequest(prefix=prefix, limit=limit, after=after)
        answers = self._stub.stream("List", request, pb.LockListResponse)
        return [from_message(lock, Lock) for answer in answers for lock in answer.locks]

    def waiters(self, name: str | None = None) -> Sequence[LockWaiter]:
        answers = self._stub.stream("Waiters", pb.LockWaitersRequest(name=name), pb.LockWaitersResponse)
        return [from_message(waiter, LockWaiter) for answer in answers for waiter in answer.waiters]

    def history(self, name: str | None = None, *, limit: int = 200) -> Sequence[LockChange]:
        request = pb.LockHistoryRequest(name=name, limit=limit)
        answers = self._stub.stream("History", request, pb.LockHistoryResponse)
        return [from_message(change, LockChange) for answer in answers for change in answer.changes]
