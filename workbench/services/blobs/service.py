"""Blobs: content goes to the store first, then one row makes it the blob, in place of the one before."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import uuid4

from workbench.api.blobs import (
    BINARY,
    NO_METADATA,
    TEXT,
    BlobInfo,
    BucketInfo,
    Content,
    check_blob_key,
    check_bucket,
    check_metadata,
)
from workbench.api.errors import Invalid, NotFound, WorkbenchError
from workbench.api.events import Area
from workbench.api.keyvalue import next_prefix
from workbench.api.messages import Payload
from workbench.services.blobs.store import BlobStore
from workbench.services.means import Caller, Means, Scope, author
from workbench.storage.database import Row

logger = logging.getLogger(__name__)
_WHERE = "tenant = ? AND namespace = ? AND bucket = ?"
_PUT = """
    INSERT INTO blobs
        (tenant, namespace, bucket, key, object, size, hash, content_type, text, metadata, modified, author)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET object = excluded.object, size = excluded.size, hash = excluded.hash,
        content_type = excluded.content_type, text = excluded.text, metadata = excluded.metadata,
        modified = excluded.modified, author = excluded.author
"""


class Measured:
    """Parts on their way into the store, counted and hashed as they pass."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._hash = parts, hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.size += len(part)
            self._hash.update(part)
            yield part

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


class BlobService:
    """All blobs of a node. Thread-safe. `owned`: nobody else puts objects into the store."""

    def __init__(self, means: Means, store: BlobStore, *, owned: bool) -> None:
        self.means, self.store, self._owned = means, store, owned

    def start(self) -> None:
        """Remove objects that a crash left without a blob."""
        if not self._owned:
            return
        known = {row["object"] for row in self.means.database.query("SELECT object FROM blobs")}
        for name in self.store.names():
            if name not in known:
                self.store.delete(name)

    def row(self, scope: Scope, bucket: str, key: str) -> Row | None:
        rows = self.means.database.query(f"SELECT * FROM blobs WHERE {_WHERE} AND key = ?", (*scope, bucket, key))
        return rows[0] if rows else None

    def keep(self, scope: Scope, info: BlobInfo, name: str) -> None:
        """Make the object the blob; the one before is removed after the commit."""
        with self.means.write() as tx:
            found = tx.execute(f"SELECT object FROM blobs WHERE {_WHERE} AND key = ?", (*scope, info.bucket, info.key))
            before = found.fetchone()
            tx.execute(_PUT, (
                *scope, info.bucket, info.key, name, info.size, info.hash, info.content_type, info.text,
                json.dumps(dict(info.metadata)), info.modified, info.author,
            ))  # fmt: skip
            if before is not None:
                tx.emit(lambda: self.drop(before["object"]))
            tx.emit(lambda: self.means.events.touch(Area.BLOBS, scope))

    def remove(self, scope: Scope, bucket: str, key: str) -> bool:
        with self.means.write() as tx:
            where = f"DELETE FROM blobs WHERE {_WHERE} AND key = ? RETURNING object"
            gone = tx.execute(where, (*scope, bucket, key)).fetchall()
            for row in gone:
                tx.emit(lambda name=row["object"]: self.drop(name))  # type: ignore[misc]
                tx.emit(lambda: self.means.events.touch(Area.BLOBS, scope))
            return bool(gone)

    def drop(self, name: str) -> None:
        """An object that no blob points at any more. One that cannot be removed now is at the next start."""
        try:
            self.store.delete(name)
        except WorkbenchError:
            logger.warning("the object %s of a blob that is gone could not be removed", name, exc_info=True)


