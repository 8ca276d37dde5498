"""The filter line of every table, and the conditions on a timeline, as pure functions.

    filter = term*                      all of them must hold
    term   = ["-"] (word | field op value)      "-" turns it round
    word   = value                      the row's name contains it
    op     = ":" is  "~" contains  "=" "!=" ">" ">=" "<" "<="
    value  = text | '"' text '"' | "/" regular expression "/"
                                        numbers take k M G, KiB MiB GiB, us ms s

Text compares without regard to case, and with > and < as the number that it is; words with an order of their own
(levels) compare with > and < too. A term on a number that was not measured does not hold. What has several values (the
host calls of a turn) is what one of them is, and `!=` says that none is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Value: TypeAlias = str | float | None
Found: TypeAlias = Value | tuple[str, ...]
Lookup: TypeAlias = Callable[[str], Found]
Ranks: TypeAlias = Mapping[str, tuple[str, ...]]
"""By field: its words in rising order."""
NO_RANKS: Ranks = {}
BEGINS = "^"
"""Asks a lookup for what a plain word may be the beginning of."""
LEAST_BEGINNING = 4

_TERM = re.compile(
    r"(?P<not>-)?(?:(?P<field>[A-Za-z_][\w/.]*)(?P<op>!=|>=|<=|[:~=<>]))?"
    r'(?P<value>"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/|[^\s"]*)(?=\s|$)'
)
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([A-Za-zµ]*)")
_UNITS = {
    "": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "kib": 1024.0, "mib": 1024.0**2, "gib": 1024.0**3,
    "kb": 1e3, "mb": 1e6, "gb": 1e9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0,
}  # fmt: skip
_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


MEMBERS = ".*"
"""A field that ends so stands for all members below it: `state.*` for `state.count`."""


class Expression(Protocol):
    """A regular expression, without regard to case. `problem` says why it cannot be read. Who has one for the window
    and who has one for a command use different engines, neither of which may try for ever."""

    problem: str

    def is_in(self, text: str) -> bool: ...
    def is_all_of(self, text: str) -> bool: ...


Compile: TypeAlias = Callable[[str], Expression]


class FilterError(ValueError):
    """What is wrong with a filter, and where: characters `start` to `end`."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; an empty field means the row's name. `number` is the value read as a number, where it is one.

    `pattern` is set when the value is a regular expression, `ranks` when the field's words have an order.
    """

    field: str
    op: str
    value: str
    number: float | None
    negated: bool = False
    pattern: Expression | None = None
    ranks: tuple[str, ...] = ()

    def holds(self, lookup: Lookup) -> bool:
        found = self._holds(lookup(self.field)) or (self._is_beginning and self._begins(lookup(BEGINS)))
        return found is not self.negated

    @property
    def _is_beginning(self) -> bool:
        """A plain word that is long enough for the beginning of a hash."""
        return not self.field and self.op == "~" and self.pattern is None and len(self.value) >= LEAST_BEGINNING

    def _begins(self, found: Found) -> bool:
        return _text(found).startswith(self.value.lower())

    def _holds(self, found: Found) -> bool:
        if isinstance(found, tuple):
            some = any if self.op != "!=" else all
            return some(self._holds(each) for each in found)
        if self.op in _ORDER:
            if isinstance(found, str):
                found = _rank(found, self.ranks) if self.ranks else read_number(found)
            return isinstance(found, int | float) and self.number is not None and _ORDER[self.op](found, self.number)
        if self.op == "!=":
            return not self._equals(found)
        if self.op == "~":
            if self.pattern is not None:
                return self.pattern.is_in(_plain(found))
            return self.value.lower() in _text(found)
        return self._equals(found)

    def _equals(self, found: Value) -> bool:
        if self.pattern is not None:
            return self.pattern.is_all_of(_plain(found))
        if isinstance(found, int | float):
            return self.number is not None and found == self.number
        return _text(found) == self.value.lower()


@dataclass(frozen=True, slots=True)
class Filter:
    """All terms of one line."""

    terms: tuple[Term, ...] = ()

    def matches(self, lookup: Lookup) -> bool:
        """Raises what the expression raises when it has too much to try."""
        return all(term.holds(lookup) for term in self.terms)

    @property
    def may_be_slow(self) -> bool:
        """Whether a regular expression is among the terms: they are not for the Qt thread."""
        return any(term.pattern is not None for term in self.terms)

    def names(self, field: str) -> bool:
        """Whether a term is about this field."""
        return any(term.field == field for term in self.terms)


def parse(line: str, fields: Collection[str], ranks: Ranks = NO_RANKS, *, expression: Compile) -> Filter:
    """Read a filter; FilterError says what is wrong and where. Fields are named without regard to case."""
    known = {field.lower(): field for field in fields}
    terms = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        found = _TERM.match(line, at)
        if found is None or found.end() == at:
            end = next((i for i in range(at, len(line)) if line[i].isspace()), len(line))
            raise FilterError("a quote is not closed" if '"' in line[at:] else f"cannot read {line[at:end]!r}", at, end)
        terms.append(_term(found, known, ranks, expression))
        at = found.end()
    return Filter(tuple(terms))


def _field(written: str, known: Mapping[str, str]) -> str | None:
    """The field that is meant; a member is named as it is, below a field that has members."""
    if (field := known.get(written.lower())) is not None:
        return field
    head, dot, rest = written.partition(".")
    above = known.get(head.lower() + MEMBERS) if dot and rest else None
    return None if above is None else f"{above.removesuffix(MEMBERS)}.{rest}"


def _term(found: re.Match[str], known: Mapping[str, str], ranks: Ranks, expression: Compile) -> Term:
    field, op, raw = found["field"] or "", found["op"] or "~", found["value"]
    start, end = found.span()
    meant = _field(field, known) if field else ""
    if meant is None:
        raise FilterError(f"no column {field!r}; there are {', '.join(sorted(known.values()))}", start, end)
    if not raw:
        raise FilterError(f"nothing follows {found[0]!r}", start, end)
    field = meant
    words = ranks.get(field, ())
    value = re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') else raw
    number = _rank(value, words) if words else read_number(value)
    if op in _ORDER and number is None:
        wanted = f"one of {', '.join(words)}" if words else "a number"
        raise FilterError(f"{op} wants {wanted}, not {value!r}", start, end)
    return Term(field, op, value, number, bool(found["not"]), _pattern(raw, start, end, expression), words)


def _pattern(raw: str, start: int, end: int, expression: Compile) -> Expression | None:
    if len(raw) < 3 or not (raw.startswith("/") and raw.endswith("/")):
        return None
    found = expression(raw[1:-1])
    if found.problem:
        raise FilterError(f"not a regular expression: {found.problem}", start, end)
    return found


def _rank(found: Value, words: tuple[str, ...]) -> float | None:
    return float(words.index(_text(found))) if _text(found) in words else None


def read_number(text: str) -> float | None:
    """A number with an optional unit, or None."""
    found = _NUMBER.fullmatch(text.strip())
    factor = _UNITS.get(found[2].lower()) if found else None
    return float(found[1]) * factor if found and factor is not None else None


def quote(value: str) -> str:
    """`value` as a filter writes it, quoted where it has to be."""
    if value and not re.search(r'[\s"\\]', value) and not value.startswith("/"):
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _plain(found: Found) -> str:
    if isinstance(found, tuple):
        return " ".join(found)
    return "" if found is None else str(found)


def _text(found: Found) -> str:
    return _plain(found).lower()
