"""The journal's tables, as one sees them in SQL: who is durable, turns, checkpoints, events, replies by key.

What is read here is compared with its checksum (see rows.py); for what is damaged stands a sentence that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workbench.api.identity import ActorId
from workbench.api.journal import Checkpoint, Event, JournalInfo, Part, Post, Timer
from workbench.api.messages import Envelope, Payload
from workbench.api.turn_text import from_line, from_part_line, part_line, to_envelope_line
from workbench.api.turns import HostCall, Turn
from workbench.services.journal import rows
from workbench.services.journal.rows import (
    ACTORS,
    CHECKPOINTS,
    EFFECTS,
    EVENTS,
    OWNED,
    PARTS,
    POSTS,
    REPLIES,
    TIMERS,
    TURNS,
    Table,
    add,
    wrong,
)
from workbench.services.journal.sizes import Size, Sizes
from workbench.services.means import Scope
from workbench.storage.database import Database, Row, Transaction

T = TypeVar("T")
ENDED, RUNS, SUPERVISED = range(3)
"""Whether an actor comes back when the node starts, or with its tree."""
INSERT_ACTOR = """
INSERT INTO journal_actors (tenant, namespace, name, module, runs, quarantined, first, first_event)
VALUES (?, ?, ?, ?, ?, 0, 1, 1) RETURNING number
"""
INSERT_TURN = "INSERT INTO journal (actor, seq, line, crc) VALUES (?, ?, ?, ?)"
EXPIRED = "SELECT * FROM journal_replies WHERE expires <= ?"
INSERT_EFFECT = "INSERT OR IGNORE INTO journal_effects (actor, key, value, crc) VALUES (?, ?, ?, ?)"
READ_TURNS = "SELECT * FROM journal WHERE actor = ? AND seq > ? ORDER BY seq LIMIT ?"
FIRST = "SELECT * FROM journal WHERE actor = ? ORDER BY seq LIMIT 1"
LAST = """
SELECT (SELECT max(seq) FROM journal WHERE actor = :actor) AS seq,
       (SELECT max(sequence) FROM journal_events WHERE actor = :actor) AS event
"""
READ_EVENTS = """
SELECT * FROM journal_events WHERE actor = ? AND sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?
"""
INSERT_POST = "INSERT INTO journal_posts (actor, line) VALUES (?, ?) RETURNING id"
SEAL_POST = "UPDATE journal_posts SET crc = ? WHERE id = ?"
DELETE_POST = "DELETE FROM journal_posts WHERE id = ?"
NOTHING_WAITS = tuple(
    f"DELETE FROM {table} WHERE actor = ?" for table in ("journal_posts", "journal_timers", "journal_parts")
)
DELETE_PARTS = "DELETE FROM journal_parts WHERE actor = ?"
COMPACT_EVENTS = "DELETE FROM journal_events WHERE actor = ? AND sequence <= ?"
COMPACT = "DELETE FROM journal WHERE actor = ? AND seq <= ?"
FORGET = tuple(f"DELETE FROM {table.name} WHERE {table.columns[0]} = ?" for table in (*OWNED, ACTORS))
# The rows themselves, whatever an index says of them.
ALL = "SELECT * FROM journal_actors NOT INDEXED ORDER BY number"
LIST = """
SELECT a.*, (SELECT count(*) FROM journal_events e WHERE e.actor = a.number) AS events,
       (SELECT max(seq) FROM journal_checkpoints c WHERE c.actor = a.number) AS checkpointed,
       (SELECT max(taken) FROM journal_checkpoints c WHERE c.actor = a.number) AS taken
FROM journal_actors a NOT INDEXED WHERE a.tenant = ? AND a.namespace = ? AND (? = 0 OR a.number = ?)
ORDER BY a.name
"""
NEEDLESS = """
SELECT count(*) AS entries, total(length(CAST(j.line AS BLOB))) AS bytes
FROM journal_actors a JOIN journal j ON j.actor = a.number
WHERE a.tenant = ? AND a.namespace = ?
AND j.seq <= (SELECT max(c.seq) FROM journal_checkpoints c WHERE c.actor = a.number)
"""
NEEDING = "SELECT tenant, namespace, name FROM journal_actors WHERE module = ? AND runs != ?"


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is not what was written: which, and why."""

    table: Table
    which: int | str
    what: str


def add_turn(tx: Transaction, actor: int, seq: int, line: str) -> None:
    tx.execute(INSERT_TURN, (actor, seq, line, rows.of_turn(actor, seq, line)))


def add_part(tx: Transaction, actor: int, part: Part) -> None:
    add(tx, PARTS, actor, part.position, part.number, part_line(part.calls, part.envelope))


def add_checkpoint(tx: Transaction, actor: int, found: Checkpoint) -> None:
    add(
        tx, CHECKPOINTS, actor, found.seq, found.events, found.state, found.fsm_state, found.clock_ns, found.drawn,
        float(found.taken), rows.of_turn(actor, found.seq, found.state), replace=True,
    )  # fmt: skip


def add_post(tx: Transaction, actor: int, line: str) -> int:
    number: int = tx.execute(INSERT_POST, (actor, line)).fetchone()[0]
    tx.execute(SEAL_POST, (rows.checksum(actor, number, line), number))
    return number


def _either(table: Table, row: Row, make: Callable[[Row], T]) -> T | Bad:
    said = wrong(table, row)
    if not said:
        try:
            return make(row)
        except rows.MALFORMED as error:
            said = rows.reason(error)
    return Bad(table, row[table.columns[1]], said)