class LocalBlobs:
    """The blobs of one caller's tenant and namespace. See api.Blobs."""

    def __init__(self, service: BlobService, caller: Caller) -> None:
        self._service, self._caller, self._scope = service, caller, caller.scope

    def upload(
        self,
        bucket: str,
        key: str,
        content: Content,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> BlobInfo:
        check_bucket(bucket)
        check_blob_key(key)
        check_metadata(metadata)
        text = isinstance(content, str)
        whole = content.encode() if isinstance(content, str) else content
        parts = Measured([whole] if isinstance(whole, bytes) else whole)
        name = uuid4().hex
        service = self._service
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
        found = self._found(bucket, key)
        content = b"".join(self._service.store.read(found["object"], 0, found["size"]))
        return content.decode() if found["text"] else content

    def stream(self, bucket: str, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        found = self._found(bucket, key)
        wanted = _within(found, offset, found["size"] if length is None else length)
        return self._service.store.read(found["object"], offset, wanted)

    def download_range(self, bucket: str, key: str, *, offset: int, length: int) -> bytes:
        return b"".join(self.stream(bucket, key, offset=offset, length=length))

    def delete(self, bucket: str, key: str) -> bool:
        return self._service.remove(self._scope, check_bucket(bucket), check_blob_key(key))

    def exists(self, bucket: str, key: str) -> bool:
        return self._service.row(self._scope, check_bucket(bucket), check_blob_key(key)) is not None

    def metadata(self, bucket: str, key: str) -> BlobInfo:
        return _info(self._found(bucket, key))

    def list(
        self, bucket: str, prefix: str = "", *, limit: int = 1_000, after: str | None = None
    ) -> Sequence[BlobInfo]:
        if not 1 <= limit <= 100_000:
            raise Invalid(f"a limit is 1 to 100,000, not {limit:,}")
        where, values = [_WHERE, "key >= ?"], [*self._scope, check_bucket(bucket), prefix]
        for bound, value in (("key < ?", next_prefix(prefix)), ("key > ?", after)):
            if value is not None:
                where.append(bound)
                values.append(value)
        statement = f"SELECT * FROM blobs WHERE {' AND '.join(where)} ORDER BY key LIMIT ?"
        return [_info(row) for row in self._service.means.database.query(statement, (*values, limit))]

    def copy(self, source_bucket: str, source_key: str, bucket: str, key: str) -> BlobInfo:
        check_bucket(bucket)
        check_blob_key(key)
        found = self._found(source_bucket, source_key)
        was, name, service = _info(found), uuid4().hex, self._service
        try:
            service.store.copy(found["object"], name)
            info = BlobInfo(
                bucket, key, was.size, was.hash, was.content_type, service.means.clock.now(), was.metadata, was.text,
                author(self._caller),
            )  # fmt: skip
            service.keep(self._scope, info, name)
        except BaseException:
            service.drop(name)
            raise
        return info

    def buckets(self) -> Sequence[BucketInfo]:
        statement = (
            "SELECT bucket, count(*) AS blobs, sum(size) AS size FROM blobs WHERE tenant = ? AND namespace = ? "
            "GROUP BY bucket ORDER BY bucket"
        )
        rows = self._service.means.database.query(statement, self._scope)
        return [BucketInfo(row["bucket"], row["blobs"], row["size"]) for row in rows]

    def _found(self, bucket: str, key: str) -> Row:
        found = self._service.row(self._scope, check_bucket(bucket), check_blob_key(key))
        if found is None:
            raise NotFound(f"no blob {key[:80]!r} in the bucket {bucket[:80]!r}")
        return found


def _within(found: Row, offset: int, length: int) -> int:
    """How many bytes there are to give."""
    if offset < 0 or length < 0:
        raise Invalid(f"an offset and a length are not negative: {offset:,}, {length:,}")
    if offset > found["size"]:
        raise Invalid(f"{found['key'][:80]!r} has {found['size']:,} bytes, so there are none from {offset:,} on")
    return int(min(length, found["size"] - offset))


def _info(row: Row) -> BlobInfo:
    return BlobInfo(
        row["bucket"], row["key"], row["size"], row["hash"], row["content_type"], row["modified"],
        json.loads(row["metadata"]), bool(row["text"]), row["author"],
    )  # fmt: skip
