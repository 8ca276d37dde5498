"""The one SQLite file of a workspace: connections, transactions, and foreign errors turned into ours.

Writes go through `transaction()`, one at a time; what is given to `tx.emit` is called after COMMIT, in the order of the
commits and one at a time, without any lock that a writer needs. Every thread reads on a connection of its own, which is
closed when the thread ends: workers come and go with the turns that wait.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from workbench.api.errors import Exhausted, Internal, Invalid, Unavailable, WorkbenchError
from workbench.storage.noting import TABLES, Noting, Scope, Watcher, held

logger = logging.getLogger(__name__)
BUSY_SECONDS = 10.0
Row: TypeAlias = sqlite3.Row
"""One row of an answer: columns by name or number."""


NOTHING: Any = object()


class Transaction:
    """What is written together. Use it only inside its `with` block."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.returned: Any = NOTHING
        self.after_commit: list[Callable[[], None]] = []
        self.kept: list[Callable[[], object]] = []
        self.undone: list[Callable[[], object]] = []

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def as_stored(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Rows, as `Database.as_stored` gives them."""
        return _as_stored(self._connection, statement, values)

    def returns(self, value: Any) -> None:
        """This is what the caller will be given: it may be written along, so that nothing is done twice."""
        self.returned = value

    def emit(self, publish: Callable[[], None]) -> None:
        """Call `publish` soon after this is committed, and never if it is rolled back."""
        self.after_commit.append(publish)

    def settle(self, kept: Callable[[], object], undone: Callable[[], object] | None = None) -> None:
        """Call `kept` once this is committed, or `undone` once it is not, before anything else can be written.

        For what is held in memory beside the file. It must be short and take no lock that is held while writing.
        """
        self.kept.append(kept)
        if undone is not None:
            self.undone.append(undone)


class _Own:
    """The connection of one thread, as long as that lives."""

    def __init__(self, connection: sqlite3.Connection, forget: Callable[[sqlite3.Connection], None]) -> None:
        self.connection, self._forget = connection, forget

    def __del__(self) -> None:
        self._forget(self.connection)


class Database:
    """A SQLite file in WAL mode. Thread-safe; `close()` is idempotent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._all: dict[int, sqlite3.Connection] = {}
        self._write_lock = threading.Lock()
        self._lock = threading.Lock()
        self._committed: deque[Callable[[], None]] = deque()
        self._telling = threading.Lock()
        self._writer = self._connect()
        self._durable: sqlite3.Connection | None = None
        self._watcher: Watcher | None = None
        self._notings: dict[int, Noting] = {}
        self._marked = False

    def _connect(self) -> sqlite3.Connection:
        with translated(self.path):
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
        with self._lock:
            self._all[id(connection)] = connection
        return connection

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Close it, whenever its thread ended; `close` may have been first."""
        with self._lock:
            self._all.pop(id(connection), None)
        connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = False, noted: bool = True) -> Iterator[Transaction]:
        """All of it is written or nothing; events follow the COMMIT.

        With `durable` it is on the disk then, and with it all that was committed before; else a kill of the process
        loses nothing, and the loss of power may lose the last moments. What is not `noted` changes nothing of services.
        """
        with self._write_lock:
            writer = self._writer if not durable else self._durable or self._connect_durable()
            noting = self._noting(writer) if noted and self._watcher is not None else None
            tx = Transaction(writer)
            try:
                writer.execute("BEGIN IMMEDIATE")
                if noting is not None and not self._marked:
                    writer.execute("UPDATE recording_state SET whole = 0")
                yield tx
                if tx.returned is not NOTHING and (along := getattr(self._local, "along", None)) is not None:
                    along(tx)
                writer.execute("COMMIT")
            except BaseException as error:
                self._roll_back(tx, writer)
                if noting is not None:
                    noting.noted.clear()
                if isinstance(error, sqlite3.Error):
                    raise _ours(self.path, error) from error
                raise
            if noting is not None:
                self._marked = True
                if noting.noted:
                    noting.committed()
            self._committed.extend(tx.after_commit)
            for call in tx.kept:
                call()
        self._tell()

    def watch(self, watcher: Watcher) -> bool:
        """Let this one know of all changes of services from now on; whether it knows of those before.

        It does when each process that wrote here said at its end that they are all recorded, with `whole`.
        """
        with self._write_lock:
            self._watcher = watcher
        was_whole = bool(self.query("SELECT whole FROM recording_state")[0][0])
        if not was_whole:
            self.gap()
        return was_whole

    def gap(self) -> None:
        """Changes before are not all recorded: a number of each tenant and namespace is left out."""
        with self.transaction(noted=False) as tx:
            tx.execute("UPDATE recording_state SET floor = 1")
            tx.execute("UPDATE recorded_changes SET last = last + 1")

    def whole(self) -> None:
        """All changes up to now are recorded, and there are no more."""
        if self._marked:
            with self.transaction(noted=False) as tx:
                tx.execute("UPDATE recording_state SET whole = 1")
            self._marked = False

    def _noting(self, writer: sqlite3.Connection) -> Noting:
        found = self._notings.get(id(writer))
        if found is None:
            assert self._watcher is not None
            with translated(self.path):
                found = self._notings[id(writer)] = Noting(writer, self._watcher)
        with translated(self.path):
            found.ready()
        return found

    @contextmanager
    def picture(self, meanwhile: Callable[[], None]) -> Iterator[Callable[[str, Scope], Iterator[Row]]]:
        """The rows of services of one moment, by table, however long it takes to read them.

        `meanwhile` is called in that moment, when nothing can be written.
        """
        connection = self._connect()
        try:
            with self._write_lock, translated(self.path):
                connection.execute("BEGIN")
                connection.execute("SELECT 1 FROM recording_state").fetchall()  # only now the moment is chosen
                meanwhile()

            def rows(table: str, scope: Scope) -> Iterator[Row]:
                assert table in TABLES
                with translated(self.path):
                    yield from connection.execute(held(table), scope)

            yield rows
        finally:
            self._forget(connection)

    @contextmanager
    def along(self, write: Callable[[Transaction], None]) -> Iterator[None]:
        """What this thread writes meanwhile and says what it returns is written together with what `write` writes."""
        before, self._local.along = getattr(self._local, "along", None), write
        try:
            yield
        finally:
            self._local.along = before

    def _connect_durable(self) -> sqlite3.Connection:
        connection = self._durable = self._connect()
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def _roll_back(self, tx: Transaction, writer: sqlite3.Connection) -> None:
        try:
            if writer.in_transaction:
                with translated(self.path):
                    writer.execute("ROLLBACK")
        finally:
            for call in tx.undone:
                call()

    def _tell(self) -> None:
        """Whoever gets here first tells what everybody committed: so the order is that of the commits."""
        while self._committed and self._telling.acquire(blocking=False):
            try:
                while self._committed:
                    self._committed.popleft()()
            except Exception:
                logger.exception("what was committed could not be told")
            finally:
                self._telling.release()

    def query(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Rows of a SELECT."""
        own = self._own()
        with translated(self.path):
            rows: list[sqlite3.Row] = own.execute(statement, values).fetchall()
            return rows

    def as_stored(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """Rows of a SELECT whose texts may be damaged: a byte that is no UTF-8 is given as a lone surrogate."""
        with translated(self.path):
            return _as_stored(self._own(), statement, values)

    @contextmanager
    def moment(self) -> Iterator[None]:
        """What this thread reads meanwhile is of one moment, whatever is written."""
        own = self._own()
        with translated(self.path):
            own.execute("BEGIN")
        try:
            yield
        finally:
            with translated(self.path):
                own.execute("ROLLBACK")

    def _own(self) -> sqlite3.Connection:
        """The connection that this thread reads on."""
        own: _Own | None = getattr(self._local, "own", None)
        if own is None:
            own = self._local.own = _Own(self._connect(), self._forget)
        return own.connection

    @property
    def writer(self) -> sqlite3.Connection:
        """The write connection, for the schema's migrations at opening time alone."""
        return self._writer

    def close(self) -> None:
        with self._lock:
            connections, self._all = list(self._all.values()), {}
        for connection in connections:
            connection.close()


def _as_stored(connection: sqlite3.Connection, statement: str, values: Any) -> list[Row]:
    connection.text_factory = _lenient
    try:
        rows: list[Row] = connection.execute(statement, values).fetchall()
        return rows
    finally:
        connection.text_factory = str


def _lenient(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors in our words: the one border for them."""
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(path, error) from error


def _ours(path: Path, error: sqlite3.Error) -> WorkbenchError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return Exhausted(f"the disk that holds {path} is full; nothing was changed", limit="disk")
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return Unavailable(f"{path} cannot be written: the file or its folder is read-only")
    if name.startswith("SQLITE_CANTOPEN"):
        return Unavailable(
            f"{path} cannot be opened: check that its folder exists and may be written, and that this process may open "
            "more files (ulimit -n)"
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return Invalid(f"{path} is not a workspace's database or is damaged: {error}")
    if name.startswith("SQLITE_IOERR"):
        return Exhausted(
            f"{path} could not be written ({name}); the disk may be full; nothing was changed", limit="disk"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Unavailable(f"{path} is in use by another program; close it and try again")
    return Internal(f"{path}: {error} ({name})")
