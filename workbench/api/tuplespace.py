"""The tuple space: tuples that are written, matched by patterns and taken, and the facet `node.tuplespace`.

A pattern has a field for each field of the tuples it matches, as in the SDK that actors import:

    "order", 7, 1.5, b"\\0", True, None    that value, of that type: 1 is not 1.0 and not True
    str, int, float, bytes, bool, NoneType any value of the type
    ANY                                    anything
    where(">", 10)                         what passes the test

NaN equals NaN, so that what was written can be taken again; -0.0 equals 0.0; with NaN nothing is less or greater.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, Protocol, TypeAlias

from workbench.api.errors import Invalid
from workbench.api.modules import CancelToken
from workbench.api.names import INT_LEAST, INT_MOST
from workbench.api.value import value

TUPLE_FIELDS = 64
TUPLE_BYTES = 64 << 10
"""Text counts as UTF-8, numbers and the like as 8 bytes."""
TupleValue: TypeAlias = str | int | float | bytes | bool | None
"""One field of a tuple; an int has 64 bits."""
Tuple: TypeAlias = tuple[TupleValue, ...]
KINDS: Mapping[type, str] = {
    str: "text", int: "int", float: "float", bytes: "bytes", bool: "boolean", NoneType: "null"
}  # fmt: skip
"""What a field can be, in the words of the WIT."""
TYPES: Mapping[str, type] = {name: kind for kind, name in KINDS.items()}
ORDERS = ("<", "<=", ">", ">=")
TEXT_TESTS = ("startsWith:", "endsWith:", "contains:", "regex:")
OPERATORS = ("=", "!=", *ORDERS, "in", *TEXT_TESTS)
ORDERED = (str, int, float, bytes)
"""What has an order, each among its own: texts that of their characters, bytes and numbers the usual one."""


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()
"""The pattern field that matches anything."""


@dataclass(frozen=True, slots=True)
class Where:
    """A pattern field that tests; made by `where`. The operand of `in` is a tuple of values."""

    operator: str
    operand: TupleValue | Tuple


PatternField: TypeAlias = TupleValue | type | _Any | Where
Pattern: TypeAlias = Sequence[PatternField]


def where(operator: str, operand: TupleValue | Iterable[TupleValue]) -> Where:
    """A pattern field that matches what passes a test.

    `=` and its opposite `!=`; `<` `<=` `>` `>=` among values of the operand's type; `in` one of several values;
    `startsWith:` `endsWith:` `contains:` `regex:` among texts (a regular expression of RE2, found anywhere).
    """
    if operator == "in" and isinstance(operand, Iterable) and not isinstance(operand, str | bytes):
        return Where(operator, tuple(operand))
    return Where(operator, operand)  # type: ignore[arg-type]  # what is no value is refused when it is used


@value
class TupleEntry:
    """One tuple in the space. `id` grows with each one written; `author` is empty for somebody outside of the actors.

    `expires` is None when it stays.
    """

    id: int
    fields: Tuple
    written: float
    size_bytes: int
    expires: float | None = None
    author: str = ""


@value
class TupleChange:
    """What happened to one tuple. `change` is `written`, `taken`, `replaced`, `removed` or `expired`.

    `author` wrote it, `by` did this. Of large tuples the fields are cut, with `whole` False.
    """

    seq: int
    time: float
    change: str
    id: int
    fields: Tuple
    author: str = ""
    by: str = ""
    whole: bool = True


@value
class TupleShape:
    """All tuples with the same kinds of fields: how many, how large, and when the oldest and newest were written."""

    kinds: tuple[str, ...]
    count: int
    size_bytes: int
    oldest: float
    newest: float


@value
class TupleWaiter:
    """Somebody who waits since `since`, until `until` at most, to `take` or `read` what matches `pattern` (as text).

    They are served by `id`. `actor` is empty for somebody outside of the node's actors.
    """

    id: int
    kind: str
    pattern: str
    actor: str
    since: float
    until: float


@value
class FieldMiss:
    """Why one field does not match: `reason` is `type`, `value`, `test` or `missing` (a tuple of another length).

    `position` counts from 1, `wanted` is the field of the pattern as text, `sentence` says it to a person.
    """

    position: int
    reason: str
    wanted: str
    found: TupleValue
    sentence: str


@value
class NearMiss:
    """A tuple that almost matches, and each field that is in the way."""

    entry: TupleEntry
    misses: tuple[FieldMiss, ...]
    sentence: str


@value
class WaiterMiss:
    """Somebody who waits, and each field for which a tuple is not theirs; without any it is just being given."""

    waiter: TupleWaiter
    misses: tuple[FieldMiss, ...]
    sentence: str


class TupleSpace(Protocol):
    """The facet `node.tuplespace`, for one tenant and namespace. Thread-safe.

    A tuple has 1 to TUPLE_FIELDS fields and up to TUPLE_BYTES. Invalid: a tuple or a pattern that cannot be. Exhausted:
    the space is full (limit `tuples` or `tuple-bytes`), or a search by regular expression takes too long (`time`).
    """

    def write(self, fields: Sequence[TupleValue], *, ttl_ms: int | None = None) -> int:
        """Write a tuple, for `ttl_ms` milliseconds or for good; its id. Equal tuples may exist side by side."""
        ...

    def read(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        """The oldest tuple that matches; it stays. Waits up to `timeout` seconds for one; None when there was none.

        Setting `cancel` ends the wait with Conflict.
        """
        ...

    def take(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        """Take the oldest tuple that matches out of the space: one tuple, one taker. Waits like `read`.

        Those who wait are served first come, first served.
        """
        ...

    def read_all(self, pattern: Pattern, *, limit: int = 1_000) -> Sequence[Tuple]:
        """Up to `limit` matching tuples, oldest first; they stay."""
        ...

    def count(self, pattern: Pattern) -> int:
        """How many tuples match."""
        ...

    def compare_and_swap(self, expected: Sequence[TupleValue], replacement: Sequence[TupleValue]) -> bool:
        """Replace the oldest tuple that equals `expected`, atomically; False when there is none.

        The replacement is a write: it is the youngest tuple, stays for good, and who waits for it may get it.
        """
        ...

    def remove(self, number: int) -> bool:
        """Take out the tuple with this id; whether it was there."""
        ...

    def list(self, pattern: Pattern | None = None, *, limit: int = 1_000, after: int = 0) -> Sequence[TupleEntry]:
        """Up to `limit` matching tuples (all tuples without a pattern) with an id beyond `after`, oldest first."""
        ...

    def shapes(self) -> Sequence[TupleShape]:
        """What kinds of tuples there are, the most frequent first."""
        ...

    def waiters(self) -> Sequence[TupleWaiter]:
        """Who waits, in the order in which they are served."""
        ...

    def near_misses(
        self, pattern: Pattern | None = None, *, waiter: int | None = None, limit: int = 10
    ) -> Sequence[NearMiss]:
        """The tuples that come closest to a pattern, or to that of somebody who waits, and why they do not match.

        Looked for among the newest 20,000 tuples. NotFound: nobody waits under that id.
        """
        ...

    def why_not(self, number: int, *, limit: int = 100) -> Sequence[WaiterMiss]:
        """Up to `limit` of those who wait, the closest first, and why the tuple with this id is not theirs.

        NotFound: there is no such tuple.
        """
        ...

    def history(self, pattern: Pattern | None = None, *, limit: int = 200) -> Sequence[TupleChange]:
        """The newest changes still kept (of tuples that match), oldest first: who wrote and who took what, when."""
        ...


class TupleSpaceOfActor(TupleSpace, Protocol):
    """What an actor can do besides: its messages tell it of tuples."""

    def subscribe(self, pattern: Pattern) -> str:
        """Send it `tuple-written` (kind info) for every matching tuple from now on; the subscription's id."""
        ...

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription. NotFound: it has none of that id."""
        ...


def check_tuple(fields: Sequence[TupleValue]) -> Tuple:
    """The tuple, or Invalid."""
    found = _fields(fields, "a tuple")
    size = sum(map(size_of, found))
    if size > TUPLE_BYTES:
        raise Invalid(f"a tuple has up to {TUPLE_BYTES:,} bytes, this one has {size:,}; keep large data elsewhere")
    return found


def check_pattern(pattern: Sequence[PatternField]) -> tuple[PatternField, ...]:
    """The pattern with NoneType as None, or Invalid. Whether a regular expression can be read is not looked at."""
    found = _fields(pattern, "a pattern")
    if NoneType in found:
        found = tuple(None if field is NoneType else field for field in found)
    size = 0
    for index, field in enumerate(found, 1):
        if type(field) in KINDS:
            size += size_of(field)
        elif isinstance(field, Where):
            size += _check_test(index, field)
        elif isinstance(field, type):
            if field not in KINDS:
                raise Invalid(f"field {index}: tuples have no fields of type {field.__name__}")
        elif field is not ANY:
            size += size_of(field)
    if size > TUPLE_BYTES:
        raise Invalid(f"a pattern has up to {TUPLE_BYTES:,} bytes, this one has {size:,}")
    return found


def size_of(field: object) -> int:
    """The bytes of one field, or Invalid when it can be none."""
    kind = type(field)
    if kind is str:
        if field.isascii():  # type: ignore[attr-defined]
            return len(field)  # type: ignore[arg-type]
        try:
            return len(field.encode())  # type: ignore[attr-defined]
        except UnicodeEncodeError:
            raise Invalid(f"{field[:40]!r} is no Unicode text, so it cannot be a field") from None  # type: ignore[index]
    if kind is int:
        if not INT_LEAST <= field <= INT_MOST:  # type: ignore[operator]
            raise Invalid(f"{str(field)[:40]} is no whole number of 64 bits")
        return 8
    if kind is bytes:
        return len(field)  # type: ignore[arg-type]
    if kind not in KINDS:
        raise Invalid(f"a field is a text, int, float, bytes, boolean or null, not {kind.__name__}")
    return 8


def _fields(fields: Sequence[Any], what: str) -> tuple[Any, ...]:
    if isinstance(fields, str | bytes) or not isinstance(fields, Sequence):
        raise Invalid(f"{what} is a sequence of fields, not {type(fields).__name__}")
    if not 1 <= len(fields) <= TUPLE_FIELDS:
        raise Invalid(f"{what} has 1 to {TUPLE_FIELDS} fields, this one has {len(fields):,}")
    return tuple(fields)


def _check_test(index: int, field: Where) -> int:
    operator, operand = field.operator, field.operand
    if operator not in OPERATORS:
        raise Invalid(f"field {index}: there is no test {operator[:40]!r}; there are {' '.join(OPERATORS)}")
    if operator == "in":
        if not isinstance(operand, tuple):
            raise Invalid(f"field {index}: `in` needs a list of values, not {_named(operand)}")
        return sum(map(size_of, operand)) + 8
    if operator in ORDERS and type(operand) not in ORDERED:
        raise Invalid(f"field {index}: `{operator}` compares texts, numbers and bytes, not {_named(operand)}")
    if operator in TEXT_TESTS and not isinstance(operand, str):
        raise Invalid(f"field {index}: `{operator}` needs a text, not {_named(operand)}")
    return size_of(operand)


def _named(operand: object) -> str:
    return KINDS.get(type(operand), type(operand).__name__)
