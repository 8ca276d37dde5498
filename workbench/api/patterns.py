"""Tuples and patterns as text, for the command line, the app and the eye: `("order", int, ?, > 10)`.

    "text" 'text'   as in JSON, in either quotes          ?                          anything
    7  -1           a whole number                        text int float bytes boolean null
    1.5  1e9        a float; also inf, -inf, nan                                     any value of the type
    x"00ff"         bytes                                 = != < <= > >= VALUE       a comparison
    true false      a boolean                             in [VALUE, ...]            one of these
    null            nothing                               startsWith: endsWith: contains: regex: "TEXT"

The outer parentheses may be left out. What is written here is read back as the same fields.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from types import NoneType

from workbench.api.errors import Invalid
from workbench.api.tuplespace import (
    ANY,
    KINDS,
    OPERATORS,
    TYPES,
    Pattern,
    PatternField,
    Tuple,
    TupleValue,
    Where,
    check_pattern,
    check_tuple,
)

SHOWN = 40
_WORDS: Mapping[str, PatternField] = {
    "true": True, "false": False, "null": None, "inf": math.inf, "nan": math.nan, "?": ANY,
    "str": str, "bool": bool, **{name: kind for name, kind in TYPES.items() if kind is not NoneType},
}  # fmt: skip
_TOKEN = re.compile(
    r"""
    (?P<bytes>x"[^"]*" | x'[^']*')
  | (?P<text>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
  | (?P<float>[+-]?(?:\d+\.\d*(?:[eE][+-]?\d+)? | \.\d+(?:[eE][+-]?\d+)? | \d+[eE][+-]?\d+ | inf\b))
  | (?P<int>[+-]?\d+)
  | (?P<operator>!= | <= | >= | = | < | > | in\b | (?:startsWith|endsWith|contains|regex):)
  | (?P<word>[^\W\d]\w* | \?)
  | (?P<mark>[()\[\],])
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")


def write_tuple(fields: Sequence[TupleValue]) -> str:
    """The tuple as text."""
    return f"({', '.join(map(write_value, fields))})"


def write_pattern(pattern: Pattern) -> str:
    """The pattern as text."""
    return f"({', '.join(map(write_field, pattern))})"


def write_field(field: PatternField) -> str:
    """One field of a pattern as text."""
    if field is ANY:
        return "?"
    if isinstance(field, type):
        return KINDS[field]
    if isinstance(field, Where):
        if isinstance(field.operand, tuple):
            return f"{field.operator} [{', '.join(map(write_value, field.operand))}]"
        return f"{field.operator} {write_value(field.operand)}"
    return write_value(field)  # type: ignore[arg-type]  # nothing else is left


def write_value(field: TupleValue) -> str:
    """One field of a tuple as text."""
    if isinstance(field, str):
        return json.dumps(field, ensure_ascii=not field.isprintable())
    if isinstance(field, bytes):
        return f'x"{field.hex()}"'
    return json.dumps(field) if field is None or isinstance(field, bool) else repr(field)


def parse_tuple(text: str) -> Tuple:
    """The fields that a text stands for. Invalid says what is wrong with it, and where."""
    return check_tuple(_Reader(text).fields(values_only=True))  # type: ignore[arg-type]  # values only


def parse_pattern(text: str) -> tuple[PatternField, ...]:
    """The pattern that a text stands for. Invalid says what is wrong with it, and where."""
    return check_pattern(_Reader(text).fields(values_only=False))


class _Reader:
    """One text, read from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._kind = self._token = ""
        self._start = 0
        self._next()

    def fields(self, *, values_only: bool) -> list[PatternField]:
        closing = ")" if self._token == "(" and self._kind == "mark" else ""
        if closing:
            self._next()
        found: list[PatternField] = []
        while not self._is(closing):
            found.append(self._value() if values_only else self._field())
            if not self._separated(closing):
                break
        if closing:
            self._next()
        if self._kind:
            raise self._wrong("the end is expected")
        return found

    def _separated(self, closing: str) -> bool:
        """Whether more may follow behind a comma."""
        if self._is(closing):
            return False
        if not self._is(","):
            raise self._wrong(f"a comma{f' or {closing!r}' if closing else ''} is expected")
        self._next()
        return True

    def _is(self, mark: str) -> bool:
        """Whether this is the mark; the empty one is the end."""
        return self._kind == "mark" and self._token == mark if mark else not self._kind

    def _field(self) -> PatternField:
        if self._kind == "operator":
            operator = self._token
            self._next()
            return Where(operator, self._values() if operator == "in" else self._value())
        if self._kind == "word" and self._token in _WORDS:
            found = _WORDS[self._token]
            self._next()
            return found
        return self._value("a value, a type, ? or a test")

    def _values(self) -> Tuple:
        if not self._is("["):
            raise self._wrong("`in` needs a list: '[' is expected")
        self._next()
        found: list[TupleValue] = []
        while not self._is("]"):
            found.append(self._value())
            if not self._separated("]"):
                break
        self._next()
        return tuple(found)

    def _value(self, wanted: str = "a value") -> TupleValue:
        kind, token = self._kind, self._token
        found: object = ANY
        if kind == "text":
            found = self._unquoted(token)
        elif kind == "int":
            if len(token) > 20:
                raise self._wrong("a whole number of 64 bits is expected")
            found = int(token)
        elif kind == "float":
            found = float(token)
        elif kind == "bytes":
            found = self._bytes(token[2:-1])
        elif kind == "word":
            found = _WORDS.get(token, ANY)
        if found is ANY or isinstance(found, type):
            raise self._wrong(f"{wanted} is expected")
        self._next()
        return found  # type: ignore[return-value]  # a value: nothing else is left

    def _unquoted(self, token: str) -> str:
        if token[0] == "'":
            inner = re.sub(r"\\.|\"", lambda m: {'"': r"\"", r"\'": "'"}.get(m[0], m[0]), token[1:-1], flags=re.DOTALL)
            token = f'"{inner}"'
        try:
            found: str = json.loads(token, strict=False)
        except ValueError as error:
            raise self._wrong(f"the text cannot be read ({getattr(error, 'msg', error)})") from None
        return found

    def _bytes(self, digits: str) -> bytes:
        try:
            return bytes.fromhex(digits)
        except ValueError:
            raise self._wrong('pairs of hexadecimal digits are expected in x"…"') from None

    def _next(self) -> None:
        self._start = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches nothing as well
        found = _TOKEN.match(self._text, self._start)
        if found is None and self._start < len(self._text):
            self._kind, self._token = "", self._text[self._start :]
            unclosed = self._token[0] in "\"'"
            raise self._wrong("the text has no end" if unclosed else "this is not understood", whole=unclosed)
        self._kind, self._token = (str(found.lastgroup), found[0]) if found else ("", "")
        self._at = found.end() if found else len(self._text)

    def _wrong(self, sentence: str, *, whole: bool = False) -> Invalid:
        token = self._token if whole or self._kind else self._token[:1]
        shown = f"{token[:SHOWN]!r}" if token else "the end"
        if "expected" in sentence:
            return Invalid(f"character {self._start + 1}: {sentence}, not {shown}")
        return Invalid(f"character {self._start + 1}: {shown}: {sentence}; tests are {' '.join(OPERATORS)}")
