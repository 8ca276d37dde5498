"""Blobs over gRPC. Their bytes travel in chunks both ways; each end takes the next one when it has room for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

import grpc

from workbench.api import BlobStream, Conflict, Invalid, Node
from workbench.api.blobs import check_whole
from workbench.rpc.convert import batches, optional, to_message
from workbench.rpc.generated.plexspaces.v1 import blobs_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.sizes import CHUNK_BYTES, chunks

LONGEST_SECONDS = 6 * 3600.0


class BlobsService:
    """Service `Blobs`."""

    long = frozenset({"Download", "Stream", "DownloadRange", "Copy"})
    endless: frozenset[str] = frozenset()

    def __init__(self, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._longest_seconds = longest_seconds

    @contextmanager
    def _bounded(self, context: Context) -> Iterator[None]:
        """A caller that gave no deadline has this one: who stands still must not keep a place for ever."""
        if (context.time_remaining() or 0.0) <= self._longest_seconds:  # infinite without a deadline
            yield
            return
        timer = Timer(self._longest_seconds, context.cancel)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def upload(self, node: Node, requests: Iterator[pb.BlobsUploadRequest], context: Context) -> pb.BlobInfo:
        with self._bounded(context):
            return self._upload(node, requests)

    def _upload(self, node: Node, requests: Iterator[pb.BlobsUploadRequest]) -> pb.BlobInfo:
        first = next(requests, pb.BlobsUploadRequest())
        if not first.HasField("start"):
            raise Invalid("an upload begins with the bucket and the key of the blob")
        start = first.start
        info = node.blobs.upload(
            start.bucket, start.key, _arriving(requests), content_type=start.content_type,
            metadata=dict(start.metadata), text=start.text,
        )  # fmt: skip
        return to_message(info, pb.BlobInfo)

    def download(self, node: Node, request: pb.BlobsDownloadRequest, context: Context) -> Iterator[pb.BlobsContent]:
        found = node.blobs.stream(request.bucket, request.key)
        check_whole(request.key, found.info.size)
        yield from self._leaving(found, context)

    def stream(self, node: Node, request: pb.BlobsStreamRequest, context: Context) -> Iterator[pb.BlobsContent]:
        length = optional(request, "length")
        found = node.blobs.stream(request.bucket, request.key, offset=request.offset, length=length)
        yield from self._leaving(found, context)

    def download_range(
        self, node: Node, request: pb.BlobsDownloadRangeRequest, context: Context
    ) -> Iterator[pb.BlobsContent]:
        found = node.blobs.stream(request.bucket, request.key, offset=request.offset, length=request.length)
        check_whole(request.key, min(request.length, found.info.size - request.offset))
        yield from self._leaving(found, context)

    def _leaving(self, found: BlobStream, context: Context) -> Iterator[pb.BlobsContent]:
        """A caller that goes away just takes no more: what was read for it is let go with this generator."""
        with self._bounded(context):
            yield pb.BlobsContent(info=to_message(found.info, pb.BlobInfo))
            for part in found:
                yield from (pb.BlobsContent(chunk=chunk) for chunk in chunks(part))

    def delete(self, node: Node, request: pb.BlobsDeleteRequest, _: Context) -> pb.BlobsDeleteResponse:
        return pb.BlobsDeleteResponse(found=node.blobs.delete(request.bucket, request.key))

    def exists(self, node: Node, request: pb.BlobsExistsRequest, _: Context) -> pb.BlobsExistsResponse:
        return pb.BlobsExistsResponse(found=node.blobs.exists(request.bucket, request.key))

    def metadata(self, node: Node, request: pb.BlobsMetadataRequest, _: Context) -> pb.BlobInfo:
        return to_message(node.blobs.metadata(request.bucket, request.key), pb.BlobInfo)

    def list(self, node: Node, request: pb.BlobsListRequest, _: Context) -> Iterator[pb.BlobsListResponse]:
        after = optional(request, "after")
        found = node.blobs.list(request.bucket, request.prefix, limit=request.limit, after=after)
        for batch in batches(to_message(info, pb.BlobInfo) for info in found):
            yield pb.BlobsListResponse(blobs=batch)

    def level(self, node: Node, request: pb.BlobsLevelRequest, _: Context) -> Iterator[pb.BlobsLevelResponse]:
        found = node.blobs.level(
            request.bucket, request.prefix, delimiter=request.delimiter, limit=request.limit,
            after=optional(request, "after"),
        )  # fmt: skip
        for batch in batches(to_message(step, pb.BlobLevel) for step in found):
            yield pb.BlobsLevelResponse(steps=batch)

    def copy(self, node: Node, request: pb.BlobsCopyRequest, _: Context) -> pb.BlobInfo:
        info = node.blobs.copy(request.source_bucket, request.source_key, request.bucket, request.key)
        return to_message(info, pb.BlobInfo)

    def buckets(self, node: Node, _: pb.BlobsBucketsRequest, __: Context) -> Iterator[pb.BlobsBucketsResponse]:
        for batch in batches(to_message(bucket, pb.BucketInfo) for bucket in node.blobs.buckets()):
            yield pb.BlobsBucketsResponse(buckets=batch)


def _arriving(requests: Iterator[pb.BlobsUploadRequest]) -> Iterator[bytes]:
    """The chunks, up to the end that the caller announces: who went away before has stored nothing."""
    size = 0
    try:
        for request in requests:
            if request.HasField("end"):
                if request.end.size_bytes != size:
                    said = f"the upload was to have {request.end.size_bytes:,} bytes, {size:,} arrived"
                    raise Invalid(f"{said}; nothing was stored")
                return
            if not request.HasField("chunk") or len(request.chunk) > CHUNK_BYTES:
                raise Invalid(f"an upload goes on with chunks of up to {CHUNK_BYTES:,} bytes, and an end")
            size += len(request.chunk)
            yield request.chunk
    except grpc.RpcError:
        raise Conflict("the caller went away before the upload was complete; nothing was stored") from None
    raise Invalid(f"the upload ended after {size:,} bytes without its end; nothing was stored")
