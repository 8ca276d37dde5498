"""What matches, and why something does not."""

from __future__ import annotations

import math
from types import NoneType

import pytest
from hypothesis import given
from tuple_cases import fields, naive, patterns

from workbench.api import ANY, Invalid, Where, where
from workbench.api.tuplespace import OPERATORS, PatternField, Tuple, TupleValue, check_pattern, check_tuple
from workbench.services.tuplespace.matching import Matcher, distance, gap, misses, sentence

NAN = math.nan


@pytest.mark.parametrize(
    ("field", "yes", "no"),
    [
        (1, [1], [1.0, True, "1", b"1", None, 2]),
        (1.0, [1.0], [1, True]),
        (True, [True], [1, 1.0, False]),
        ("a", ["a"], [b"a", "A", "ab"]),
        (None, [None], [0, "", False]),
        (NoneType, [None], [0]),
        (0.0, [0.0, -0.0], [0, False]),
        (NAN, [NAN, float("-nan")], [0.0, None]),
        (math.inf, [math.inf], [-math.inf, 1e308]),
        (int, [0, -5], [1.0, True, "1"]),
        (bool, [True], [1]),
        (float, [1.0, NAN, math.inf], [1]),
        (ANY, [1, None, "", NAN], []),
        (where("=", 1), [1], [1.0, True]),
        (where("!=", 1), [2, 1.0, True, "a", None], [1]),
        (where("!=", NAN), [1.0], [NAN]),
        (where("<", 5), [4, -9], [5, 4.0, True, "1"]),
        (where(">=", 1.5), [1.5, math.inf], [2, NAN, 1.0]),
        (where("<", NAN), [], [1.0, NAN]),
        (where(">", "b"), ["c", "ü"], ["b", "a", b"c"]),
        (where("<=", b"b"), [b"b", b""], [b"ba", "a"]),
        (where("in", [1, "a", NAN]), [1, "a", NAN], [1.0, True, "b"]),
        (where("in", []), [], [1, None]),
        (where("startsWith:", "or"), ["order", "or"], ["Order", b"or", 1]),
        (where("endsWith:", "er"), ["order"], ["orde"]),
        (where("contains:", "rd"), ["order"], ["oder", b"rd"]),
        (where("regex:", "^o.*r$"), ["order", "or"], ["xorder", b"order", 1]),
        (where("regex:", "ü+$"), ["süü"], ["s"]),
    ],
)
def test_a_field_matches_exactly_what_it_says(field: PatternField, yes: list[TupleValue], no: list[TupleValue]) -> None:
    matcher = Matcher((field,))
    for value in yes:
        assert matcher.matches((value,)) and not misses(matcher, (value,)), value
    for value in no:
        assert not matcher.matches((value,)) and len(misses(matcher, (value,))) == 1, value
    assert not matcher.matches((*yes[:1], *no[:1], None))


@given(patterns(), fields())
def test_matching_is_what_a_look_at_every_field_says(pattern: tuple[PatternField, ...], found: Tuple) -> None:
    matcher = Matcher(pattern)
    assert matcher.matches(found) == naive(pattern, found) == (not misses(matcher, found))


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ((where("like", 1),), "field 1: there is no test 'like'; there are = != < <= > >= in startsWith:"),
        ((1, where("STARTSWITH:", "a")), "field 2: there is no test"),
        ((where("<", None),), "`<` compares texts, numbers and bytes, not null"),
        ((where("in", 5),), "`in` needs a list of values, not int"),
        ((where("contains:", b"a"),), "`contains:` needs a text, not bytes"),
        ((where("=", (1,)),), "a field is a text, int, float, bytes, boolean or null, not tuple"),
        ((list,), "tuples have no fields of type list"),
        (([1],), "not list"),
        ((), "1 to 64 fields, this one has 0"),
        (("x" * 70_000,), "up to 65,536 bytes, this one has 70,000"),
        ("abc", "a sequence of fields, not str"),
        ((1 << 63,), "no whole number of 64 bits"),
        ((where("regex:", "(a"),), "the regular expression '\\(a' cannot be used: missing \\)"),
        ((where("regex:", "(?=a)"),), "cannot be used: invalid perl operator"),
        ((where("regex:", "(a)\\1"),), "cannot be used: invalid escape sequence"),
        ((where("regex:", "\\pL{1000}"),), "cannot be used: pattern too large"),
    ],
)
def test_what_is_no_pattern_is_refused_at_once(pattern: tuple[PatternField, ...], says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        Matcher(pattern)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ((), "a tuple has 1 to 64 fields, this one has 0"),
        ((1,) * 65, "this one has 65"),
        (("ü" * 40_000,), "a tuple has up to 65,536 bytes, this one has 80,000"),
        ((int,), "a field is a text, int, float, bytes, boolean or null, not type"),
        ((-(1 << 63) - 1,), "no whole number of 64 bits"),
        (("\ud800",), "is no Unicode text"),
    ],
)
def test_what_is_no_tuple_is_refused(found: tuple[TupleValue, ...], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_tuple(found)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "([a-z]+)*$", "(.*a){20}$"])
def test_an_expression_that_explodes_elsewhere_is_searched_in_linear_time(expression: str) -> None:
    matcher = Matcher((where("regex:", expression + "c"),))
    assert matcher.slow and not matcher.matches(("a" * 60_000,))


def test_every_test_is_tested() -> None:
    for operator in OPERATORS:
        operand: object = (1,) if operator == "in" else "a"
        assert check_pattern((Where(operator, operand),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "found", "reasons", "says"),
    [
        (("order", int), ("order", "7"), ["type"], 'field 2 is text ("7"), int is wanted'),
        (("order", 7), ("order", 7.0), ["type"], "field 2 is float (7.0), int is wanted"),
        (("order", 7), ("order", 8), ["value"], "field 2 is 8, not 7"),
        ((where(">", 10), ANY), (7, 1), ["test"], "field 1 is 7, which fails the test > 10"),
        ((where(">", 10), ANY), (7.5, 1), ["type"], "field 1 is float (7.5), int is wanted"),
        ((where("in", [1, 2]),), ("x",), ["test"], 'field 1 is "x", which fails the test in [1, 2]'),
        ((1, 2), (3, "x"), ["value", "type"], "field 1 is 3, not 1; field 2 is text"),
        ((1, 2), (1,), ["missing"], "it has 1 field, the pattern 2"),
        ((1,), (1, 2, 3), ["missing", "missing"], "it has 3 fields, the pattern 1"),
    ],
)
def test_a_miss_says_which_field_fails_in_which_way(
    pattern: tuple[PatternField, ...], found: Tuple, reasons: list[str], says: str
) -> None:
    matcher = Matcher(pattern)
    why = misses(matcher, found)
    assert [miss.reason for miss in why] == reasons
    assert says in sentence(matcher, found, why)


def test_a_wrong_value_is_nearer_than_a_wrong_type_and_that_than_another_length() -> None:
    matcher = Matcher(("order", 7))
    far = [distance(misses(matcher, found)) for found in (("order", 8), ("order", "7"), ("x", 8), ("order",))]
    assert far == sorted(far) and len(set(far)) == 4


@given(patterns(), fields())
def test_how_far_off_a_tuple_is_needs_no_words(pattern: tuple[PatternField, ...], found: Tuple) -> None:
    matcher = Matcher(pattern)
    assert gap(matcher, found) == distance(misses(matcher, found))
    assert (gap(matcher, found) == 0) is matcher.matches(found)
