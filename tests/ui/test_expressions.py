"""Regular expressions in the filter line: off the Qt thread, and none for ever."""

from __future__ import annotations

import threading
from time import perf_counter

import pytest
from fake_node import FakeNode
from pytestqt.qtbot import QtBot
from test_tables import actors_of

from ui.dialogs.shortcuts import Shortcuts
from ui.expression import Expression, TooSlow
from ui.filter import FilterError, Value, parse
from ui.main_window import MainWindow
from ui.panels.log.panel import LogPanel
from workbench.api import ActorInfo, Level, SpawnOptions

ENDLESS = "(a+)+$"
LONG = "a" * 60 + "!"


@pytest.mark.parametrize(
    ("written", "text", "found", "whole"),
    [("coun", "a Counter", True, False), ("^a|b$", "a Counter", True, False), (r"\w+", "Straße", True, True),
     (r"a\|b", "a|b", True, True), ("x", "", False, False), ("a.", "a\ud800", True, True), ("a|ab", "ab", True, True)],
)  # fmt: skip
def test_an_expression_is_found_without_regard_to_case(written: str, text: str, found: bool, whole: bool) -> None:
    expression = Expression(written)
    assert (expression.problem, expression.is_in(text), expression.is_all_of(text)) == ("", found, whole)


@pytest.mark.parametrize("written", [ENDLESS, "(a|a)*$", "(.*)*[bc]$", "(a*)*(a*)*$"])
def test_an_expression_that_would_try_for_ever_gives_up_at_once(written: str) -> None:
    started = perf_counter()
    with pytest.raises(TooSlow):
        Expression(written).is_in(LONG)
    assert perf_counter() - started < 1.0  # some 10 ms on a quiet machine; without the limit, years


@pytest.mark.parametrize("written", ["timed? out", ".*foo", "[a-z]+q", r"error.*line \d+"])
def test_a_sound_expression_looks_through_a_text_of_megabytes(written: str) -> None:
    assert not Expression(written).is_in("error x tim " * 200_000)


def test_what_is_no_expression_says_why() -> None:
    with pytest.raises(FilterError, match="not a regular expression: missing closing parenthesis"):
        parse("/(a/", ["name"])


def test_a_regular_expression_is_matched_off_the_qt_thread(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    actors = actors_of(window, qtbot)
    threads = set()
    arrange = actors.model.arrange

    def noted(*asked: object) -> list[ActorInfo]:
        threads.add(threading.current_thread())
        return arrange(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(actors.model, "arrange", noted)
    actors.filter.set_now("/^coun/")
    qtbot.waitUntil(lambda: len(actors.model.rows) == 1)
    assert threading.main_thread() not in threads


def test_one_that_takes_too_long_is_underlined_and_leaves_the_last_result(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    actors = actors_of(window, qtbot)
    node.actors.spawn("counter_actor", options=SpawnOptions(name=LONG))
    qtbot.waitUntil(lambda: any(row.id.name == LONG for row in actors.model.rows))
    actors.filter.set_now("id~a")
    shown = list(actors.model.rows)
    actors.filter.set_now(f"/{ENDLESS}/")
    qtbot.waitUntil(lambda: "takes too long" in actors.filter.problem)
    assert actors.filter.property("invalid")
    assert actors.model.rows == shown
    actors.refresh()
    actors.filter.set_now("/^a+!$/")
    qtbot.waitUntil(lambda: [row.id.name for row in actors.model.rows] == [LONG])
    assert not actors.filter.property("invalid")


def test_lines_that_come_while_an_expression_takes_too_long_are_shown(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    log = window.panels["log"]
    assert isinstance(log, LogPanel)
    window.raise_panel("log")
    log.filter.set_now(f"/{ENDLESS}/")
    node.write(Level.WARN, "counter", LONG)
    qtbot.waitUntil(lambda: "takes too long" in log.filter.problem)
    qtbot.waitUntil(lambda: [row.text for row in log.model.rows] == [LONG])
    log.filter.set_now("/!$/")
    log.filter.set_now(f"/{ENDLESS}/")
    qtbot.waitUntil(lambda: "takes too long" in log.filter.problem)
    node.write(Level.WARN, "counter", "another")
    qtbot.waitUntil(lambda: [row.text for row in log.model.rows][-1:] == ["another"])


def test_a_filter_that_was_answered_before_and_takes_too_long_now_is_dropped(window: MainWindow, qtbot: QtBot) -> None:
    sheet = Shortcuts(window)
    qtbot.addWidget(sheet)
    sheet.filter.set_now("save")
    wanted = sheet.filter.filter
    sheet.filter.refuse(wanted, "it takes too long")
    assert sheet.filter.filter.terms == ()
    assert sheet.filter.problem == "it takes too long"


def test_a_term_may_be_slow_when_it_is_an_expression() -> None:
    row: dict[str, Value] = {"name": LONG}
    assert parse("name~/x/", ["name"]).may_be_slow
    assert not parse("name~x", ["name"]).may_be_slow
    with pytest.raises(TooSlow):
        parse(f"name~/{ENDLESS}/", ["name"]).matches(row.get)
