"""The parts of the app without widgets: curves, lines of code, brackets, highlighting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import format as show
from ui.endings import ending
from ui.marks import Mark
from ui.panels.graphs.kills import Kills
from ui.series import curve, decimated
from ui.widgets.brackets import match
from ui.widgets.highlighter import split_line, state_after
from ui.widgets.indenting import indent_after, shift, toggle_comment
from ui.widgets.payload_edit import hex_dump, pretty
from workbench.api import Envelope, Kind, Sample


def sample(time: float, turn_ms: float | None = None, crashes: int = 0) -> Sample:
    return Sample(time, 0.0, 0.0, turn_ms, None, 0, crashes)


def test_what_was_not_measured_is_a_gap_not_a_zero() -> None:
    times, values = curve([sample(1, 5.0), sample(2), sample(3, 7.0)], lambda s: s.turn_ms, 3.0)
    assert list(times) == [-2.0, -1.0, 0.0]
    assert values[0] == 5.0
    assert np.isnan(values[1])


def test_samples_far_apart_are_not_joined() -> None:
    _, values = curve([sample(1, 5.0), sample(60, 7.0)], lambda s: s.turn_ms, 60.0)
    assert list(np.isnan(values)) == [False, True, False]


def test_a_crash_has_its_mark() -> None:
    series = {"": [sample(2, crashes=1)], "till": [sample(1), sample(2, crashes=1)]}
    assert Kills().marks(series, 5.0, 60.0) == [Mark(-3.0, "till ended")]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(1, 400))
def test_a_decimated_curve_keeps_its_extremes_and_fits_the_screen(numbers: list[float], pixels: int) -> None:
    times, values = np.arange(len(numbers), dtype=np.float64), np.array(numbers)
    fewer_times, fewer = decimated(times, values, pixels)
    assert len(fewer) <= max(2 * pixels, len(numbers) if len(numbers) <= 2 * pixels else 0)
    assert (fewer.min(), fewer.max()) == (values.min(), values.max())
    assert list(fewer_times) == sorted(fewer_times)


@pytest.mark.parametrize(
    ("text", "at", "pair"),
    [("f(x)", 1, (1, 3)), ("f(x)", 4, (1, 3)), ("f([x])", 2, (2, 4)), ('f(")")', 1, (1, 5)), ("f(x", 1, None),
     ("f(]", 1, None), ("# (\n(a)", 4, (4, 6)), ("plain", 2, None)],
)  # fmt: skip
def test_brackets_find_their_partner(text: str, at: int, pair: tuple[int, int] | None) -> None:
    assert match(text, at) == pair


@given(st.text("()[]{}'\"#\\\nab", max_size=40), st.integers(0, 40))
def test_bracket_matching_takes_any_text(text: str, at: int) -> None:
    found = match(text, at)
    assert found is None or found[0] < found[1] < len(text)


def test_lines_are_indented_dedented_and_commented() -> None:
    lines = ["def f():", "", "    return 1"]
    assert shift(lines, 4) == ["    def f():", "", "        return 1"]
    assert shift(shift(lines, 4), -4) == lines
    assert toggle_comment(lines) == ["# def f():", "", "#     return 1"]
    assert toggle_comment(toggle_comment(lines)) == lines


@pytest.mark.parametrize(
    ("line", "indent"),
    [("class A:", 4), ("    if x:  # why", 8), ("    return 1", 0), ("    x = 1", 4), ("pass", 0), ("", 0)],
)
def test_a_new_line_is_indented_like_python(line: str, indent: int) -> None:
    assert indent_after(line) == " " * indent


@given(st.text("abc'\"#\\ \n", max_size=60), st.integers(0, 2))
def test_a_line_is_split_without_loss(text: str, state: int) -> None:
    line = text.replace("\n", "")
    assert "".join(part for _, part, _ in split_line(line, state)) == line
    assert state_after(line, state) in (0, 1, 2)


def test_a_triple_quoted_string_reaches_over_lines() -> None:
    assert state_after('x = """one', 0) == 1
    assert state_after("two", 1) == 1
    assert state_after('three"""', 1) == 0
    assert state_after('x = \'"""\'', 0) == 0


def test_payloads_are_shown_as_they_are_best_read() -> None:
    assert pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert pretty("{not json") == "{not json"
    assert hex_dump(b"AB\x00").split("  ")[0] == "00000000"
    assert hex_dump(b"AB\x00").endswith("AB·")


@pytest.mark.parametrize(
    ("kind", "message_type", "payload", "sentence"),
    [(Kind.INFO, "DOWN", '{"actor": "till", "reason": "it left"}', "till, which it monitored, ended: it left"),
     (Kind.INFO, "EXIT", '{"actor": "till", "reason": "x"}', "till, with which it was linked, ended: x"),
     (Kind.CALL, "DOWN", '{"actor": "till", "reason": "x"}', ""), (Kind.INFO, "tick", "", ""),
     (Kind.INFO, "DOWN", "not json", ""), (Kind.INFO, "DOWN", b"\xff", ""), (Kind.INFO, "EXIT", "[1]", "")],
)  # fmt: skip
def test_the_end_of_another_actor_is_told_in_a_sentence(
    kind: Kind, message_type: str, payload: str | bytes, sentence: str
) -> None:
    assert ending(Envelope("m1", kind, message_type, payload)) == sentence


def test_many_names_are_cut_to_a_dozen() -> None:
    assert show.named([f"a{n}" for n in range(14)]).endswith("a11 and 2 more")
    assert show.named(("one", "two")) == "one, two"
