"""The blobs of one tenant and namespace, and reading one of them part by part. See api.Blobs."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.api.blobs import (
    BINARY,
    LARGEST_LIMIT,
    NO_METADATA,
    SIZE_BYTES,
    TEXT,
    BlobInfo,
    BlobLevel,
    BucketInfo,
    Content,
    check_blob_key,
    check_bucket,
    check_content_type,
    check_key_prefix,
    check_metadata,
    check_whole,
)
from workbench.api.errors import Internal, Invalid, NotFound
from workbench.api.keyvalue import next_prefix
from workbench.api.messages import Payload
from workbench.services.blobs.service import WHERE, BlobService
from workbench.services.means import Caller, author
from workbench.storage.database import Row


class Measured:
    """Parts on their way into the store: counted, hashed, and looked at if they must be text."""

    def __init__(self, parts: Iterable[bytes], *, text: bool, most: int = SIZE_BYTES) -> None:
        self._parts, self._most, self._hash = parts, most, hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")() if text else None
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.size += len(part)
            if self.size > self._most:
                raise Invalid(f"a blob has up to {self._most:,} bytes, and more came; nothing was stored")
            self._hash.update(part)
            self._decode(part)
            yield part
        self._decode(b"", final=True)

    def _decode(self, part: bytes, *, final: bool = False) -> None:
        if self._decoder is None:
            return
        try:
            self._decoder.decode(part, final)
        except UnicodeDecodeError:
            raise Invalid("the content is no UTF-8 text; nothing was stored: store it as bytes") from None

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


class Reader:
    """See api.BlobStream."""

    def __init__(self, service: BlobService, row: Row, offset: int, length: int) -> None:
        self._service, self._object, self._open = service, row["object"], True
        self._info, self._left = info_of(row), length
        self._hash = hashlib.sha256() if length == self._info.size else None
        self._parts = service.store.read(self._object, offset, length)

    @property
    def info(self) -> BlobInfo:
        return self._info

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._open:
            raise StopIteration
        try:
            part = next(self._parts)
        except StopIteration:
            self.close()
            self._check()
            raise
        except BaseException:
            self.close()
            raise
        self._left -= len(part)
        if self._hash is not None:
            self._hash.update(part)
        return part

    def _check(self) -> None:
        if self._left or (self._hash is not None and self._hash.hexdigest() != self._info.hash):
            raise Internal(
                f"the bytes of the blob {self._info.key[:80]!r} are not those that were stored: the file of it in the "
                "store was damaged; upload it again"
            )

    def close(self) -> None:
        if self._open:
            self._open = False
            self._service.unpin(self._object)

    def __del__(self) -> None:
        """Wherever that happens, also inside a transaction: it is only written down that nobody reads it."""
        if self._open:
            self._open = False
            self._service.abandoned.append(self._object)


class LocalBlobs:
    """The blobs of one caller's tenant and namespace. See api.Blobs."""

    def __init__(self, service: BlobService, caller: Caller) -> None:
        self._service, self._caller, self._scope = service, caller, caller.scope
        self._query = service.means.database.query

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
        check_bucket(bucket)
        check_blob_key(key)
        check_metadata(metadata)
        check_content_type(content_type)
        text = text or isinstance(content, str)
        parts = Measured(_parts(content), text=text)
        service = self._service
        name = service.begin()
        try:
            service.store.put(name, parts)
            info = BlobInfo(
                bucket, key, parts.size, parts.hash, content_type or (TEXT if text else BINARY),
                service.means.clock.now(), dict(metadata), text, author(self._caller),
            )  # fmt: skip
            service.keep(self._scope, info, name)
        except BaseException:
            service.drop(name)
            raise
        return info

    def download(self, bucket: str, key: str) -> Payload:
        found = self.stream(bucket, key)
        content = _joined(found, found.info.size)
        return content.decode() if found.info.text else content

    def stream(self, bucket: str, key: str, *, offset: int = 0, length: int | None = None) -> Reader:
        found = self._service.pin(self._scope, check_bucket(bucket), check_blob_key(key))
        if found is None:
            raise _absent(bucket, key)
        try:
            wanted = _within(found, offset, found["size"] if length is None else length)
            return Reader(self._service, found, offset, wanted)
        except BaseException:
            self._service.unpin(found["object"])
            raise

    def download_range(self, bucket: str, key: str, *, offset: int, length: int) -> bytes:
        found = self.stream(bucket, key, offset=offset, length=length)
        return _joined(found, min(length, found.info.size - offset))

    def delete(self, bucket: str, key: str) -> bool:
        return self._service.remove(self._scope, check_bucket(bucket), check_blob_key(key))

    def exists(self, bucket: str, key: str) -> bool:
        return self._service.row(self._scope, check_bucket(bucket), check_blob_key(key)) is not None

    def metadata(self, bucket: str, key: str) -> BlobInfo:
        found = self._service.row(self._scope, check_bucket(bucket), check_blob_key(key))
        if found is None:
            raise _absent(bucket, key)
        return info_of(found)

    def list(
        self, bucket: str, prefix: str = "", *, limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobInfo]:
        check_bucket(bucket)
        return self._listed(bucket, check_key_prefix(prefix), _limit(limit), after=_after(after))

    def level(
        self, bucket: str, prefix: str = "", *, delimiter: str = "/", limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobLevel]:
        """One look into the index per step: a prefix with a million keys costs as much as one with two."""
        check_bucket(bucket)
        check_key_prefix(prefix)
        if not delimiter:
            raise Invalid("a delimiter is at least one character; to see all keys in a row use list")
        found: list[BlobLevel] = []
        least: str | None = ""
        beyond = _after(after)
        if after is not None and after != prefix and after.endswith(delimiter):
            least, beyond = next_prefix(after), None
        while len(found) < _limit(limit) and least is not None:
            rows = self._listed(bucket, prefix, 1, after=beyond, least=least)
            if not rows:
                break
            head, delimited, _ = rows[0].key.removeprefix(prefix).partition(delimiter)
            if not delimited:
                found.append(BlobLevel(rows[0].key, rows[0]))
                beyond = rows[0].key
                continue
            found.append(BlobLevel(f"{prefix}{head}{delimiter}"))
            least, beyond = next_prefix(found[-1].prefix), None
        return found

    def _listed(
        self, bucket: str, prefix: str, limit: int, *, after: str | None, least: str = ""
    ) -> Sequence[BlobInfo]:
        where, values = [WHERE, "key >= ?"], [self._service.id, *self._scope, bucket, max(prefix, least)]
        for bound, value in (("key < ?", next_prefix(prefix)), ("key > ?", after)):
            if value is not None:
                where.append(bound)
                values.append(value)
        statement = f"SELECT * FROM blobs WHERE {' AND '.join(where)} ORDER BY key LIMIT ?"
        return [info_of(row) for row in self._query(statement, (*values, limit))]

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
        check_bucket(bucket)
        check_blob_key(key)
        service = self._service
        found = service.pin(self._scope, check_bucket(source_bucket), check_blob_key(source_key))
        if found is None:
            raise _absent(source_bucket, source_key)
        was = info_of(found)
        try:
            name = service.begin()
            try:
                service.store.copy(found["object"], name)
                info = BlobInfo(
                    bucket, key, was.size, was.hash, was.content_type, service.means.clock.now(), was.metadata,
                    was.text, author(self._caller),
                )  # fmt: skip
                service.keep(self._scope, info, name)
            except BaseException:
                service.drop(name)
                raise
        finally:
            service.unpin(found["object"])
        return info

    def buckets(self) -> Sequence[BucketInfo]:
        statement = (
            "SELECT bucket, count(*) AS blobs, sum(size) AS size FROM blobs WHERE store = ? AND tenant = ? AND "
            "namespace = ? GROUP BY bucket ORDER BY bucket"
        )
        rows = self._query(statement, (self._service.id, *self._scope))
        return [BucketInfo(row["bucket"], row["blobs"], row["size"]) for row in rows]


