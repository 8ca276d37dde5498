"""Whether a tuple matches a pattern, and if not, why. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from workbench.api.patterns import write_field, write_pattern, write_tuple, write_value
from workbench.api.tuplespace import ANY, KINDS, FieldMiss, PatternField, Tuple, TupleValue, Where, check_pattern
from workbench.services.tuplespace.regex import searcher

Key: TypeAlias = Any
"""Equal for equal values and for no others: 1, 1.0 and True have three."""
Test: TypeAlias = Callable[[Any], bool]
_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_UNKEYED = (str, bytes)
SHOWN = 60
FAR = {"value": 2, "test": 2, "type": 3, "missing": 100}
"""How far off one field is, by the reason of its miss."""


def key(field: TupleValue) -> Key:
    """The key of a value."""
    kind = type(field)
    if kind in _UNKEYED or field is None:
        return field
    return (kind, field) if field == field else (kind, None)  # NaN is one value here


def equal(one: TupleValue, other: TupleValue) -> bool:
    return type(one) is type(other) and (one == other or (one != one and other != other))


class Matcher:
    """A pattern made ready. `exact` are the positions and keys of its fields that must equal a value.

    `slow` says that a match may take long for a large text: not to be done while others wait.
    """

    __slots__ = ("arity", "exact", "pattern", "slow", "tests")

    def __init__(self, pattern: Sequence[PatternField]) -> None:
        self.pattern = check_pattern(pattern)
        self.arity = len(self.pattern)
        exact: list[tuple[int, Key]] = []
        tests: list[tuple[int, Test]] = []
        slow: list[tuple[int, Test]] = []
        for index, field in enumerate(self.pattern):
            if type(field) in KINDS:
                exact.append((index, key(field)))  # type: ignore[arg-type]  # a value, by its type
                tests.append((index, _equals(field)))  # type: ignore[arg-type]  # the same
            elif isinstance(field, Where):
                if field.operator == "=":
                    exact.append((index, key(field.operand)))  # type: ignore[arg-type]  # only `in` has a list
                (slow if field.operator == "regex:" else tests).append((index, test(field)))
            elif field is not ANY:
                tests.append((index, test(field)))
        self.exact, self.slow = tuple(exact), bool(slow)
        self.tests = (*tests, *slow)

    def matches(self, fields: Tuple) -> bool:
        if len(fields) != self.arity:
            return False
        for index, passes in self.tests:  # noqa: SIM110  # this is the innermost loop, and `all` takes twice the time
            if not passes(fields[index]):
                return False
        return True

    def __str__(self) -> str:
        return write_pattern(self.pattern)


def test(field: PatternField) -> Test:
    """One field of a pattern as a function of the field of a tuple."""
    if field is ANY:
        return lambda _: True
    if isinstance(field, type):
        return lambda found: type(found) is field
    if not isinstance(field, Where):
        return _equals(field)  # type: ignore[arg-type]  # nothing but a value is left
    name, operand = field.operator, field.operand
    match operand:
        case tuple():
            keys = frozenset(map(key, operand))
            return lambda found: key(found) in keys
        case _ if name in ("=", "!="):
            equals = _equals(operand)
            return equals if name == "=" else lambda found: not equals(found)
        case _ if name in _ORDERS:
            kind, compare = type(operand), _ORDERS[name]
            return lambda found: type(found) is kind and compare(found, operand)  # type: ignore[arg-type]  # ordered
    assert isinstance(operand, str)
    return _text_test(name, operand)


def _equals(wanted: TupleValue) -> Test:
    kind = type(wanted)
    if wanted != wanted:
        return lambda found: type(found) is kind and found != found
    return lambda found: type(found) is kind and found == wanted


def _text_test(name: str, operand: str) -> Test:
    match name:
        case "startsWith:":
            return lambda found: type(found) is str and found.startswith(operand)
        case "endsWith:":
            return lambda found: type(found) is str and found.endswith(operand)
        case "contains:":
            return lambda found: type(found) is str and operand in found
    search = searcher(operand)
    return lambda found: type(found) is str and search(found.encode()) is not None


def misses(matcher: Matcher, fields: Tuple) -> tuple[FieldMiss, ...]:
    """Every field that keeps a tuple from matching; none when it matches."""
    found = [_miss(index, matcher.pattern[index], fields[index]) for index, passes in matcher.tests
             if index < len(fields) and not passes(fields[index])]  # fmt: skip
    for index in range(len(fields), matcher.arity):
        wanted = write_field(matcher.pattern[index])
        sentence = f"there is no field {index + 1}, where {wanted[:SHOWN]} is wanted"
        found.append(FieldMiss(index + 1, "missing", wanted, None, sentence))
    for index in range(matcher.arity, len(fields)):
        sentence = f"there is a field {index + 1}, which is one too many: {write_value(fields[index])[:SHOWN]}"
        found.append(FieldMiss(index + 1, "missing", "", fields[index], sentence))
    return tuple(sorted(found, key=lambda miss: miss.position))


def distance(found: Sequence[FieldMiss]) -> int:
    """How far off: a wrong value is nearer than a wrong type, and that nearer than another length."""
    return sum(FAR[miss.reason] for miss in found)


def gap(matcher: Matcher, fields: Tuple) -> int:
    """The distance of the misses, without a word about them: of thousands of tuples only the closest are told."""
    far = FAR["missing"] * abs(len(fields) - matcher.arity)
    for index, passes in matcher.tests:
        if index < len(fields) and not passes(fields[index]):
            expected = _kind_wanted(matcher.pattern[index])
            far += FAR["value" if expected is None or expected is type(fields[index]) else "type"]
    return far


def sentence(matcher: Matcher, fields: Tuple, found: Sequence[FieldMiss]) -> str:
    """Why a tuple does not match, for a person."""
    return f"{write_tuple(fields)[:SHOWN]}: {reason(matcher, fields, found)}"


def reason(matcher: Matcher, fields: Tuple, found: Sequence[FieldMiss]) -> str:
    """The same without the tuple."""
    if len(fields) != matcher.arity:
        return f"it has {len(fields)} field{'s' * (len(fields) != 1)}, the pattern {matcher.arity}"
    return "; ".join(miss.sentence for miss in found)


def _miss(index: int, field: PatternField, found: TupleValue) -> FieldMiss:
    wanted, shown, kind = write_field(field), write_value(found)[:SHOWN], KINDS[type(found)]
    expected = _kind_wanted(field)
    at = f"field {index + 1} is "
    if expected is not None and expected is not type(found):
        needs = f"{wanted[:SHOWN]} is wanted" if isinstance(field, type) else f"{KINDS[expected]} is wanted"
        said = f"{at}{kind} ({shown}), {needs}"
        return FieldMiss(index + 1, "type", wanted, found, said)
    if isinstance(field, Where):
        return FieldMiss(index + 1, "test", wanted, found, f"{at}{shown}, which fails the test {wanted[:SHOWN]}")
    return FieldMiss(index + 1, "value", wanted, found, f"{at}{shown}, not {wanted[:SHOWN]}")


def _kind_wanted(field: PatternField) -> type | None:
    """The type without which nothing passes; None when several may."""
    if isinstance(field, type):
        return field
    if isinstance(field, Where):
        return None if field.operator in ("!=", "in") else type(field.operand)
    return type(field)
