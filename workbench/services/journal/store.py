"""The journal's tables, as one sees them in SQL: who is durable, turns, checkpoints, events, replies by key.

Every row of turns and checkpoints carries a CRC-32 of what it says and whose it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.journal import Damage, Event, JournalInfo, Part, Post, Timer
from workbench.api.messages import Envelope, Payload
from workbench.api.turn_text import from_line, from_part_line, part_line, to_envelope_line
from workbench.api.turns import HostCall, Turn
from workbench.services.journal.sizes import Size, Sizes
from workbench.services.means import Scope
from workbench.storage.database import Database, Row, Transaction

ENDED, RUNS, SUPERVISED = range(3)
"""Whether an actor comes back when the node starts, or with its tree."""
INSERT_ACTOR = """
INSERT INTO journal_actors (tenant, namespace, name, module, runs, quarantined) VALUES (?, ?, ?, ?, ?, 0)
ON CONFLICT (tenant, namespace, name) DO UPDATE SET runs = excluded.runs RETURNING number
"""
FIND_ACTOR = "SELECT number, runs FROM journal_actors WHERE tenant = ? AND namespace = ? AND name = ?"
SET_RUNS = "UPDATE journal_actors SET runs = ? WHERE number = ?"
INSERT_TURN = "INSERT INTO journal (actor, seq, line, crc) VALUES (?, ?, ?, ?)"
INSERT_EVENT = "INSERT INTO journal_events (actor, sequence, type, payload, recorded) VALUES (?, ?, ?, ?, ?)"
INSERT_CHECKPOINT = """
INSERT OR REPLACE INTO journal_checkpoints
(actor, seq, events, state, fsm_state, clock_ns, drawn, taken, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_REPLY = "INSERT OR REPLACE INTO journal_replies (actor, key, line, expires) VALUES (?, ?, ?, ?)"
FIND_REPLY = "SELECT line FROM journal_replies WHERE actor = ? AND key = ? AND expires > ?"
EXPIRE_REPLIES = "DELETE FROM journal_replies WHERE expires <= ?"
FIND_EFFECT = "SELECT value FROM journal_effects WHERE actor = ? AND key = ?"
INSERT_EFFECT = "INSERT OR IGNORE INTO journal_effects (actor, key, value) VALUES (?, ?, ?)"
TURNS = "SELECT seq, line, crc FROM journal WHERE actor = ? AND seq > ? ORDER BY seq LIMIT ?"
CHECKPOINT = "SELECT * FROM journal_checkpoints WHERE actor = ? ORDER BY seq DESC LIMIT 1"
FIRST = "SELECT seq, line, crc FROM journal WHERE actor = ? ORDER BY seq LIMIT 1"
BIRTH = "SELECT birth FROM journal_actors WHERE number = ?"
SET_BIRTH = "UPDATE journal_actors SET birth = ?, module = ? WHERE number = ?"
LAST = """
SELECT (SELECT max(seq) FROM journal WHERE actor = :actor) AS seq,
       (SELECT max(seq) FROM journal_checkpoints WHERE actor = :actor) AS checkpoint,
       (SELECT max(sequence) FROM journal_events WHERE actor = :actor) AS event
"""
EVENTS = """
SELECT sequence, type, payload, recorded FROM journal_events
WHERE actor = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
"""
INSERT_POST = "INSERT INTO journal_posts (actor, line) VALUES (?, ?) RETURNING id"
DELETE_POST = "DELETE FROM journal_posts WHERE id = ?"
POSTS = "SELECT id, line FROM journal_posts WHERE actor = ? ORDER BY id"
INSERT_TIMER = "INSERT INTO journal_timers (actor, number, due, line) VALUES (?, ?, ?, ?)"
TAKE_TIMER = "DELETE FROM journal_timers WHERE actor = ? AND number = ? RETURNING line"
TIMERS = "SELECT number, due, line FROM journal_timers WHERE actor = ? ORDER BY due"
NOTHING_WAITS = tuple(
    f"DELETE FROM {table} WHERE actor = ?" for table in ("journal_posts", "journal_timers", "journal_parts")
)
INSERT_PART = "INSERT INTO journal_parts (actor, position, post, line) VALUES (?, ?, ?, ?)"
PARTS = "SELECT post, line FROM journal_parts WHERE actor = ? ORDER BY position"
DELETE_PARTS = "DELETE FROM journal_parts WHERE actor = ?"
COMPACT_EVENTS = "DELETE FROM journal_events WHERE actor = ? AND sequence <= ?"
COMPACT = "DELETE FROM journal WHERE actor = ? AND seq <= ?"
FORGET = tuple(
    f"DELETE FROM {table} WHERE {column} = ?"
    for table, column in (
        ("journal", "actor"), ("journal_events", "actor"), ("journal_checkpoints", "actor"),
        ("journal_replies", "actor"), ("journal_parts", "actor"), ("journal_effects", "actor"),
        ("journal_posts", "actor"), ("journal_timers", "actor"), ("journal_actors", "number"),
    )
)  # fmt: skip
QUARANTINE = (
    "INSERT INTO journal_quarantine (actor, seq, line, crc, what) SELECT actor, seq, line, crc, ? FROM journal "
    "WHERE actor = ? AND seq = ?",
    "DELETE FROM journal WHERE actor = ? AND seq = ?",
    "UPDATE journal_actors SET quarantined = quarantined + 1 WHERE number = ?",
)
LIST = """
SELECT a.*, (SELECT count(*) FROM journal_events e WHERE e.actor = a.number) AS events,
       (SELECT max(seq) FROM journal_checkpoints c WHERE c.actor = a.number) AS checkpoint,
       (SELECT max(taken) FROM journal_checkpoints c WHERE c.actor = a.number) AS taken
FROM journal_actors a WHERE a.tenant = ? AND a.namespace = ? AND (? = '' OR a.name = ?) ORDER BY a.name
"""
NEEDING = "SELECT tenant, namespace, name FROM journal_actors WHERE module = ? AND runs != ?"
RUNNING = "SELECT tenant, namespace, name, birth FROM journal_actors WHERE runs = 1 AND birth NOT NULL ORDER BY number"


def crc(actor: int, seq: int, content: Payload) -> int:
    """Of what a row says and whose it is."""
    data = content if isinstance(content, bytes) else content.encode()
    return zlib.crc32(data, zlib.crc32(f"{actor}:{seq}:".encode()))


def add_turn(tx: Transaction, actor: int, seq: int, line: str) -> None:
    tx.execute(INSERT_TURN, (actor, seq, line, crc(actor, seq, line)))


def add_part(tx: Transaction, actor: int, part: Part) -> None:
    tx.execute(INSERT_PART, (actor, part.position, part.number, part_line(part.calls, part.envelope)))


def parts(database: Database, actor: int) -> tuple[Envelope, int, list[HostCall]] | None:
    """The message of the turn that was cut off, its number if it is kept, and what had been done."""
    envelope, number, calls = None, 0, list[HostCall]()
    for row in database.query(PARTS, (actor,)):
        found, some = from_part_line(row["line"])
        envelope, number = envelope or found, number or row["post"]
        calls.extend(some)
    return None if envelope is None else (envelope, number, calls)


def add_post(tx: Transaction, actor: int, line: str) -> int:
    number: int = tx.execute(INSERT_POST, (actor, line)).fetchone()[0]
    return number


def kept(database: Database, actor: ActorId, number: int) -> list[Post]:
    """Messages that wait, oldest first."""
    return [Post(actor, to_envelope_line(row["line"]), True, row["id"]) for row in database.query(POSTS, (number,))]


def timers(database: Database, actor: int) -> list[Timer]:
    rows = database.query(TIMERS, (actor,))
    return [Timer(row["number"], row["due"], to_envelope_line(row["line"])) for row in rows]


def number_of(database: Database, actor: ActorId) -> int | None:
    rows = database.query(FIND_ACTOR, (actor.tenant, actor.namespace, actor.name))
    return int(rows[0][0]) if rows else None


def runs(database: Database, actor: ActorId) -> int:
    """ENDED also of one that never was."""
    rows = database.query(FIND_ACTOR, (actor.tenant, actor.namespace, actor.name))
    return int(rows[0]["runs"]) if rows else ENDED


def infos(database: Database, sizes: Sizes, scope: Scope, name: str = "") -> list[JournalInfo]:
    """Of all actors of a tenant and namespace, or of the one of this name."""
    rows = database.query(LIST, (*scope, name, name))
    return [_info(row, sizes.of(row["number"], row["quarantined"])) for row in rows]


def _info(row: Row, size: Size) -> JournalInfo:
    return JournalInfo(
        ActorId(row["name"], row["namespace"], row["tenant"]), row["module"], size.first, size.last, size.entries,
        row["events"], row["checkpoint"] or 0, row["taken"] or 0.0, size.bytes, bool(row["runs"]), row["quarantined"],
    )  # fmt: skip


def running(database: Database) -> list[tuple[ActorId, Turn]]:
    """Who is brought back when the node starts, and as what. Whose birth was cut off was never there."""
    return [
        (ActorId(row["name"], row["namespace"], row["tenant"]), from_line(row["birth"]))
        for row in database.query(RUNNING)
    ]


def turns(database: Database, actor: int, after: int, limit: int) -> Iterator[Turn | tuple[int, str]]:
    """Turns in order; for one that is damaged its number and what is wrong."""
    for row in database.query(TURNS, (actor, after, limit)):
        yield read(actor, row)


def read(actor: int, row: Row) -> Turn | tuple[int, str]:
    seq, line = row["seq"], row["line"]
    if not isinstance(line, str) or crc(actor, seq, line) != row["crc"]:
        return seq, "its checksum does not fit what it says"
    try:
        turn = from_line(line)
    except Invalid as error:
        return seq, error.message
    return turn if turn.seq == seq else (seq, f"it says that it is turn {turn.seq:,}")


def events(database: Database, actor: int, after: int, upto: int, limit: int) -> list[Event]:
    rows = database.query(EVENTS, (actor, after, upto, limit))
    return [Event(row["sequence"], row["type"], row["payload"], row["recorded"]) for row in rows]


def damages(database: Database, actor: ActorId, number: int, chunk: int = 1_000) -> Iterator[Damage]:
    """Every entry that is not what was written, and every gap."""
    after, expected = 0, 0
    while True:
        found = list(turns(database, number, after, chunk))
        for turn in found:
            seq = turn.seq if isinstance(turn, Turn) else turn[0]
            if expected and seq != expected:
                yield Damage(actor, expected, f"turns {expected:,} to {seq - 1:,} are missing")
            if not isinstance(turn, Turn):
                yield Damage(actor, seq, turn[1])
            expected = seq + 1
        if len(found) < chunk:
            return
        after = expected - 1
