"""Ctrl+K leads to what the services hold: to its panel, with the thing chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.jumping_data import places
from ui.main_window import MainWindow
from workbench.api import Unavailable


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        for number in range(3):
            node.keyvalue.put(f"config:deep:{number}", "x")
        node.tuplespace.write(("job", 1))
        node.tuplespace.write(("job", 1.5, b"x"))
        node.channels.create_queue("letters-out")
        node.channels.publish("weather", "rain")
        node.process_groups.create("painters")
        node.locks.acquire("brush", lease_ms=600_000, holder="me")
        node.registry.register("pricing", object_type="service", address="http://pricing")
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    return made


def chosen(window: MainWindow, panel: str) -> str:
    found = window.panels[panel]
    if panel == "tuplespace":
        return str(found.pattern)  # type: ignore[attr-defined]
    return str(found.chosen)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "panel", "name"),
    [
        ("deep:1", "keyvalue", "config:deep:1"),
        ("float, bytes", "tuplespace", "(text, float, bytes)"),
        ("letters-out", "channels", "letters-out"),
        ("painters", "groups", "painters"),
        ("brush", "locks", "brush"),
        ("pricing", "registry", "pricing"),
    ],
)
def test_a_thing_is_found_by_part_of_its_name_in_two_steps(
    window: MainWindow, typed: str, panel: str, name: str, qtbot: QtBot
) -> None:
    window.desk.actions.run("view.jump")  # one
    qtbot.waitUntil(lambda: window.jumps.dialog is not None)
    palette = window.jumps.dialog
    assert palette is not None
    qtbot.keyClicks(palette.line, typed)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)  # two
    qtbot.waitUntil(lambda: chosen(window, panel) == name and window.panels[panel].seen)
    if panel != "tuplespace":
        qtbot.waitUntil(lambda: window.panels[panel].table.chosen() is not None)  # type: ignore[attr-defined]


def test_a_topic_is_chosen_among_those_of_the_channels(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.actions.run("view.jump")
    qtbot.waitUntil(lambda: window.jumps.dialog is not None)
    palette = window.jumps.dialog
    assert palette is not None
    qtbot.keyClicks(palette.line, "weather")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    lists = window.panels["channels"].lists  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: (row := lists.topics.table.chosen()) is not None and row.topic.topic == "weather")
    assert lists.currentWidget() is lists.topics


def test_what_is_gone_meanwhile_is_not_chosen_when_it_comes_back_later(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    panel = window.panels["locks"]
    window.raise_panel("locks")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1)  # type: ignore[attr-defined]
    panel.lead_to("other")
    for number in range(6):
        real.locks.acquire(f"more-{number}", lease_ms=600_000, holder="me")
        qtbot.waitUntil(lambda number=number: len(panel.model.rows) == number + 2)  # type: ignore[misc, attr-defined]
    real.locks.acquire("other", lease_ms=600_000, holder="me")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 8)  # type: ignore[attr-defined]
    assert panel.chosen == ""  # type: ignore[attr-defined]


def test_a_service_that_cannot_answer_offers_nothing_and_the_others_do(
    real: QuickNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {(place.panel, place.kind) for place in places(real)}
    assert len(kinds) == 7 and ("channels", "topic") in kinds

    def away(*_: object, **__: object) -> None:
        raise Unavailable("the locks are away")

    monkeypatch.setattr(type(real.locks), "list", away)
    assert {place.kind for place in places(real)} == {kind for _, kind in kinds} - {"lock"}
