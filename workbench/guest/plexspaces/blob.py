"""Large values, addressed by bucket and key, with metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import bindings
from .arguments import LIMIT, U32, natural, optional_text, pairs, payload_of, text
from .payload import Payload


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What is known about a blob. `hash` is the SHA-256 of its bytes in hexadecimal digits.

    `modified_at_ms` is in milliseconds since 1970-01-01 UTC.
    """

    bucket: str
    key: str
    size: int
    hash: str
    content_type: str
    metadata: Mapping[str, str]
    modified_at_ms: int


def upload(
    bucket: str,
    key: str,
    content: Payload,
    *,
    content_type: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> BlobInfo:
    """Store a blob in place of the one with the same bucket and key.

    Without a content type it is `text/plain` for str and `application/octet-stream` for bytes.
    """
    wit = payload_of("content", content)
    extras = optional_text("content_type", content_type), pairs("metadata", metadata or {})
    return _info(bindings.call("blob", "upload", *_address(bucket, key), wit, *extras))


def download(bucket: str, key: str) -> Payload:
    """The content of a blob: str if it was stored as str, otherwise bytes.

    Raises NotFound, and Exhausted when it is too large for one payload: fetch ranges then.
    """
    content: Payload = bindings.call("blob", "download", *_address(bucket, key)).value
    return content


def download_range(bucket: str, key: str, *, offset: int, length: int) -> bytes:
    """Up to `length` bytes from `offset` on; fewer at the blob's end. Raises NotFound, Invalid (beyond its end)."""
    span = natural("offset", offset), natural("length", length)
    part: bytes = bindings.call("blob", "download_range", *_address(bucket, key), *span)
    return part


def delete(bucket: str, key: str) -> bool:
    """Remove a blob: True when it was there."""
    deleted: bool = bindings.call("blob", "delete", *_address(bucket, key))
    return deleted


def exists(bucket: str, key: str) -> bool:
    """Whether there is such a blob."""
    found: bool = bindings.call("blob", "exists", *_address(bucket, key))
    return found


def metadata(bucket: str, key: str) -> BlobInfo:
    """What is known about a blob. Raises NotFound."""
    return _info(bindings.call("blob", "metadata", *_address(bucket, key)))


def list_blobs(bucket: str, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> list[BlobInfo]:
    """Up to `limit` blobs whose keys start with `prefix`, in order of their keys; those after the key `after`."""
    names = text("bucket", bucket), text("prefix", prefix)
    page = natural("limit", limit, U32, taken=LIMIT), optional_text("after", after)
    return [_info(found) for found in bindings.call("blob", "list_blobs", *names, *page)]


def copy(source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
    """Copy a blob inside the store. Raises NotFound."""
    return _info(bindings.call("blob", "copy", *_address(source_bucket, source_key), *_address(bucket, key)))


def _address(bucket: str, key: str) -> tuple[str, str]:
    return text("bucket", bucket), text("key", key)


def _info(found: Any) -> BlobInfo:
    return BlobInfo(
        bucket=found.bucket,
        key=found.key,
        size=found.size,
        hash=found.hash,
        content_type=found.content_type,
        metadata=dict(found.metadata),
        modified_at_ms=found.modified_at_ms,
    )
