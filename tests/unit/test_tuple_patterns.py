"""Tuples and patterns as text: what is written is read back, and what cannot be read is refused with its place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from tuple_cases import fields, patterns, same, values

from workbench.api import ANY, Invalid, Where, parse_pattern, parse_tuple, write_pattern, write_tuple
from workbench.api.tuplespace import PatternField, Tuple


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('("order", int, ?, > 10)', ("order", int, ANY, Where(">", 10))),
        ('"order",7', ("order", 7)),
        ("('it\\'s \"x\"',)", ('it\'s "x"',)),
        ("1, 1.0, 1e0, -7, +7, .5, 5.", (1, 1.0, 1.0, -7, 7, 0.5, 5.0)),
        ("inf, -inf, +inf", (math.inf, -math.inf, math.inf)),
        ("true, false, null", (True, False, None)),
        ("x\"00fF\", x''", (b"\0\xff", b"")),
        ("text, str, int, float, bytes, boolean, bool", (str, str, int, float, bytes, bool, bool)),
        ('in [1, "a", null,]', (Where("in", (1, "a", None)),)),
        ("in []", (Where("in", ()),)),
        ("!= 1, <= 2.5, >= 'a', = null", (Where("!=", 1), Where("<=", 2.5), Where(">=", "a"), Where("=", None))),
        ('startsWith: "a", endsWith:"b", contains: "", regex: "^a|b$"',
         (Where("startsWith:", "a"), Where("endsWith:", "b"), Where("contains:", ""), Where("regex:", "^a|b$"))),
        ('"tab\\t\\u00fc\n"', ("tab\tü\n",)),
    ],
)  # fmt: skip
def test_a_pattern_is_read(text: str, pattern: tuple[PatternField, ...]) -> None:
    assert parse_pattern(text) == pattern
    assert parse_pattern(write_pattern(pattern)) == pattern


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1 to 64 fields, this one has 0"),
        ("()", "1 to 64 fields, this one has 0"),
        ("(1", "character 3: a comma or '\\)' is expected, not the end"),
        ("(1) 2", "character 5: the end is expected, not '2'"),
        ("1 2", "character 3: a comma is expected, not '2'"),
        ("1,,2", "character 3: a value, a type, \\? or a test is expected, not ','"),
        ("order", "character 1: a value, a type, \\? or a test is expected, not 'order'"),
        ('("a", @)', "character 7: '@': this is not understood; tests are ="),
        ('"open', "character 1: '\"open': the text has no end"),
        ('"\\q"', "character 1: the text cannot be read|character 1: .*cannot be read"),
        ('x"0"', "character 1: pairs of hexadecimal digits are expected"),
        ("> int", "character 3: a value is expected, not 'int'"),
        ("in 5", "character 4: `in` needs a list"),
        ("in [int]", "character 5: a value is expected"),
        ("matches: 'a'", "character 1: a value, a type"),
        ("~ 5", "character 1: '~': this is not understood"),
        ("9223372036854775808", "9223372036854775808 is no whole number of 64 bits"),
        ("1" * 30, "character 1: a whole number of 64 bits is expected"),
        ("> true", "field 1: `>` compares texts, numbers and bytes, not boolean"),
        ("regex: 5", "field 1: `regex:` needs a text, not int"),
        ('"\\ud800"', "is no Unicode text"),
        (", ".join("1" * 65), "1 to 64 fields, this one has 65"),
    ],
)
def test_what_is_no_pattern_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as raised:
        parse_pattern(text)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 300


@pytest.mark.parametrize("text", ["?", "int", "> 1", "(1, in [1])"])
def test_a_tuple_has_values_alone(text: str) -> None:
    with pytest.raises(Invalid, match=r"character \d: a value is expected"):
        parse_tuple(text)


@given(fields(values, most=5))
def test_a_tuple_comes_back_from_its_text(found: Tuple) -> None:
    back = parse_tuple(write_tuple(found))
    assert len(back) == len(found) and all(map(same, back, found))


@given(patterns(values, most=5))
def test_a_pattern_comes_back_from_its_text(pattern: tuple[PatternField, ...]) -> None:
    text = write_pattern(pattern)
    back = parse_pattern(text)
    assert write_pattern(back) == text and len(back) == len(pattern)
    for one, other in zip(back, pattern, strict=True):
        assert type(one) is type(other)


@given(fields(values).map(write_tuple))
def test_what_is_shown_is_one_line(text: str) -> None:
    assert len(text.splitlines()) == 1
