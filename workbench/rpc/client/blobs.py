"""Blobs over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.api import BlobInfo, BlobLevel, BucketInfo, Internal, Invalid, Payload, WorkbenchError
from workbench.api.blobs import (
    NO_METADATA,
    Content,
    check_blob_key,
    check_bucket,
    check_content_type,
    check_key_prefix,
    check_metadata,
)
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import blobs_pb2 as pb
from workbench.rpc.sizes import CHUNK_BYTES

STREAM_SECONDS = 6 * 3600.0
"""For all bytes of one blob, which may be many and come slowly."""


class RemoteStream:
    """See api.BlobStream."""

    def __init__(self, answers: Iterator[pb.BlobsContent], address: str) -> None:
        self._answers = answers
        first = next(answers, None)
        if first is None or not first.HasField("info"):
            raise Internal(f"the node at {address} began a blob without saying what it is")
        self._info = from_message(first.info, BlobInfo)

    @property
    def info(self) -> BlobInfo:
        return self._info

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._answers).chunk

    def close(self) -> None:
        self._answers.close()  # type: ignore[attr-defined]  # it is a generator


class RemoteBlobs(Facet):
    """Facet `blobs` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Blobs"])

    def upload(
        self,
        bucket: str,
        key: str,
        content: Content,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = NO_METADATA,
        text: bool = False,
    ) -> BlobInfo:
        start = pb.BlobsUploadRequest.Start(
            bucket=check_bucket(bucket), key=check_blob_key(key), content_type=check_content_type(content_type),
            metadata=check_metadata(metadata),
            text=text or isinstance(content, str),
        )  # fmt: skip
        sending = _Sending(start, _parts(content))
        try:
            info = self._stub.call("Upload", sending, pb.BlobInfo, seconds=STREAM_SECONDS)
        except WorkbenchError:
            if sending.error is not None:
                raise sending.error from None
            raise
        return from_message(info, BlobInfo)

    def download(self, bucket: str, key: str) -> Payload:
        request = pb.BlobsDownloadRequest(bucket=check_bucket(bucket), key=check_blob_key(key))
        found = self._content("Download", request)
        content = b"".join(found)
        return content.decode() if found.info.text else content

    def stream(self, bucket: str, key: str, *, offset: int = 0, length: int | None = None) -> RemoteStream:
        _check_span(offset, length or 0)
        request = pb.BlobsStreamRequest(
            bucket=check_bucket(bucket), key=check_blob_key(key), offset=offset, length=length
        )
        return self._content("Stream", request)

    def download_range(self, bucket: str, key: str, *, offset: int, length: int) -> bytes:
        _check_span(offset, length)
        request = pb.BlobsDownloadRangeRequest(
            bucket=check_bucket(bucket), key=check_blob_key(key), offset=offset, length=length
        )
        return b"".join(self._content("DownloadRange", request))

    def _content(
        self, method: str, request: pb.BlobsDownloadRequest | pb.BlobsStreamRequest | pb.BlobsDownloadRangeRequest
    ) -> RemoteStream:
        answers = self._stub.stream(method, request, pb.BlobsContent, seconds=STREAM_SECONDS)
        return RemoteStream(answers, self._stub.address)

    def delete(self, bucket: str, key: str) -> bool:
        request = pb.BlobsDeleteRequest(bucket=check_bucket(bucket), key=check_blob_key(key))
        return self._stub.call("Delete", request, pb.BlobsDeleteResponse).found

    def exists(self, bucket: str, key: str) -> bool:
        request = pb.BlobsExistsRequest(bucket=check_bucket(bucket), key=check_blob_key(key))
        return self._stub.call("Exists", request, pb.BlobsExistsResponse).found

    def metadata(self, bucket: str, key: str) -> BlobInfo:
        request = pb.BlobsMetadataRequest(bucket=check_bucket(bucket), key=check_blob_key(key))
        return from_message(self._stub.call("Metadata", request, pb.BlobInfo), BlobInfo)

    def list(
        self, bucket: str, prefix: str = "", *, limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobInfo]:
        request = pb.BlobsListRequest(
            bucket=check_bucket(bucket), prefix=check_key_prefix(prefix), limit=limit, after=after
        )
        answers = self._stub.stream("List", request, pb.BlobsListResponse)
        return [from_message(info, BlobInfo) for answer in answers for info in answer.blobs]

    def level(
        self, bucket: str, prefix: str = "", *, delimiter: str = "/", limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobLevel]:
        request = pb.BlobsLevelRequest(
            bucket=check_bucket(bucket), prefix=check_key_prefix(prefix), delimiter=delimiter, limit=limit, after=after
        )
        answers = self._stub.stream("Level", request, pb.BlobsLevelResponse)
        return [from_message(step, BlobLevel) for answer in answers for step in answer.steps]

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
        request = pb.BlobsCopyRequest(
            source_bucket=check_bucket(source_bucket), source_key=check_blob_key(source_key),
            bucket=check_bucket(bucket), key=check_blob_key(key),
        )  # fmt: skip
        return from_message(self._stub.call("Copy", request, pb.BlobInfo, seconds=STREAM_SECONDS), BlobInfo)

    def buckets(self) -> Sequence[BucketInfo]:
        answers = self._stub.stream("Buckets", pb.BlobsBucketsRequest(), pb.BlobsBucketsResponse)
        return [from_message(bucket, BucketInfo) for answer in answers for bucket in answer.buckets]


class _Sending:
    """The requests of one upload. gRPC takes them on a thread of its own, one when the one before is on its way.

    What the parts raise is kept for the caller, and the stream ends without its end: then nothing is stored.
    """

    def __init__(self, start: pb.BlobsUploadRequest.Start, parts: Iterable[bytes]) -> None:
        self._start, self._parts = start, parts
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[pb.BlobsUploadRequest]:
        size = 0
        yield pb.BlobsUploadRequest(start=self._start)
        try:
            for part in self._parts:
                size += len(part)
                for at in range(0, len(part), CHUNK_BYTES):
                    yield pb.BlobsUploadRequest(chunk=part[at : at + CHUNK_BYTES])
        except GeneratorExit:
            raise
        except BaseException as error:
            self.error = error
            return
        yield pb.BlobsUploadRequest(end=pb.BlobsUploadRequest.End(size_bytes=size))


def _parts(content: Content) -> Iterable[bytes]:
    if isinstance(content, str):
        try:
            return [content.encode()]
        except UnicodeEncodeError:
            raise Invalid("the content is no Unicode text; nothing was stored") from None
    return [content] if isinstance(content, bytes) else content


def _check_span(offset: int, length: int) -> None:
    """What the node would say of it, before it is put into 64 bits."""
    if offset < 0 or length < 0 or max(offset, length) >= 1 << 63:
        raise Invalid(f"an offset and a length are not negative, and have 63 bits: {offset:,}, {length:,}")
