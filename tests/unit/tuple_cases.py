"""Tuples and patterns for hypothesis, and what matches told as plainly as can be: by looking at everything."""

from __future__ import annotations

import re
from types import NoneType

from hypothesis import strategies as st

from workbench.api.tuplespace import ANY, INT_LEAST, INT_MOST, ORDERS, PatternField, Tuple, TupleValue, Where

FEW: tuple[TupleValue, ...] = (0, 1, -1, 2, 0.0, -0.0, 1.0, float("nan"), float("inf"), True, False, None,
                               "", "a", "b", "ab", "1", b"", b"a", b"ab")  # fmt: skip
"""So few values that equal ones meet."""
few = st.sampled_from(FEW)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = few | st.integers(INT_LEAST, INT_MOST) | st.floats() | texts | st.binary(max_size=20)
ordered = st.sampled_from([each for each in FEW if isinstance(each, str | bytes | float) or type(each) is int])


def fields(of: st.SearchStrategy[TupleValue] = few, most: int = 3) -> st.SearchStrategy[Tuple]:
    return st.lists(of, min_size=1, max_size=most).map(tuple)


def tests(of: st.SearchStrategy[TupleValue]) -> st.SearchStrategy[Where]:
    text = texts | st.sampled_from(["a", "b", ""])
    return st.one_of(
        st.builds(Where, st.sampled_from(["=", "!="]), of),
        st.builds(Where, st.sampled_from(ORDERS), ordered),
        st.builds(Where, st.just("in"), st.lists(of, max_size=3).map(tuple)),
        st.builds(Where, st.sampled_from(["startsWith:", "endsWith:", "contains:"]), text),
        st.builds(Where, st.just("regex:"), text.map(re.escape).filter(lambda e: "\0" not in e and e.isascii())),
    )


def pattern_fields(of: st.SearchStrategy[TupleValue] = few) -> st.SearchStrategy[PatternField]:
    kinds = st.sampled_from([str, int, float, bytes, bool])
    return of | st.just(ANY) | kinds | tests(of)


def patterns(of: st.SearchStrategy[TupleValue] = few, most: int = 3) -> st.SearchStrategy[tuple[PatternField, ...]]:
    return st.lists(pattern_fields(of), min_size=1, max_size=most).map(tuple)


def same(one: TupleValue, other: TupleValue) -> bool:
    return type(one) is type(other) and (one == other or (one != one and other != other))


def naive(pattern: tuple[PatternField, ...], found: Tuple) -> bool:
    return len(pattern) == len(found) and all(map(_passes, pattern, found))


def _passes(field: PatternField, found: TupleValue) -> bool:
    if field is ANY:
        return True
    if isinstance(field, type):
        return type(found) is (NoneType if field is NoneType else field)
    if not isinstance(field, Where):
        return same(field, found)
    operand = field.operand
    if isinstance(operand, tuple):
        return any(same(each, found) for each in operand)
    match field.operator:
        case "=":
            return same(operand, found)
        case "!=":
            return not same(operand, found)
    if type(operand) is not type(found):
        return False
    match field.operator, operand, found:
        case "<", _, _:
            return found < operand  # type: ignore[operator]
        case "<=", _, _:
            return found <= operand  # type: ignore[operator]
        case ">", _, _:
            return found > operand  # type: ignore[operator]
        case ">=", _, _:
            return found >= operand  # type: ignore[operator]
        case "startsWith:", str(), str():
            return found.startswith(operand)
        case "endsWith:", str(), str():
            return found.endswith(operand)
        case "contains:", str(), str():
            return operand in found
    assert isinstance(operand, str) and isinstance(found, str)
    return re.search(operand, found) is not None
