"""The filter line: what it reads, what it refuses, and that it never crashes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.filter import Filter, FilterError, Value, parse, quote, read_number
from ui.models import Column
from ui.widgets.filter_edit import FilterEdit, field_at

FIELDS = ("id", "state", "mailbox", "memory", "fuel/s", "oldest")
ROW: dict[str, Value] = {
    "": "counter", "id": "counter", "state": "crashed", "mailbox": 120, "memory": 13 << 20, "fuel/s": 2_500.0,
    "oldest": None,
}  # fmt: skip


def holds(line: str) -> bool:
    return parse(line, FIELDS).matches(lambda field: ROW[field])


@pytest.mark.parametrize(
    "line",
    ["", "  ", "count", "COUNT", "state:crashed", "State:Crashed", "mailbox>100", "mailbox>=120", "mailbox=120",
     "id~oun", "state:crashed mailbox>100 id~count",
     "-state:idle", "memory>10MiB", "memory<1GiB", "fuel/s>2k", "state!=idle",
     'id:"counter"', "-oldest>0"],
)  # fmt: skip
def test_a_row_matches(line: str) -> None:
    assert holds(line)


@pytest.mark.parametrize(
    "line",
    ["zzz", "state:idle", "mailbox<100", "id~zzz", "-count", "state:crash", "memory>1GiB", "oldest>0", "oldest<9"],
)
def test_a_row_does_not_match(line: str) -> None:
    assert not holds(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [("colour:red", "no column 'colour'"), ("mailbox>many", "wants a number"), ("state:", "nothing follows"),
     ('id:"open', "quote is not closed"), ("state:crashed bogus>1", "no column 'bogus'")],
)  # fmt: skip
def test_a_wrong_line_says_what_is_wrong_and_where(line: str, said: str) -> None:
    with pytest.raises(FilterError, match=said) as raised:
        parse(line, FIELDS)
    assert 0 <= raised.value.start < raised.value.end <= len(line)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(line: str) -> None:
    try:
        found = parse(line, FIELDS)
    except FilterError as error:
        assert str(error)
        assert 0 <= error.start <= error.end <= len(line)
    else:
        assert isinstance(found, Filter)
        found.matches(lambda field: ROW.get(field))


NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(lambda t: t.strip() == t)


@given(NAMES)
def test_every_name_can_be_found_by_quoting_it(name: str) -> None:
    assert parse(f"id:{quote(name)}", FIELDS).matches(lambda _field: name)


@given(st.lists(st.sampled_from(["state:crashed", "mailbox>100", "id~count", "-state:idle", "memory<1k"])))
def test_terms_are_joined_by_and(terms: list[str]) -> None:
    assert holds(" ".join(terms)) is all(holds(term) for term in terms)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["", "k", "M", "GiB", "ms"]))
def test_numbers_carry_their_unit(number: int, unit: str) -> None:
    factor = {"": 1.0, "k": 1e3, "M": 1e6, "GiB": 1024.0**3, "ms": 1e-3}[unit]
    assert read_number(f"{number}{unit}") == number * factor


@pytest.mark.parametrize(
    ("line", "expected"),
    [("sta|", "sta"), ("state:crashed mail|", "mail"), ("state:crashed mail| id~x", "mail"), ("-mem|", "mem"),
     ("ma|il:3 x", "mail"), ("state:cra|", ""), ('"two wo|', ""), ("|state", ""), ("a  |", ""), ("fuel/s|", "fuel/s")],
)  # fmt: skip
def test_the_name_at_the_cursor_is_what_is_completed(line: str, expected: str) -> None:
    start, end = field_at(line.replace("|", ""), line.index("|"))
    assert line.replace("|", "")[start:end] == expected


@pytest.mark.parametrize(
    ("before", "typed", "after", "expected"),
    [("", "sta", "", "state:"), ("state:crashed ", "mai", " id~x", "state:crashed mailbox: id~x"),
     ("-", "mem", "", "-memory:"), ("", "mem", ">1k", "memory>1k")],
)  # fmt: skip
def test_the_term_under_the_cursor_is_completed(
    qtbot: QtBot, before: str, typed: str, after: str, expected: str
) -> None:
    columns = [Column[str](field, field, str, str) for field in FIELDS]
    edit = FilterEdit(columns, "state:crashed")
    qtbot.addWidget(edit)
    edit.show()
    edit.setText(before + after)
    edit.setCursorPosition(len(before))
    qtbot.keyClicks(edit, typed)
    popup = edit.fields.popup()
    assert popup.isVisible()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert edit.text() == expected
    qtbot.keyClicks(edit, " 1")
    assert not popup.isVisible()