def _parts(content: Content) -> Iterable[bytes]:
    if isinstance(content, str):
        try:
            return [content.encode()]
        except UnicodeEncodeError:
            raise Invalid("the content is no Unicode text; nothing was stored") from None
    return [content] if isinstance(content, bytes) else content


def _joined(found: Reader, size: int) -> bytes:
    """All of it in one piece."""
    try:
        check_whole(found.info.key, size)
        return b"".join(found)
    finally:
        found.close()


def _absent(bucket: str, key: str) -> NotFound:
    return NotFound(f"no blob {key[:80]!r} in the bucket {bucket[:80]!r}")


def _after(after: str | None) -> str | None:
    """A key, or the prefix of a step, which is one character longer at most."""
    return None if after is None else check_key_prefix(after)


def _limit(limit: int) -> int:
    if not 1 <= limit <= LARGEST_LIMIT:
        raise Invalid(f"a limit is 1 to {LARGEST_LIMIT:,}, not {limit:,}")
    return limit


def _within(found: Row, offset: int, length: int) -> int:
    """How many bytes there are to give."""
    if offset < 0 or length < 0:
        raise Invalid(f"an offset and a length are not negative: {offset:,}, {length:,}")
    if offset > found["size"]:
        raise Invalid(f"{found['key'][:80]!r} has {found['size']:,} bytes, so there are none from {offset:,} on")
    return int(min(length, found["size"] - offset))


def info_of(row: Row) -> BlobInfo:
    return BlobInfo(
        row["bucket"], row["key"], row["size"], row["hash"], row["content_type"], row["modified"],
        json.loads(row["metadata"]), bool(row["text"]), row["author"],
    )  # fmt: skip
