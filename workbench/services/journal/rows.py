"""The rows of the journal's tables: each has a checksum of all that it says and whose it is.

A row that is not what was written is never handed out. It is named, and moved to `journal_quarantine`; a reply and a
side effect stay where they are, since without them something would be done a second time.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from workbench.api.errors import WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.turn_text import from_line
from workbench.api.turns import Turn
from workbench.storage.database import Row, Transaction

T = TypeVar("T")
Value: TypeAlias = str | bytes | int | float | None
UNFIT = "its checksum does not fit what it says"
MALFORMED = (WorkbenchError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What malformed text can cause in what reads it."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are what the checksum in `crc` covers, in this order: first whose row it is, then which of its rows."""

    name: str
    columns: tuple[str, ...]
    crc: str = "crc"

    @property
    def insert(self) -> str:
        names = (*self.columns, self.crc)
        return f"INSERT INTO {self.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"

    @property
    def replace(self) -> str:
        return self.insert.replace("INSERT", "INSERT OR REPLACE", 1)

    @property
    def of_actor(self) -> str:
        """All rows of an actor."""
        return f"SELECT * FROM {self.name} WHERE {self.columns[0]} = ? ORDER BY {self.columns[1]}"

    @property
    def one(self) -> str:
        """The row of an actor that is the one of this number or key."""
        return f"SELECT * FROM {self.name} WHERE {self.columns[0]} = ? AND {self.columns[1]} = ?"

    @property
    def delete(self) -> str:
        return f"DELETE FROM {self.name} WHERE {self.columns[0]} = ? AND {self.columns[1]} = ?"


TURNS = Table("journal", ("actor", "seq", "line"))
EVENTS = Table("journal_events", ("actor", "sequence", "type", "payload", "recorded"))
CHECKPOINTS = Table(
    "journal_checkpoints",
    ("actor", "seq", "events", "state", "fsm_state", "clock_ns", "drawn", "taken", "crc"),
    "whole",
)
POSTS = Table("journal_posts", ("actor", "id", "line"))
TIMERS = Table("journal_timers", ("actor", "number", "due", "line"))
PARTS = Table("journal_parts", ("actor", "position", "post", "line"))
REPLIES = Table("journal_replies", ("actor", "key", "line", "expires"))
EFFECTS = Table("journal_effects", ("actor", "key", "value"))
QUARANTINE = Table("journal_quarantine", ("actor", "seq", "line", "crc", "what", "origin"), "whole")
ACTORS = Table(
    "journal_actors",
    (
        "number", "tenant", "namespace", "name", "module", "birth", "runs", "quarantined", "first", "first_event",
        "last", "last_event", "checkpoint",
    ),
)  # fmt: skip
OWNED = (TURNS, EVENTS, CHECKPOINTS, POSTS, TIMERS, PARTS, REPLIES, EFFECTS, QUARANTINE)
ACTOR = "SELECT * FROM journal_actors WHERE number = ?"


def of_turn(actor: int, seq: int, line: str | bytes) -> int:
    """The checksum of a turn, or of a checkpoint's state."""
    data = line if isinstance(line, bytes) else line.encode(errors="surrogateescape")
    return zlib.crc32(data, zlib.crc32(f"{actor}:{seq}:".encode()))


def checksum(*values: Value) -> int:
    """Of the values of a row, in order, each with its kind and its length."""
    found = 0
    for value in values:
        if isinstance(value, bytes):
            kind, data = "b", value
        elif isinstance(value, str):
            kind, data = "t", value.encode(errors="surrogateescape")
        else:
            kind, data = "n", repr(value).encode()
        found = zlib.crc32(data, zlib.crc32(f"{kind}{len(data)}:".encode(), found))
    return found


def add(tx: Transaction, table: Table, *values: Value, replace: bool = False) -> None:
    tx.execute(table.replace if replace else table.insert, (*values, checksum(*values)))


def unchecked(table: Table, row: Row) -> bool:
    """It was written before rows of this table had a checksum."""
    return row[table.crc] is None


def wrong(table: Table, row: Row) -> str:
    """Why it is not what was written; empty when it is, or when nobody can tell."""
    values = [row[column] for column in table.columns]
    if table is TURNS:
        line = row["line"]
        fits = isinstance(line, str) and of_turn(row["actor"], row["seq"], line) == row["crc"]
    elif unchecked(table, row):
        if any(isinstance(value, str) and clean(value) != value for value in values):
            return "it is no text"
        fits = table is not CHECKPOINTS or _old_checkpoint_fits(row)
    else:
        fits = checksum(*values) == row[table.crc]
    return "" if fits else UNFIT


def _old_checkpoint_fits(row: Row) -> bool:
    state = row["state"]
    return isinstance(state, str | bytes) and of_turn(row["actor"], row["seq"], state) == row["crc"]


def clean(text: Any) -> str:
    """What can be shown of a text that may be damaged."""
    return str(text).encode(errors="surrogateescape").decode(errors="replace")


def parsed(read: Callable[[str], T], line: Any) -> T | str:
    """What `read` makes of it, or the sentence that says why it makes nothing."""
    try:
        return read(line)
    except MALFORMED as error:
        return reason(error)


def reason(error: Exception) -> str:
    return clean(error.message) if isinstance(error, WorkbenchError) else f"it cannot be read: {clean(error)}"


def actor_of(row: Row) -> ActorId:
    return ActorId(clean(row["name"]), clean(row["namespace"]), clean(row["tenant"]))


def birth_of(row: Row) -> Turn | str | None:
    """The newest birth of an actor, or why it cannot come back; None: it never came to life."""
    if said := wrong(ACTORS, row):
        return f"its row in journal_actors is damaged: {said}"
    if row["birth"] is None:
        return None
    found = parsed(from_line, row["birth"])
    if isinstance(found, str):
        return f"its birth is damaged: {found}"
    return found if found.birth is not None else "its birth is damaged: the turn does not say what was born"


def change_actor(tx: Transaction, number: int, **changes: Value) -> None:
    """Change columns of an actor's row. One that is damaged stays so: its checksum must not come to fit."""
    rows = tx.as_stored(ACTOR, (number,))
    if not rows:
        return
    row, names = rows[0], ", ".join(f"{column} = ?" for column in changes)
    values = [changes.get(column, row[column]) for column in ACTORS.columns]
    crc = row["crc"] if wrong(ACTORS, row) else checksum(*values)
    tx.execute(f"UPDATE journal_actors SET {names}, crc = ? WHERE number = ?", (*changes.values(), crc, number))


def put_aside(tx: Transaction, table: Table, actor: int, which: int | str, what: str) -> None:
    """Move a damaged row to `journal_quarantine`, with all that it says."""
    for row in tx.as_stored(table.one, (actor, which)):
        said = row["line"] if table is TURNS else _told(table, row)
        line = said.encode(errors="surrogateescape") if isinstance(said, str) and clean(said) != said else said
        crc = row[table.crc]
        number = which if isinstance(which, int) else 0
        add(tx, QUARANTINE, actor, number, line, crc if isinstance(crc, int) else 0, what, table.name)
    tx.execute(table.delete, (actor, which))
    for row in tx.as_stored(ACTOR, (actor,)):
        if isinstance(row["quarantined"], int):
            change_actor(tx, actor, quarantined=row["quarantined"] + 1)


def _told(table: Table, row: Row) -> str:
    found: dict[str, Any] = {}
    for column in table.columns:
        value = row[column]
        found[column] = {"b64": b64encode(value).decode()} if isinstance(value, bytes) else value
    return json.dumps(found)
