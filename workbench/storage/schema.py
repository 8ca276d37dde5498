"""The tables of a workspace, as numbered migrations: an older one is brought up after a backup, a newer one refused.

Plain SQL on purpose: a schema library costs each command more at its start than everything else that it does (the one
tried loads numpy, 130 ms).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workbench.api.errors import Invalid
from workbench.storage.database import Database, translated

_MODULES = (
    """
    CREATE TABLE modules (
        hash TEXT PRIMARY KEY,
        format TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        file_name TEXT NOT NULL,
        deployed REAL NOT NULL,
        info TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE aliases (
        seq INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        module TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE bytecode (
        module TEXT NOT NULL,
        interpreter TEXT NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (module, interpreter)
    )
    """,
)
_KEYVALUE = (
    """
    CREATE TABLE keyvalue (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL,
        version INTEGER NOT NULL,
        changed REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX keyvalue_expiry ON keyvalue (expires) WHERE expires IS NOT NULL",
)
_TUPLES = (
    """
    CREATE TABLE tuples (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        fields TEXT NOT NULL,
        written REAL NOT NULL,
        expires REAL,
        author TEXT NOT NULL
    )
    """,
    "CREATE INDEX tuples_expiry ON tuples (expires) WHERE expires IS NOT NULL",
)
_BLOBS = (
    """
    CREATE TABLE blob_stores (
        url TEXT PRIMARY KEY NOT NULL,
        id TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE blobs (
        store TEXT NOT NULL,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        object TEXT NOT NULL,
        size INTEGER NOT NULL,
        hash TEXT NOT NULL,
        content_type TEXT NOT NULL,
        text INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        modified REAL NOT NULL,
        author TEXT NOT NULL,
        PRIMARY KEY (store, tenant, namespace, bucket, key)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE blob_debris (
        store TEXT NOT NULL,
        object TEXT NOT NULL,
        PRIMARY KEY (store, object)
    ) WITHOUT ROWID
    """,
)
_QUEUES = (
    """
    CREATE TABLE queues (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        visibility_ms INTEGER NOT NULL,
        max_attempts INTEGER NOT NULL,
        max_length INTEGER NOT NULL,
        dead_letter_queue TEXT NOT NULL,
        created REAL NOT NULL,
        UNIQUE (tenant, namespace, name)
    )
    """,
    """
    CREATE TABLE queued (
        seq INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        visible REAL NOT NULL,
        expires REAL,
        attempts INTEGER NOT NULL,
        origin TEXT NOT NULL,
        reason TEXT NOT NULL,
        died REAL,
        type TEXT NOT NULL,
        payload NOT NULL,
        headers TEXT NOT NULL,
        sent REAL NOT NULL,
        sender TEXT NOT NULL,
        size INTEGER NOT NULL
    )
    """,
    "CREATE INDEX queued_of ON queued (queue)",
)
_LOCKS = (
    """
    CREATE TABLE locks (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        holder TEXT NOT NULL,
        outside INTEGER NOT NULL,
        version INTEGER NOT NULL,
        since REAL NOT NULL,
        expires REAL NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX locks_expiry ON locks (expires)",
    """
    CREATE TABLE lock_versions (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        newest INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    """,
)
_REGISTRY = (
    """
    CREATE TABLE registry (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        object_type TEXT NOT NULL,
        address TEXT NOT NULL,
        labels TEXT NOT NULL,
        ttl_ms INTEGER,
        health TEXT NOT NULL,
        registered REAL NOT NULL,
        heartbeat REAL NOT NULL,
        owner TEXT NOT NULL,
        outside INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, id)
    ) WITHOUT ROWID
    """,
)
_JOURNAL = (
    """
    CREATE TABLE journal_actors (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        module TEXT NOT NULL,
        birth TEXT,
        runs INTEGER NOT NULL,
        quarantined INTEGER NOT NULL,
        UNIQUE (tenant, namespace, name)
    )
    """,
    """
    CREATE TABLE journal (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line TEXT NOT NULL,
        crc INTEGER NOT NULL
    )
    """,
    # Rows of many actors that are written together share pages; with a primary key each would fill a page of its own,
    # and 32 rows took 3.9 ms instead of 1.2.
    "CREATE UNIQUE INDEX journal_of ON journal (actor, seq)",
    """
    CREATE TABLE journal_parts (
        actor INTEGER NOT NULL,
        position INTEGER NOT NULL,
        post INTEGER NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (actor, position)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal_posts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        actor INTEGER NOT NULL,
        line TEXT NOT NULL
    )
    """,
    "CREATE INDEX journal_posts_to ON journal_posts (actor)",
    """
    CREATE TABLE journal_timers (
        actor INTEGER NOT NULL,
        number INTEGER NOT NULL,
        due REAL NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (actor, number)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal_quarantine (
        actor INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        line NOT NULL,
        crc INTEGER NOT NULL,
        what TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE journal_checkpoints (
        actor INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        state NOT NULL,
        fsm_state TEXT NOT NULL,
        clock_ns INTEGER NOT NULL,
        drawn INTEGER NOT NULL,
        taken REAL NOT NULL,
        crc INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE journal_events (
        actor INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        type TEXT NOT NULL,
        payload NOT NULL,
        recorded REAL NOT NULL,
        PRIMARY KEY (actor, sequence)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal_replies (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        line TEXT NOT NULL,
        expires REAL NOT NULL,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal_effects (
        actor INTEGER NOT NULL,
        key TEXT NOT NULL,
        value NOT NULL,
        PRIMARY KEY (actor, key)
    ) WITHOUT ROWID
    """,
)
_RECORDING = (
    """
    CREATE TABLE recording (
        id INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        turns INTEGER NOT NULL,
        first REAL NOT NULL,
        last REAL NOT NULL,
        size INTEGER NOT NULL,
        raw_size INTEGER NOT NULL,
        pin TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        actors TEXT NOT NULL,
        data BLOB NOT NULL
    )
    """,
    "CREATE INDEX recording_of ON recording (tenant, namespace, id)",
)
_TREES = (
    """
    CREATE TABLE trees (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
)
_CHANGES = (
    "ALTER TABLE recording ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE recording ADD COLUMN newest INTEGER NOT NULL DEFAULT 0",
    """
    CREATE TABLE recorded_changes (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace)
    ) WITHOUT ROWID
    """,
    # One row: whether everything that services hold was recorded up to the end of the last process, and the number
    # from which a tenant and namespace without recorded changes counts on.
    "CREATE TABLE recording_state (whole INTEGER NOT NULL, floor INTEGER NOT NULL)",
    "INSERT INTO recording_state (whole, floor) SELECT NOT EXISTS (SELECT 1 FROM recording), 0",
)
# A checksum of the whole row in each table of the journal; rows from before have none. `first` and `first_event` are
# what must be there (0: not known), `last` and `last_event` what was there at the latest mark.
_INTEGRITY = (
    *(
        f"ALTER TABLE journal_{table} ADD COLUMN crc INTEGER"
        for table in ("actors", "parts", "posts", "timers", "events", "replies", "effects")
    ),
    *(
        f"ALTER TABLE journal_actors ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0"
        for column in ("first", "first_event", "last", "last_event", "checkpoint")
    ),
    "ALTER TABLE journal_checkpoints ADD COLUMN whole INTEGER",
    "ALTER TABLE journal_quarantine ADD COLUMN origin TEXT NOT NULL DEFAULT 'journal'",
    "ALTER TABLE journal_quarantine ADD COLUMN whole INTEGER",
)
_TOKENS = (
    """
    CREATE TABLE tokens (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        id TEXT NOT NULL UNIQUE,
        hash BLOB NOT NULL,
        role TEXT NOT NULL,
        created REAL NOT NULL,
        expires REAL,
        last_used REAL,
        revoked REAL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
)
# `node_identity` has one row. Who was moved away, and who came from another node.
_MOVES = (
    "CREATE TABLE node_identity (id TEXT NOT NULL)",
    "INSERT INTO node_identity (id) VALUES (lower(hex(randomblob(16))))",
    """
    CREATE TABLE forwards (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        migration TEXT NOT NULL,
        address TEXT NOT NULL,
        node TEXT NOT NULL,
        node_name TEXT NOT NULL,
        stage TEXT NOT NULL,
        durable INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE origins (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        migration TEXT NOT NULL,
        node TEXT NOT NULL,
        node_name TEXT NOT NULL,
        visited TEXT NOT NULL,
        through TEXT NOT NULL,
        relayed INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
)
_ROSTER = (
    """
    CREATE TABLE roster (
        number INTEGER PRIMARY KEY,
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        module TEXT NOT NULL,
        pool TEXT NOT NULL,
        birth TEXT NOT NULL,
        UNIQUE (tenant, namespace, name)
    )
    """,
    """
    CREATE TABLE drained (
        tenant TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        birth TEXT NOT NULL,
        passive INTEGER NOT NULL,
        suspended INTEGER NOT NULL,
        PRIMARY KEY (tenant, namespace, name)
    ) WITHOUT ROWID
    """,
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _MODULES, _KEYVALUE, _TUPLES, _QUEUES, _LOCKS, _REGISTRY, _BLOBS, _JOURNAL, _RECORDING, _TREES,
    _CHANGES, _INTEGRITY, _TOKENS, (*_MOVES, *_ROSTER),
)  # fmt: skip
"""The statements of each step; the number of steps taken is the file's `user_version`."""
VERSION = len(MIGRATIONS)


def migrate(database: Database) -> None:
    """Bring the file up to VERSION, in one transaction: a migration that was cut off leaves the old format."""
    connection = database.writer
    with translated(database.path):
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise Invalid(
                f"the workspace {database.path.parent} was written by a newer version (its format is {found}, this "
                f"program knows up to {VERSION}); update the program or choose another workspace"
            )
        if found == VERSION:
            return
        if found:
            _back_up(connection, database.path.with_suffix(f".v{found}.db"))
        with database.transaction() as tx:
            for step in MIGRATIONS[found:]:
                for statement in step:
                    tx.execute(statement)
            tx.execute(f"PRAGMA user_version={VERSION}")


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    target = sqlite3.connect(path)
    try:
        connection.backup(target)
    finally:
        target.close()
