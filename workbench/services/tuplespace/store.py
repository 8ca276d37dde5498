"""Tuples in the workspace's file: written through, read once when the node starts.

Fields are a JSON array that any SQLite tool shows. Bytes are `{"base64": text}`; what JSON has no number for is
`{"float": "inf"}`, `"-inf"` or `"nan"`. Actors are told of tuples in the same way.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator

from workbench.api.tuplespace import Tuple, TupleValue
from workbench.services.means import Scope
from workbench.services.tuplespace.index import Held
from workbench.storage.database import Database, Transaction

_INSERT = "INSERT INTO tuples (id, tenant, namespace, fields, written, expires, author) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DELETE = "DELETE FROM tuples WHERE id = ?"
_EXPIRED = "SELECT id, tenant, namespace FROM tuples WHERE expires <= ? ORDER BY expires LIMIT ?"
_NEXT = "SELECT min(expires) FROM tuples WHERE expires IS NOT NULL"
_PAGE = "SELECT id, tenant, namespace, fields, written, expires, author FROM tuples WHERE id > ? ORDER BY id LIMIT ?"
_EXTENT = "SELECT count(*), coalesce(max(id), 0) FROM tuples"
PAGE = 1_000
_encode = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: `json.dumps` with an option makes an encoder for each call, which takes longer than the call."""


def insert(tx: Transaction, scope: Scope, held: Held) -> None:
    tx.execute(_INSERT, (held.id, *scope, as_json(held.fields), held.written, held.expires, held.author))


def delete(tx: Transaction, number: int) -> None:
    tx.execute(_DELETE, (number,))


def expired(tx: Transaction, now: float, limit: int) -> list[tuple[int, Scope]]:
    """Up to `limit` tuples whose time has come."""
    rows = tx.execute(_EXPIRED, (now, limit)).fetchall()
    return [(row["id"], (row["tenant"], row["namespace"])) for row in rows]


def next_expiry(database: Database) -> float | None:
    found: float | None = database.query(_NEXT)[0][0]
    return found


def extent(database: Database) -> tuple[int, int]:
    """How many tuples there are, and the highest id."""
    count, last = database.query(_EXTENT)[0]
    return count, last


def load(database: Database) -> Iterator[tuple[Scope, Held]]:
    """Every tuple, oldest first."""
    last = 0
    while rows := database.query(_PAGE, (last, PAGE)):
        for row in rows:
            fields = from_json(row["fields"])
            size = sum(map(_size, fields))
            held = Held(row["id"], fields, size, row["written"], row["expires"], row["author"])
            yield (row["tenant"], row["namespace"]), held
        last = rows[-1]["id"]


def as_json(fields: Tuple) -> str:
    return _encode([_plain(field) for field in fields])


def from_json(text: str) -> Tuple:
    return tuple(_value(field) for field in json.loads(text))


def _plain(field: TupleValue) -> object:
    if isinstance(field, bytes):
        return {"base64": base64.b64encode(field).decode()}
    if isinstance(field, float) and not math.isfinite(field):
        return {"float": str(field)}
    return field


def _value(field: object) -> TupleValue:
    if not isinstance(field, dict):
        return field  # type: ignore[return-value]  # it was a value when it was written
    return base64.b64decode(field["base64"]) if "base64" in field else float(field["float"])


def _size(field: TupleValue) -> int:
    if isinstance(field, str):
        return len(field) if field.isascii() else len(field.encode())
    return len(field) if isinstance(field, bytes) else 8


def subscription_text(subscription: str, fields: Tuple) -> str:
    """What an actor is told of a tuple."""
    return _encode({"subscription": subscription, "tuple": [_plain(each) for each in fields]})
