"""The interface `blob`: blobs of the actor's tenant and namespace, as far as they fit into one payload."""

from __future__ import annotations

from typing import NamedTuple

from workbench.api.blobs import BlobInfo
from workbench.api.errors import Exhausted, Invalid
from workbench.api.messages import Payload
from workbench.wasm.gate import Context, current, host_call

WAITS = "blob"


class Known(NamedTuple):
    """The record `blob-info`."""

    bucket: str
    key: str
    size: int
    hash: str
    content_type: str
    metadata: list[tuple[str, str]]
    modified_at_ms: int


@host_call("blob", "upload", shape=lambda _context, info: _known(info))
def upload(
    context: Context, bucket: str, key: str, content: Payload, content_type: str | None, metadata: list[tuple[str, str]]
) -> Known:
    pairs = dict(metadata)
    if len(pairs) != len(metadata):
        raise Invalid("metadata has one value for each name; one of the names is there twice")
    with context.waiting(WAITS):
        return _known(
            context.services.blobs.upload(bucket, key, content, content_type=content_type or "", metadata=pairs)
        )


@host_call("blob", "download")
def download(context: Context, bucket: str, key: str) -> Payload:
    found = context.services.blobs.stream(bucket, key)
    text = found.info.text
    try:
        _fits(key, found.info.size, context.limits.text_bytes if text else context.limits.binary_bytes)
        with context.waiting(WAITS):
            content = b"".join(found)
    finally:
        found.close()
    return content.decode() if text else content


@host_call("blob", "download-range")
def download_range(context: Context, bucket: str, key: str, offset: int, length: int) -> bytes:
    found = context.services.blobs.stream(bucket, key, offset=offset, length=length)
    try:
        _fits(key, min(length, found.info.size - offset), context.limits.binary_bytes)
        with context.waiting(WAITS):
            return b"".join(found)
    finally:
        found.close()


@host_call("blob", "delete")
def delete(context: Context, bucket: str, key: str) -> bool:
    with context.waiting(WAITS):
        return context.services.blobs.delete(bucket, key)


@host_call("blob", "exists")
def exists(context: Context, bucket: str, key: str) -> bool:
    return context.services.blobs.exists(bucket, key)


@host_call("blob", "metadata")
def metadata(context: Context, bucket: str, key: str) -> Known:
    return _known(context.services.blobs.metadata(bucket, key))


@host_call("blob", "list-blobs")
def list_blobs(context: Context, bucket: str, prefix: str, limit: int, after: str | None) -> list[Known]:
    return [_known(found) for found in context.services.blobs.list(bucket, prefix, limit=limit, after=after)]


@host_call("blob", "copy", shape=lambda _context, info: _known(info))
def copy(context: Context, source_bucket: str, source_key: str, bucket: str, key: str) -> Known:
    with context.waiting(WAITS):
        return _known(context.services.blobs.copy(source_bucket, source_key, bucket, key))


def _fits(key: str, size: int, most: int) -> None:
    """Exhausted: it is more than one payload, or than a quarter of the memory that the actor has free."""
    instance = current.instance
    most = min(most, (instance.memory_limit - (instance.memory_bytes or 0)) // 4)
    if size > most:
        raise Exhausted(
            f"{key[:80]!r} would be {size:,} bytes at once, and this actor takes up to {most:,}: download it in ranges",
            limit="size", value=most, used=size,
        )  # fmt: skip


def _known(found: BlobInfo) -> Known:
    return Known(
        found.bucket, found.key, found.size, found.hash, found.content_type, list(found.metadata.items()),
        int(found.modified * 1000),
    )  # fmt: skip
