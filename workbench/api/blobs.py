"""Large values with metadata, addressed by bucket and key, and the facet `node.blobs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Protocol, TypeAlias

from workbench.api.errors import Invalid
from workbench.api.messages import Payload
from workbench.api.value import value

KEY_BYTES, BUCKET_BYTES = 1 << 10, 255
METADATA_BYTES = 16 << 10
"""The most that the names and values of one blob's metadata may take together."""
TEXT, BINARY = "text/plain", "application/octet-stream"
CHUNK_BYTES = 1 << 20
"""Streams come in parts of about this size."""
NO_METADATA: Mapping[str, str] = MappingProxyType({})
Content: TypeAlias = Payload | Iterable[bytes]
"""What a blob is made of: a payload, or its bytes part by part."""


@value
class BlobInfo:
    """What is known about a blob. `size` is in bytes, `hash` the SHA-256 of them in hexadecimal digits.

    `text`: it was stored as text, and is given as text. `author` is the actor that wrote it, empty for somebody else.
    """

    bucket: str
    key: str
    size: int
    hash: str
    content_type: str
    modified: float
    metadata: Mapping[str, str] = field(default_factory=lambda: NO_METADATA)
    text: bool = False
    author: str = ""


@value
class BucketInfo:
    """A bucket: it is there as long as there are blobs in it."""

    name: str
    blobs: int
    size: int


class Blobs(Protocol):
    """The facet `node.blobs`, for one tenant and namespace. Thread-safe.

    A bucket has a name of 1 to BUCKET_BYTES bytes without a slash, a key 1 to KEY_BYTES bytes. NotFound: no such blob.
    """

    def upload(
        self,
        bucket: str,
        key: str,
        content: Content,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> BlobInfo:
        """Store a blob in place of the one with the same bucket and key, which is there until this one is whole.

        Without a content type it is TEXT for a str and BINARY for bytes. Exhausted: the disk is full; nothing changed.
        """
        ...

    def download(self, bucket: str, key: str) -> Payload:
        """The whole content: str if it was stored as str. Take `stream` for what may be large."""
        ...

    def stream(self, bucket: str, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `offset` on, up to `length` of them, in parts. Invalid: the offset is beyond its end."""
        ...

    def download_range(self, bucket: str, key: str, *, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on, fewer at its end. Invalid: the offset is beyond its end."""
        ...

    def delete(self, bucket: str, key: str) -> bool:
        """Remove a blob; whether it was there."""
        ...

    def exists(self, bucket: str, key: str) -> bool:
        """Whether there is such a blob."""
        ...

    def metadata(self, bucket: str, key: str) -> BlobInfo:
        """What is known about it."""
        ...

    def list(
        self, bucket: str, prefix: str = "", *, limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobInfo]:
        """Up to `limit` blobs whose keys begin with `prefix`, in the order of their bytes, those after `after` only."""
        ...

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
        """Copy a blob inside the store."""
        ...

    def buckets(self) -> Sequence[BucketInfo]:
        """All buckets, by name."""
        ...


def check_bucket(bucket: str) -> str:
    """The bucket, or Invalid."""
    if "/" in bucket:  # `a/b` + `c` must not be taken for `a` + `b/c`, in grants above all
        raise Invalid(f"a bucket has no slash in its name: {bucket[:40]!r}")
    return _checked("a bucket", bucket, BUCKET_BYTES)


def check_blob_key(key: str) -> str:
    """The key, or Invalid."""
    return _checked("a key", key, KEY_BYTES)


def check_metadata(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """The metadata, or Invalid."""
    size = sum(len(name.encode()) + len(text.encode()) for name, text in metadata.items())
    if size > METADATA_BYTES:
        raise Invalid(f"the metadata of a blob has up to {METADATA_BYTES:,} bytes, not {size:,}")
    return metadata


def _checked(what: str, name: str, most: int) -> str:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise Invalid(f"{name[:40]!r} is no Unicode text, so it cannot be the name of {what}") from None
    if not 1 <= size <= most:
        raise Invalid(f"{what} has 1 to {most:,} bytes, this one has {size:,}: {name[:40]!r}")
    return name