def parts(database: Database, actor: int) -> tuple[Envelope, int, list[HostCall]] | Sequence[Bad] | None:
    """The message of the turn that was cut off, its number if it is kept, and what had been done.

    When one of its parts is damaged or missing, all of them are bad: nobody knows what had been done.
    """
    envelope, number, calls, why = None, 0, list[HostCall](), ""
    found = database.as_stored(PARTS.of_actor, (actor,))
    for row in found:
        some = _either(PARTS, row, lambda row: from_part_line(row["line"]))
        if isinstance(some, Bad):
            why = f"part {row['position']} is damaged: {some.what}"
        elif row["position"] != len(calls):
            why = f"what was before part {row['position']} is missing"
        if isinstance(some, Bad) or why:
            break
        envelope, number = envelope or some[0], number or row["post"]
        calls.extend(some[1])
    if found and envelope is None:
        why = why or "it does not say which message it is of"
    if not why:
        return None if envelope is None else (envelope, number, calls)
    # Handled again from the start it would be done twice: its message goes with it.
    kept = {row["post"] for row in found}
    posts = [row["id"] for row in database.as_stored(POSTS.of_actor, (actor,)) if row["id"] in kept]
    said = f"it belongs to a turn that was cut off, of which {why}"
    return [*(Bad(PARTS, row["position"], said) for row in found), *(Bad(POSTS, post, said) for post in posts)]


def kept(database: Database, actor: ActorId, number: int) -> list[Post | Bad]:
    """Messages that wait, oldest first."""
    return [
        _either(POSTS, row, lambda row: Post(actor, to_envelope_line(row["line"]), True, row["id"]))
        for row in database.as_stored(POSTS.of_actor, (number,))
    ]


def timers(database: Database, actor: int) -> list[Timer | Bad]:
    found = [timer(row) for row in database.as_stored(TIMERS.of_actor, (actor,))]
    return sorted(found, key=lambda each: each.due if isinstance(each, Timer) else 0.0)


def timer(row: Row) -> Timer | Bad:
    return _either(TIMERS, row, lambda row: Timer(row["number"], float(row["due"]), to_envelope_line(row["line"])))


def reply(row: Row) -> Turn | Bad:
    return _either(REPLIES, row, lambda row: from_line(row["line"]))


def effect(row: Row) -> tuple[Payload] | Bad:
    return _either(EFFECTS, row, lambda row: (row["value"],))


def actor(database: Database, number: int) -> Row:
    """The row of an actor that is there."""
    return database.as_stored(rows.ACTOR, (number,))[0]


def infos(database: Database, sizes: Sizes, scope: Scope, number: int = 0) -> list[JournalInfo]:
    """Of all actors of a tenant and namespace, or of the one of this number."""
    found = database.as_stored(LIST, (*scope, number, number))
    return [_info(row, sizes.of(row["number"], row["quarantined"])) for row in found]


def _info(row: Row, size: Size) -> JournalInfo:
    return JournalInfo(
        rows.actor_of(row), rows.clean(row["module"]), size.first, size.last, size.entries, row["events"],
        row["checkpointed"] or 0, row["taken"] or 0.0, size.bytes, bool(row["runs"]), row["quarantined"],
    )  # fmt: skip


def needless(database: Database, scope: Scope) -> tuple[int, int]:
    """How many turns compaction would remove of a tenant and namespace, and their bytes."""
    row = database.as_stored(NEEDLESS, scope)[0]
    return row["entries"], int(row["bytes"])


def running(database: Database) -> list[tuple[ActorId, Turn | str]]:
    """Who is brought back when the node starts, and as what, or why it cannot be. Whose birth was cut off was never
    there; of a row that is damaged nobody knows whether its actor had ended."""
    found: list[tuple[ActorId, Turn | str]] = []
    for row in database.as_stored(ALL):
        birth = rows.birth_of(row)
        if birth is not None and (row["runs"] == RUNS or (isinstance(birth, str) and wrong(ACTORS, row))):
            found.append((rows.actor_of(row), birth))
    return found


def checkpoint(database: Database, actor: int) -> Checkpoint | Bad | None:
    found = database.as_stored(CHECKPOINTS.of_actor, (actor,))
    return _either(CHECKPOINTS, found[-1], _checkpoint) if found else None


def _checkpoint(row: Row) -> Checkpoint:
    return Checkpoint(
        row["seq"], row["events"], row["state"], row["fsm_state"], row["clock_ns"], row["drawn"], row["taken"]
    )


def turns(database: Database, actor: int, after: int, limit: int) -> Iterator[Turn | tuple[int, str]]:
    """Turns in order; for one that is damaged its number and what is wrong."""
    for row in database.as_stored(READ_TURNS, (actor, after, limit)):
        yield read(row)


def read(row: Row) -> Turn | tuple[int, str]:
    seq = row["seq"]
    if said := wrong(TURNS, row):
        return seq, said
    turn = rows.parsed(from_line, row["line"])
    if isinstance(turn, str):
        return seq, turn
    return turn if turn.seq == seq else (seq, f"it says that it is turn {turn.seq:,}")


def first(database: Database, actor: int, expected: int) -> Turn | None:
    """The oldest turn, unless one before it is missing: then its birth may be a later one, with another state."""
    found = database.as_stored(FIRST, (actor,))
    turn = read(found[0]) if found else None
    return turn if isinstance(turn, Turn) and expected in (0, turn.seq) else None


def events(database: Database, actor: int, after: int, upto: int, limit: int) -> list[Event | Bad]:
    found = database.as_stored(READ_EVENTS, (actor, after, upto, limit))
    return [
        _either(EVENTS, row, lambda row: Event(row["sequence"], row["type"], row["payload"], row["recorded"]))
        for row in found
    ]
