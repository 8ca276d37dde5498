"""What services hold, as rows of tables: which there are in a bundle, and what a row of each must be. Pure.

The columns are those of the workspace, in their order, and of what is in memory alone: groups and leases of messages.
A row from a stranger is checked here: kind and size of every value.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from workbench.api.errors import Invalid
from workbench.debug.bundle.manifest import LATEST

Row: TypeAlias = tuple[Any, ...]
TEXT_BYTES = 64 << 20
"""The longest text or bytes of one value."""
NAME_CHARACTERS = 4_096
"""The longest name, of whatever."""
DEPTH = 50


class Table(NamedTuple):
    """`columns` are name and kind; `key` the columns that tell a row from all others."""

    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    @property
    def key_places(self) -> list[int]:
        """Where the columns of the key stand."""
        names = self.names
        return [names.index(name) for name in self.key]


def _table(columns: str, key: str) -> Table:
    """Kinds: `name`, `text`, `json`, `int`, `flag`, `time`, `value` (a text or bytes); with `?` it may be absent."""
    pairs = (column.split(":") for column in columns.split())
    return Table(tuple((name, kind) for name, kind in pairs), tuple(key.split()))


SCOPE = "tenant:name namespace:name "
TABLES = {
    "keyvalue": _table(
        SCOPE + "key:name value:value version:int changed:time expires:time? author:name", "tenant namespace key"
    ),
    "tuples": _table("id:int " + SCOPE + "fields:tuple written:time expires:time? author:name", "id"),
    "queues": _table(
        "number:int " + SCOPE + "name:name visibility_ms:int max_attempts:int max_length:int dead_letter_queue:name "
        "created:time", "number",
    ),
    "queued": _table(
        "seq:int queue:int visible:time expires:time? attempts:int origin:name reason:text died:time? type:name "
        "payload:value headers:texts sent:time sender:name size:int", "seq",
    ),
    "locks": _table(
        SCOPE + "name:name holder:name outside:flag version:int since:time expires:time", "tenant namespace name"
    ),
    "lock_versions": _table(SCOPE + "newest:int", "tenant namespace"),
    "registry": _table(
        SCOPE + "id:name object_type:name address:text labels:texts ttl_ms:int? health:health registered:time "
        "heartbeat:time owner:name outside:flag", "tenant namespace id",
    ),
    "blobs": _table(
        "store:name " + SCOPE + "bucket:name key:name object:name size:int hash:name content_type:text text:flag "
        "metadata:texts modified:time author:name", "store tenant namespace bucket key",
    ),
    "leases": _table(
        SCOPE + "delivery:name message:int holder:name outside:flag ends:time", "tenant namespace delivery"
    ),
    "process_groups": _table(
        SCOPE + "name:name actor:name number:int since:time joins:joins", "tenant namespace name actor"
    ),
}  # fmt: skip
MEMORY = ("leases", "process_groups")
"""What a node holds in memory alone."""
HEALTHS = ("healthy", "degraded", "unhealthy")


def written(row: Sequence[Any]) -> list[Any]:
    """A row as values of JSON."""
    return [{"b64": b64encode(value).decode()} if isinstance(value, bytes) else value for value in row]


def unwritten(found: Any) -> Row:
    """The row that `written` made these values of. Invalid: they are none."""
    if not isinstance(found, list):
        raise Invalid("there is no list where a row belongs")
    return tuple(_bytes(value) if isinstance(value, dict) else value for value in found)


def _bytes(value: dict[str, Any]) -> bytes:
    try:
        return b64decode(value["b64"], validate=True)
    except (KeyError, ValueError, TypeError):
        raise Invalid("a value of a row is neither a text, a number nor bytes") from None


def checked(table: str, found: Any, scope: tuple[str, str]) -> Row:
    """A row of this table and of this tenant and namespace, from values of JSON. Invalid says what is wrong with it."""
    known = TABLES.get(table)
    if known is None:
        raise Invalid(f"there is no table {table[:40]!r}")
    row = unwritten(found)
    if len(row) != len(known.columns):
        raise Invalid(f"a row of {table} has {len(known.columns)} values, not {len(row):,}")
    for (name, kind), value in zip(known.columns, row, strict=True):
        if value is None and kind.endswith("?"):
            continue
        if not _fits(kind.rstrip("?"), value):
            raise Invalid(f"{name} of a row of {table} is wrong: {str(value)[:40]!r}")
        if name in ("tenant", "namespace") and value != scope[name == "namespace"]:
            raise Invalid(f"a row of {table} is of another {name}: {value[:40]!r}")
    return row


def _fits(kind: str, value: Any) -> bool:
    if kind in ("int", "flag"):
        return type(value) is int and (-(1 << 63) <= value < 1 << 63 if kind == "int" else value in (0, 1))
    if kind == "time":
        return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= LATEST
    if kind == "value" and isinstance(value, bytes):
        return len(value) <= TEXT_BYTES
    if not isinstance(value, str) or len(value) > (NAME_CHARACTERS if kind == "name" else TEXT_BYTES):
        return False
    if kind == "health":
        return value in HEALTHS
    return kind not in ("tuple", "texts", "joins") or _is_json(kind, value)


def _is_json(kind: str, text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if kind == "texts":
        return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    if not isinstance(found, list):
        return False
    if kind == "joins":
        return all(isinstance(each, list) and all(isinstance(topic, str) for topic in each) for each in found)
    return all(map(_is_field, found))


def _is_field(field: Any) -> bool:
    """Of a tuple, as the tuple space writes it."""
    if isinstance(field, dict):
        if field.keys() == {"base64"}:
            try:
                return bool(b64decode(field["base64"], validate=True)) or field["base64"] == ""
            except (ValueError, TypeError):
                return False
        return field.keys() == {"float"} and field["float"] in ("inf", "-inf", "nan")
    if isinstance(field, int) and not isinstance(field, bool):
        return -(1 << 63) <= field < 1 << 63
    return field is None or isinstance(field, str | float | bool)
