"""Blobs: content goes to the store first, then one row in the database makes it the blob, in place of the one before.

What lies in the store without being a blob, because its upload is under way or its blob is gone, is written down
before: the next start removes what a crash left.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from uuid import uuid4

from workbench.api.blobs import BlobInfo
from workbench.api.errors import WorkbenchError
from workbench.api.events import Area
from workbench.services.blobs.store import BlobStore
from workbench.services.means import Means, Scope
from workbench.storage.database import Row, Transaction

logger = logging.getLogger(__name__)
WHERE = "store = ? AND tenant = ? AND namespace = ? AND bucket = ?"
_PUT = """
    INSERT INTO blobs
        (store, tenant, namespace, bucket, key, object, size, hash, content_type, text, metadata, modified, author)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET object = excluded.object, size = excluded.size, hash = excluded.hash,
        content_type = excluded.content_type, text = excluded.text, metadata = excluded.metadata,
        modified = excluded.modified, author = excluded.author
"""
_DEBRIS = "INSERT INTO blob_debris (store, object) VALUES (?, ?)"
_NO_DEBRIS = "DELETE FROM blob_debris WHERE store = ? AND object = ?"


class BlobService:
    """All blobs of a node. Thread-safe.

    A workspace remembers every store it was used with by `url`, and the blobs of each apart. In a store it has a folder
    of its own, so that several workspaces may share one.
    """

    def __init__(self, means: Means, url: str, open_store: Callable[[str], BlobStore]) -> None:
        self.means = means
        self.id = self._identity(url)
        self.store = open_store(self.id)
        self._lock = threading.Lock()
        self._readers: Counter[str] = Counter()
        self._doomed: set[str] = set()
        self.abandoned: deque[str] = deque()
        """Objects whose readers were let go without being closed."""

    def _identity(self, url: str) -> str:
        with self.means.write() as tx:
            tx.execute("INSERT OR IGNORE INTO blob_stores (url, id) VALUES (?, ?)", (url, uuid4().hex))
            found: str = tx.execute("SELECT id FROM blob_stores WHERE url = ?", (url,)).fetchone()["id"]
            return found

    def start(self) -> None:
        """Remove what a crash left in the store, and the rows of blobs that it has forgotten."""
        if self.store.forgets:
            with self.means.write() as tx:
                for table in ("blobs", "blob_debris"):
                    tx.execute(f"DELETE FROM {table} WHERE store = ?", (self.id,))
        for row in self.means.database.query("SELECT object FROM blob_debris WHERE store = ?", (self.id,)):
            self._remove(row["object"])

    def begin(self) -> str:
        """The name of a new object, which is debris until `keep`."""
        while self.abandoned:
            self.unpin(self.abandoned.popleft())
        name = uuid4().hex
        with self.means.write() as tx:
            tx.execute(_DEBRIS, (self.id, name))
        return name

    def keep(self, scope: Scope, info: BlobInfo, name: str) -> None:
        """Make the object the blob, in place of the one before."""
        with self.means.write() as tx:
            where = f"SELECT object FROM blobs WHERE {WHERE} AND key = ?"
            before = tx.execute(where, (self.id, *scope, info.bucket, info.key)).fetchone()
            tx.execute(_PUT, (
                self.id, *scope, info.bucket, info.key, name, info.size, info.hash, info.content_type, info.text,
                json.dumps(dict(info.metadata)), info.modified, info.author,
            ))  # fmt: skip
            tx.execute(_NO_DEBRIS, (self.id, name))
            self._replaced(tx, scope, before)
            tx.returns(info)
        if before is not None:
            self.drop(before["object"])

    def remove(self, scope: Scope, bucket: str, key: str) -> bool:
        with self.means.write() as tx:
            where = f"DELETE FROM blobs WHERE {WHERE} AND key = ? RETURNING object"
            gone = tx.execute(where, (self.id, *scope, bucket, key)).fetchone()
            if gone is not None:
                self._replaced(tx, scope, gone)
            tx.returns(gone is not None)
        if gone is not None:
            self.drop(gone["object"])
        return gone is not None

    def _replaced(self, tx: Transaction, scope: Scope, before: Row | None) -> None:
        if before is not None:
            tx.execute(_DEBRIS, (self.id, before["object"]))
        tx.emit(lambda: self.means.events.touch(Area.BLOBS, scope))

    def row(self, scope: Scope, bucket: str, key: str) -> Row | None:
        where = f"SELECT * FROM blobs WHERE {WHERE} AND key = ?"
        rows = self.means.database.query(where, (self.id, *scope, bucket, key))
        return rows[0] if rows else None

    def pin(self, scope: Scope, bucket: str, key: str) -> Row | None:
        """The row of a blob whose object stays until `unpin`, whatever becomes of the blob."""
        while True:
            found = self.row(scope, bucket, key)
            if found is None:
                return None
            with self._lock:
                self._readers[found["object"]] += 1
            again = self.row(scope, bucket, key)
            if again is not None and again["object"] == found["object"]:
                return again
            self.unpin(found["object"])

    def unpin(self, name: str) -> None:
        with self._lock:
            self._readers[name] -= 1
            if self._readers[name]:
                return
            del self._readers[name]
            doomed = name in self._doomed
            self._doomed.discard(name)
        if doomed:
            self._remove(name)

    def drop(self, name: str) -> None:
        """An object that is no blob any more goes, once nobody reads it."""
        with self._lock:
            if self._readers[name]:
                self._doomed.add(name)
                return
            del self._readers[name]
        self._remove(name)

    def _remove(self, name: str) -> None:
        """One that cannot be removed now is debris for the next start."""
        try:
            self.store.delete(name)
            with self.means.write() as tx:
                tx.execute(_NO_DEBRIS, (self.id, name))
        except WorkbenchError:
            logger.warning("the object %s of a blob that is gone could not be removed yet", name, exc_info=True)
