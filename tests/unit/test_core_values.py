"""Tuples and patterns as JSON: what is taken, what is refused and why, and what comes back."""

from __future__ import annotations

import json
import math
from collections import namedtuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import Invalid
from workbench.wasm import core_values

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
FIELDS = st.one_of(
    st.tuples(st.just("text"), WORDS),
    st.tuples(st.just("int"), st.integers(-(1 << 63), (1 << 63) - 1)),
    st.tuples(st.just("float"), st.floats(allow_nan=False)),
    st.tuples(st.just("bytes"), st.binary(max_size=50)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.just(("null", None)),
)
Kept = namedtuple("Kept", "key value version")  # as the codec makes the record of a host interface


@given(st.lists(FIELDS, max_size=8))
def test_a_tuple_comes_back_as_it_went(tuple_: list[tuple[str, Any]]) -> None:
    written = core_values.plain(tuple_)
    assert isinstance(written, str)
    assert core_values.fields(written) == tuple_
    assert core_values.pattern(written) == [("exact", field) for field in tuple_]
    json.loads(written, parse_constant=pytest.fail)  # it is JSON to every reader, infinity too


def test_a_float_that_is_no_number_is_a_field_too() -> None:
    written = core_values.plain([("float", math.nan)])
    assert written == '[{"float": "nan"}]'
    [(kind, found)] = core_values.fields(written)
    assert kind == "float" and math.isnan(found)


def test_whole_numbers_and_floats_are_told_apart() -> None:
    assert core_values.fields("[1, 1.0, 1e2, -0.0, true]") == [
        ("int", 1),
        ("float", 1.0),
        ("float", 100.0),
        ("float", -0.0),
        ("boolean", True),
    ]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"job"', ("exact", ("text", "job"))),
        ("null", ("exact", ("null", None))),
        ('{"base64": "AAE="}', ("exact", ("bytes", b"\0\1"))),
        ('{"any": true}', ("any", None)),
        ('{"typed": "int"}', ("typed", "int")),
        ('{"predicate": [">=", 5]}', ("predicate", (">=", ("int", 5)))),
        ('{"predicate": ["regex:", "^a"]}', ("predicate", ("regex:", ("text", "^a")))),
    ],
)
def test_every_field_of_a_pattern(field: str, expected: Any) -> None:
    assert core_values.pattern(f"[{field}]") == [expected]


def test_a_predicate_has_the_names_of_the_record_it_stands_for() -> None:
    [(_, predicate)] = core_values.pattern('[{"predicate": ["<", 1]}]')
    assert (predicate.operator, predicate.operand) == ("<", ("int", 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("[1,", "is no JSON"),
        ("[NaN]", "NaN is no JSON"),
        ("[-Infinity]", "-Infinity is no JSON"),
        ("[1e999]", "a float that is too large"),
        ("{}", "is a JSON array, not '{}'"),
        ('"job"', "is a JSON array"),
        ("[9223372036854775808]", "9223372036854775808 is no whole number of 64 bits"),
        ("[" + "9" * 5_000 + "]", "no JSON"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('["\\ud800"]', "no valid Unicode"),
        ("[[1]]", "cannot be a field"),
        ('[{"other": 1}]', "cannot be a field"),
        ('[{"base64": "AA=", "more": 1}]', "cannot be a field"),
        ('[{"base64": "AAE"}]', "is not base64"),
        ('[{"base64": "AÄ=="}]', "is not base64"),
        ('[{"float": "1"}]', "cannot be a field"),
        ('[{"any": true}]', "cannot be a field"),
    ],
)
def test_what_is_no_tuple_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        core_values.fields(text)
    assert said in refused.value.message and len(refused.value.message) < 300


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ('{"any": false}', "cannot be a field"),
        ('{"any": true, "typed": "int"}', "cannot be a field"),
        ('{"typed": "integer"}', "no type 'integer'; there are text, int, float, bytes, boolean, null"),
        ('{"predicate": ["<"]}', "cannot be a field"),
        ('{"predicate": ["in", [1, 2]]}', "cannot be a field"),
        ('{"predicate": [1, 2]}', "cannot be a field"),
    ],
)
def test_what_is_no_field_of_a_pattern_is_refused_in_words(field: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        core_values.pattern(f"[{field}]")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("text", "text"),
        (b"\0", b"\0"),
        (True, "true"),
        (-5, "-5"),
        (1.5, "1.5"),
        ([], "[]"),
        (["a", "bc"], '["a", "bc"]'),
        ([("text", "ä"), ("null", None)], '["ä", null]'),
        ([[("int", 1)], [("bytes", b"\0")]], '[[1], [{"base64": "AA=="}]]'),
        (Kept("a", b"\1", 2), '{"key": "a", "value": {"base64": "AQ=="}, "version": 2}'),
        ([Kept("a", [("text", "x")], None)], '[{"key": "a", "value": ["x"], "version": null}]'),
        ([("label", "value")], '[["label", "value"]]'),
    ],
)
def test_what_a_host_function_gave_is_one_payload(value: Any, written: str | bytes | None) -> None:
    assert core_values.plain(value) == written


@pytest.mark.parametrize(("given", "signed"), [(0, 0), (5, 5), ((1 << 64) - 1, -1), (1 << 63, -(1 << 63))])
def test_a_difference_has_its_sign(given: int, signed: int) -> None:
    assert core_values.signed_delta("key", given) == ("key", signed)
