"""The default snapshot: every type that it promises comes back equal, anything else is refused by name."""

from __future__ import annotations

import enum
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plexspaces.sandbox.snapshot import SnapshotError, decode, encode

OWN = (__name__,)


class Colour(enum.Enum):
    RED = "r"
    BLUE = ("b", 2)


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Rank(enum.IntEnum):
    LOW = 1


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 0


@dataclass(slots=True)
class Order:
    number: int
    lines: list[Point] = field(default_factory=list)


class Thing:
    """Any object whose public attributes are its state."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def restored(**attributes: Any) -> dict[str, Any]:
    return decode(encode(Thing(**attributes), OWN), OWN)


UTC_TIME = datetime(2024, 2, 29, 12, 30, 1, 5, tzinfo=UTC)
VALUES = [
    None,
    True,
    False,
    0,
    10**40,
    -1,
    1.5,
    0.1,
    2 + 3j,
    "",
    "text \u00e9 \U0001f600 \x00",
    "half \ud800 of a pair",
    b"",
    b"\x00\xff",
    bytearray(b"\x01"),
    [],
    [1, [2, [3]]],
    (),
    (1, "a", (b"x",)),
    {},
    {"a": 1, "b": [True]},
    {1: "int", "1": "text", (1, 2): "tuple", None: "none"},
    {"$": "not a tag"},
    {"plexspaces.attributes": 7},
    set(),
    {1, 2, 3},
    {"a", "b"},
    frozenset({(1, 2), (3, 4)}),
    Decimal("1.10"),
    Fraction(1, 3),
    UTC_TIME,
    datetime(2024, 1, 1),
    datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    date(2024, 2, 29),
    time(1, 2, 3, 4),
    timedelta(days=-1, seconds=5, microseconds=7),
    timezone(timedelta(hours=-3)),
    Colour.RED,
    Colour.BLUE,
    Rights.READ | Rights.WRITE,
    Rank.LOW,
    Point(1, 2),
    Order(7, [Point(1), Point(2, 3)]),
    {Point(1): {Colour.RED}},
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_a_value_comes_back_equal_and_of_the_same_type(value: object) -> None:
    back = restored(value=value)["value"]
    assert back == value
    assert type(back) is type(value)


def test_floats_that_are_no_json_come_back() -> None:
    back = restored(inf=math.inf, minus=-math.inf, nan=math.nan, zero=-0.0)
    assert back["inf"] == math.inf
    assert back["minus"] == -math.inf
    assert math.isnan(back["nan"])
    assert math.copysign(1, back["zero"]) == -1


def test_the_order_of_a_dict_is_kept() -> None:
    assert list(restored(value={"b": 1, "a": 2})["value"]) == ["b", "a"]


def test_equal_sets_give_equal_texts() -> None:
    small, shrunk = {1, 2, 3}, set(range(1000)) - set(range(4, 1000)) - {0}
    assert encode(Thing(value=small), OWN) == encode(Thing(value=shrunk), OWN)


def test_private_attributes_are_not_state() -> None:
    assert restored(_secret=1, __hidden=2, shown=3) == {"shown": 3}


def test_slots_are_state_too() -> None:
    assert decode(encode(Order(1, [Point(2)]), OWN), OWN) == {"number": 1, "lines": [Point(2)]}


REFUSED: list[tuple[object, str]] = [
    (open, "self.value is a builtin_function_or_method, which cannot be stored"),
    (lambda: 1, "self.value is a function"),
    (iter([]), "self.value is a list_iterator"),
    (defaultdict(list), "self.value is a defaultdict"),
    ({"a": [1, {2: object()}]}, "self.value['a'][1][2] is an object"),
    (json, "self.value is a module"),
    (Thing(a=1), "self.value is a Thing"),
    (Point, "self.value is a type"),
    ([Order(1, [object()])], "self.value[0].lines[0] is an object"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("value", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_anything_else_is_refused_and_the_attribute_is_named(value: object, sentence: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        encode(Thing(good=1, value=value), OWN)
    assert str(caught.value).startswith(sentence)


def test_a_class_of_another_module_is_refused() -> None:
    with pytest.raises(SnapshotError, match=r"self\.value is a Point, which is not a class of the actor's own modules"):
        encode(Thing(value=Point(1)), ("elsewhere",))


def test_a_class_made_inside_a_function_is_refused() -> None:
    @dataclass
    class Local:
        a: int

    with pytest.raises(SnapshotError, match=r"self\.value is a Local"):
        encode(Thing(value=Local(1)), OWN)


def test_a_value_that_contains_itself_is_refused() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(SnapshotError, match=r"self\.value\[0\] contains itself"):
        encode(Thing(value=circle), OWN)


def test_the_same_value_in_two_places_is_fine() -> None:
    shared = [1]
    assert restored(value=[shared, shared]) == {"value": [[1], [1]]}


def test_a_value_that_is_too_deep_is_refused() -> None:
    deep: list[object] = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(SnapshotError, match="lies more than 100 levels deep"):
        encode(Thing(value=deep), OWN)


def test_a_datetime_in_a_named_zone_is_refused() -> None:
    class Named(tzinfo):
        def utcoffset(self, when: datetime | None) -> timedelta:  # noqa: ARG002
            return timedelta(0)

    with pytest.raises(SnapshotError, match=r"use datetime\.timezone"):
        encode(Thing(value=UTC_TIME.replace(tzinfo=Named())), OWN)


@pytest.mark.parametrize("text", ["", "7", "[]", "{}", '{"attributes": {}}', "not json", "[" * 100_000])
def test_a_text_that_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(SnapshotError, match="this is no snapshot of attributes"):
        decode(text, OWN)


def test_a_snapshot_of_a_later_format_is_refused() -> None:
    with pytest.raises(SnapshotError, match="has the version 2, and 1 is known"):
        decode('{"plexspaces.attributes": 2, "attributes": {}}', OWN)


@pytest.mark.parametrize(
    "value",
    [
        {"$": "magic"},
        {"$": "object", "type": "json:JSONDecoder", "fields": {}},
        {"$": "object", "type": f"{__name__}:Gone", "fields": {}},
        {"$": "object", "type": f"{__name__}:Point", "fields": {"y": 1}},
        {"$": "enum", "type": f"{__name__}:Colour", "value": "green"},
        {"$": "set"},
        {"$": "bytes", "value": 5},
        {"$": "datetime", "value": "yesterday"},
        {"$": "object", "type": f"{__name__}:VALUES", "fields": {}},
    ],
    ids=str,
)
def test_a_damaged_value_is_refused_and_the_attribute_is_named(value: object) -> None:
    text = json.dumps({"plexspaces.attributes": 1, "attributes": {"broken": value}})
    with pytest.raises(SnapshotError, match=r"self\.broken cannot be restored"):
        decode(text, OWN)


def test_a_dataclass_that_gained_and_lost_fields_is_restored() -> None:
    fields = {"x": 1, "gone": 2}
    value = {"$": "object", "type": f"{__name__}:Point", "fields": fields}
    text = json.dumps({"plexspaces.attributes": 1, "attributes": {"value": value}})
    assert decode(text, OWN) == {"value": Point(1, 0)}


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
hashable = st.recursive(plain, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=5)
anything = st.recursive(
    plain | hashable | st.datetimes() | st.timedeltas() | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hashable, inner, max_size=4) | st.tuples(inner),
    max_leaves=20,
)


@given(st.dictionaries(st.from_regex("[a-z][a-z_]{0,8}", fullmatch=True), anything, max_size=4))
def test_whatever_is_put_together_from_these_comes_back(attributes: dict[str, Any]) -> None:
    text = encode(Thing(**attributes), OWN)
    assert decode(text, OWN) == attributes
    assert encode(Thing(**decode(text, OWN)), OWN) == text
