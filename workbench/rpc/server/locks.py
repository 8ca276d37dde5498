"""Locks over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Lock, Node
from workbench.rpc.convert import batches, optional, to_message
from workbench.rpc.generated.plexspaces.v1 import locks_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import gone, wait


class LocksService:
    """Service `Locks`."""

    long = frozenset({"Acquire"})
    endless: frozenset[str] = frozenset()

    def acquire(self, node: Node, request: pb.LockAcquireRequest, context: Context) -> pb.LockAcquireResponse:
        found = node.locks.acquire(
            request.name, lease_ms=request.lease_ms, timeout=wait(request.timeout_seconds), holder=request.holder,
            cancel=gone(context),
        )  # fmt: skip
        return pb.LockAcquireResponse(lock=to_message(found, pb.Lock))

    def try_acquire(self, node: Node, request: pb.LockTryAcquireRequest, _: Context) -> pb.LockTryAcquireResponse:
        found = node.locks.try_acquire(request.name, lease_ms=request.lease_ms, holder=request.holder)
        return pb.LockTryAcquireResponse(lock=_maybe(found))

    def renew(self, node: Node, request: pb.LockRenewRequest, _: Context) -> pb.LockRenewResponse:
        found = node.locks.renew(request.name, request.version, lease_ms=request.lease_ms, holder=request.holder)
        return pb.LockRenewResponse(lock=to_message(found, pb.Lock))

    def release(self, node: Node, request: pb.LockReleaseRequest, _: Context) -> pb.LockReleaseResponse:
        node.locks.release(request.name, request.version, holder=request.holder)
        return pb.LockReleaseResponse()

    def force(self, node: Node, request: pb.LockForceRequest, _: Context) -> pb.LockForceResponse:
        return pb.LockForceResponse(lock=to_message(node.locks.force(request.name), pb.Lock))

    def get(self, node: Node, request: pb.LockGetRequest, _: Context) -> pb.LockGetResponse:
        return pb.LockGetResponse(lock=_maybe(node.locks.get(request.name)))

    def list(self, node: Node, request: pb.LockListRequest, _: Context) -> Iterator[pb.LockListResponse]:
        found = node.locks.list(request.prefix, limit=request.limit, after=optional(request, "after"))
        for batch in batches(to_message(lock, pb.Lock) for lock in found):
            yield pb.LockListResponse(locks=batch)

    def waiters(self, node: Node, request: pb.LockWaitersRequest, _: Context) -> Iterator[pb.LockWaitersResponse]:
        found = node.locks.waiters(optional(request, "name"))
        for batch in batches(to_message(waiter, pb.LockWaiter) for waiter in found):
            yield pb.LockWaitersResponse(waiters=batch)

    def history(self, node: Node, request: pb.LockHistoryRequest, _: Context) -> Iterator[pb.LockHistoryResponse]:
        found = node.locks.history(optional(request, "name"), limit=request.limit)
        for batch in batches(to_message(change, pb.LockChange) for change in found):
            yield pb.LockHistoryResponse(changes=batch)


def _maybe(found: Lock | None) -> pb.Lock | None:
    return None if found is None else to_message(found, pb.Lock)
