"""Large values with metadata, addressed by bucket and key, and the facet `node.blobs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Protocol, TypeAlias

from workbench.api.errors import Exhausted, Invalid
from workbench.api.messages import Payload
from workbench.api.value import value

KEY_BYTES, BUCKET_BYTES = 1 << 10, 255
METADATA_BYTES = 16 << 10
"""The most that the names and values of one blob's metadata may take together."""
CONTENT_TYPE_BYTES = 255
SIZE_BYTES = 32 << 30
"""The most of one blob: what an object store takes in 10,000 parts, with room to spare."""
WHOLE_BYTES = 64 << 20
"""The most that is given in one piece; what is larger is streamed."""
LARGEST_LIMIT = 100_000
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
class BlobLevel:
    """One step of a tree of blobs: either a blob itself (`entry`), or all whose keys begin with `prefix`."""

    prefix: str
    entry: BlobInfo | None = None


@value
class BucketInfo:
    """A bucket: it is there as long as there are blobs in it."""

    name: str
    blobs: int
    size: int


class BlobStream(Protocol):
    """The bytes of one blob in parts of about CHUNK_BYTES, and what is known of it.

    They are those of `info`, also when the blob is replaced or deleted meanwhile. It is used by one thread, and ends by
    itself at its last part; who leaves earlier calls `close()`. Internal: they are not the bytes that were stored.
    """

    @property
    def info(self) -> BlobInfo: ...
    def __iter__(self) -> Iterator[bytes]: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None:
        """Idempotent."""
        ...


class Blobs(Protocol):
    """The facet `node.blobs`, for one tenant and namespace. Thread-safe.

    A bucket has a name of 1 to BUCKET_BYTES bytes without a slash, a key 1 to KEY_BYTES bytes; both are data, never a
    path. NotFound: no such blob.
    """

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
        """Store a blob in place of the one with the same bucket and key, which is there until this one is whole.

        `text`: bytes that are given are UTF-8 text, as those of a str are. Without a content type it is TEXT for text
        and BINARY for bytes. What the parts raise is raised here, and nothing is stored. Invalid: more than SIZE_BYTES,
        or no UTF-8. Exhausted: the disk is full. Nothing was changed then.
        """
        ...

    def download(self, bucket: str, key: str) -> Payload:
        """The whole content: str if it is text. Exhausted: more than WHOLE_BYTES, which `stream` gives."""
        ...

    def stream(self, bucket: str, key: str, *, offset: int = 0, length: int | None = None) -> BlobStream:
        """The bytes from `offset` on, up to `length` of them, in parts. Invalid: the offset is beyond its end."""
        ...

    def download_range(self, bucket: str, key: str, *, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on, fewer at its end. Invalid: the offset is beyond its end.

        Exhausted: more than WHOLE_BYTES.
        """
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

    def level(
        self, bucket: str, prefix: str = "", *, delimiter: str = "/", limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobLevel]:
        """The same as one level of a tree: keys with `delimiter` behind the prefix are one step each, however many.

        `after` is a key or the prefix of a step that was given before.
        """
        ...

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
        """Copy a blob inside the store, with its metadata, in place of the one with that bucket and key."""
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


def check_key_prefix(prefix: str) -> str:
    """What keys may begin with, or Invalid."""
    return check_blob_key(prefix) if prefix else prefix


def check_metadata(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """The metadata, or Invalid."""
    size = sum(_size("metadata", name) + _size("metadata", text) for name, text in metadata.items())
    if size > METADATA_BYTES:
        raise Invalid(f"the metadata of a blob has up to {METADATA_BYTES:,} bytes, not {size:,}")
    if "" in metadata:
        raise Invalid("metadata has a name for each of its values; one has none")
    return metadata


def check_content_type(content_type: str) -> str:
    """The content type, or Invalid."""
    size = _size("a content type", content_type)
    if size > CONTENT_TYPE_BYTES or not content_type.isprintable():
        raise Invalid(
            f"a content type is a word like text/plain of up to {CONTENT_TYPE_BYTES} bytes: {content_type[:40]!r}"
        )
    return content_type


def check_whole(key: str, size: int) -> int:
    """The size of what is wanted in one piece, or Exhausted."""
    if size > WHOLE_BYTES:
        raise Exhausted(
            f"{key[:80]!r} would be {size:,} bytes in one piece, of up to {WHOLE_BYTES:,}; take it in ranges or as a "
            "stream",
            limit="size", value=WHOLE_BYTES, used=size,
        )  # fmt: skip
    return size


def _checked(what: str, name: str, most: int) -> str:
    size = _size(f"the name of {what}", name)
    if not 1 <= size <= most:
        raise Invalid(f"{what} has 1 to {most:,} bytes, this one has {size:,}: {name[:40]!r}")
    return name


def _size(what: str, text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(f"{text[:40]!r} is no Unicode text, so it cannot be {what}") from None
