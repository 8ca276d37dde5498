"""States: which one is known, and how two of them differ."""

from __future__ import annotations

import pytest

from ui.differing import MOST_LINES, difference
from ui.state_at import recorded
from workbench.api import ActorId, Figures, Outcome, Payload, Turn
from workbench.api.session import Certainty

TILL = ActorId("till")


def turn(seq: int, operation: str = "message", reply: Payload = "", outcome: Outcome = Outcome.REPLY) -> Turn:
    return Turn(TILL, seq, operation, None, outcome, Figures(None, None, 1), 0.0, "", reply=reply)


@pytest.mark.parametrize(
    ("seq", "turns", "certainty", "state", "said"),
    [
        (2, [turn(1), turn(2, "snapshot-state", "7")], Certainty.RECORDED, "7", "stored after turn 2"),
        (3, [turn(2, "snapshot-state", "7"), turn(3)], Certainty.UNKNOWN, "", "1 turn may have changed it"),
        (3, [turn(2, "snapshot-state", "7"), turn(3, "snapshot-state", outcome=Outcome.CRASHED)],
         Certainty.RECORDED, "7", ""),
        (2, [turn(1), turn(2)], Certainty.UNKNOWN, "", "no state in the 2 turns"),
        (0, [], Certainty.UNKNOWN, "", "Before its first turn"),
    ],
)  # fmt: skip
def test_a_state_is_the_recorded_one_or_not_known_and_why(
    seq: int, turns: list[Turn], certainty: Certainty, state: str, said: str
) -> None:
    found = recorded(TILL, seq, turns)
    assert (found.certainty, found.state) == (certainty, state)
    assert said in found.note


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("5", "6", ["-5", "+6"]),
        ('{"a": 1, "b": 2}', '{"b": 2,  "a": 1}', []),
        ('{"a": 1, "b": [1, 2]}', '{"a": 1, "b": [1, 3]}', ["-    2", "+    3"]),
        ("one\ntwo", "one\nthree", ["-two", "+three"]),
        ("", "x", ["+x"]),
    ],
)
def test_a_difference_is_in_lines_that_say_who_has_them(before: str, after: str, lines: list[str]) -> None:
    found = difference(before, after, "before", "after").splitlines()
    assert [line for line in found[2:] if line[0] in "+-"] == lines


def test_bytes_are_compared_too() -> None:
    assert difference(b"\x00\x01", b"\x00\x02", "before", "after")
    assert not difference(b"\x00", b"\x00", "before", "after")


def test_what_is_too_long_to_be_compared_is_said() -> None:
    one = "\n".join(map(str, range(MOST_LINES + 10)))
    assert "10 more lines were not compared" in difference(one, one.replace("7", "8", 1), "before", "after")
