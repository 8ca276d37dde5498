"""The Capabilities panel on a real node: evidence, grants of running actors, profiles, audit, denials as notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from tests.unit.core_modules import proxy, texts
from ui.main_window import MainWindow
from ui.panels.capabilities.columns import matrix, standing
from ui.panels.capabilities.granting import offers
from ui.panels.capabilities.panel import CapabilitiesPanel
from ui.panels.capabilities.profiles import points
from workbench.api import ActorId, Denial, Evidence, Rejected, SpawnOptions

READER = proxy("keyvalue_get", "(call $key)", texts(key="till"))


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        node.modules.deploy(READER, file_name="reader.wat", alias="reader")
        for name in ("reader", "other"):
            node.actors.spawn("reader", options=SpawnOptions(name=name, profile="strict"))
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    return made


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> CapabilitiesPanel:
    found = window.panels["capabilities"]
    assert isinstance(found, CapabilitiesPanel)
    return found


@pytest.fixture
def shown(window: MainWindow, panel: CapabilitiesPanel, qtbot: QtBot) -> CapabilitiesPanel:
    window.raise_panel("capabilities")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 4)
    return panel


def be_denied(node: QuickNode, name: str = "reader") -> None:
    with pytest.raises(Rejected, match="denied"):
        node.actors.ask(name, "read")


def choose(panel: CapabilitiesPanel, actor: str, capability: str, qtbot: QtBot) -> None:
    panel.desk.show_capabilities.emit(actor)
    panel._show_denial(actor, capability)
    qtbot.waitUntil(lambda: panel.granting.row is not None and panel.granting.row.capability == capability)


def answer(monkeypatch: pytest.MonkeyPatch, verb: str) -> list[str]:
    asked: list[str] = []

    def exec_(box: QMessageBox) -> int:
        asked.append(f"{box.text()} {box.informativeText()}")
        next(button for button in box.buttons() if button.text() == verb).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    return asked


def evidence(node: QuickNode, actor: str, capability: str) -> Evidence:
    return next(row for row in node.capabilities.evidence(actor) if row.capability == capability)


def test_a_denied_call_is_granted_in_two_actions(
    window: MainWindow, panel: CapabilitiesPanel, real: QuickNode, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    be_denied(real)
    qtbot.waitUntil(lambda: any("was denied keyvalue.get" in notice.text for notice in window.notices.notices))
    button = next(b for b in window.notices.findChildren(QPushButton) if b.text() == "Show keyvalue")
    actions = 0

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    actions += 1
    qtbot.waitUntil(lambda: panel.granting.row is not None and panel.granting.buttons["grant_session"].hasFocus())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    actions += 1

    qtbot.waitUntil(lambda: evidence(real, "reader", "keyvalue").granted == ("keyvalue",))
    assert actions <= 2
    real.actors.ask("reader", "read")  # it is allowed now


def test_the_evidence_says_what_is_required_granted_used_and_denied(
    shown: CapabilitiesPanel, real: QuickNode, qtbot: QtBot
) -> None:
    be_denied(real)
    qtbot.waitUntil(lambda: any(row.denied for row in shown.model.rows))
    shown.filter.set_now("denied>0")
    assert [(row.actor.name, row.capability, standing(row)) for row in shown.model.rows] == [
        ("reader", "keyvalue", "denied")
    ]
    text = shown.table.as_text("CSV")
    assert text.splitlines()[0] == "Actor,Capability,Standing,Required,Granted,Used,Denied,Last denial"
    assert "keyvalue.get on 'till' in read" in text
    assert shown.tabs.tabText(0) == "Evidence (1 denied)"


def test_the_matrix_has_a_row_for_each_actor_and_leads_to_the_evidence(
    shown: CapabilitiesPanel, real: QuickNode, qtbot: QtBot
) -> None:
    be_denied(real)
    shown.tabs.setCurrentWidget(shown.matrix)
    columns = [column.key for column in shown.matrix_model.columns]
    at = columns.index("keyvalue")

    def cells() -> dict[str, str]:
        return {held.actor: shown.matrix_model.columns[at].text(held) for held in shown.matrix_model.rows}

    qtbot.waitUntil(lambda: cells() == {"other": "not granted", "reader": "1 denied"})
    assert not shown.granting.isVisible()
    row = [held.actor for held in shown.matrix_model.rows].index("reader")
    shown.matrix_table.setCurrentIndex(shown.matrix_model.index(row, at))
    shown.matrix_table.opened.emit()
    qtbot.waitUntil(lambda: shown.granting.row is not None)
    assert shown.granting.row is not None
    assert (shown.granting.row.actor.name, shown.granting.row.capability) == ("reader", "keyvalue")


@pytest.mark.parametrize("duration", ["once", "session", "always"])
def test_a_grant_is_given_for_a_time_told_audited_and_revoked(
    window: MainWindow, shown: CapabilitiesPanel, real: QuickNode, qtbot: QtBot, duration: str
) -> None:
    choose(shown, "reader", "keyvalue", qtbot)
    shown.granting.grant.setCurrentText("keyvalue:read/till")
    shown.desk.actions.run(f"capability.grant_{duration}")
    qtbot.waitUntil(lambda: evidence(real, "reader", "keyvalue").granted == ("keyvalue:read/till",))
    qtbot.waitUntil(lambda: len(shown.audit_model.rows) == 1)
    change = shown.audit_model.rows[0]
    assert (change.actor.name, change.action, change.duration) == ("reader", "granted", duration)
    assert any("keyvalue:read/till takes effect" in notice.text for notice in window.notices.notices)
    shown.desk.actions.run("capability.copy_command")
    assert QGuiApplication.clipboard().text().endswith("reader keyvalue:read/till")
    qtbot.waitUntil(lambda: shown.desk.actions["capability.revoke"].isEnabled())
    shown.desk.actions.run("capability.revoke")
    qtbot.waitUntil(lambda: evidence(real, "reader", "keyvalue").granted == ())


def test_what_is_no_grant_is_said_under_the_line_and_cannot_be_given(shown: CapabilitiesPanel, qtbot: QtBot) -> None:
    choose(shown, "reader", "keyvalue", qtbot)
    shown.granting.grant.setCurrentText("keyvalue:fly")
    assert "has the modes read and write" in shown.granting.problem.text()
    assert not shown.desk.actions["capability.grant_session"].isEnabled()


def test_trimming_shows_first_what_would_go(
    shown: CapabilitiesPanel, real: QuickNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.capabilities.grant("reader", "locks")
    choose(shown, "reader", "keyvalue", qtbot)
    asked = answer(monkeypatch, "Trim")
    shown.desk.actions.run("capability.trim")
    qtbot.waitUntil(lambda: real.actors.get("reader").grants == ())
    assert "Trim reader to what it has used? These grants were never used and are taken away: logging, locks." in asked


def test_the_profiles_stand_side_by_side(shown: CapabilitiesPanel) -> None:
    shown.desk.actions.run("capability.profiles")
    assert shown.tabs.currentWidget() is shown.profiles
    said = {point.what: point.said for point in points()}
    assert said["memory_bytes"][0] == "1\u2009MiB  (Python: 8\u2009MiB)"
    assert said["spawn"] == ("–", "–", "granted")
    assert [column.title for column in shown.profile_model.columns] == [
        "What",
        "Kind",
        "Strict",
        "Balanced",
        "Permissive",
    ]
    assert len(shown.profile_model.rows) == len(points())


def test_the_same_denial_is_one_notice_until_its_grants_change(
    window: MainWindow, panel: CapabilitiesPanel, real: QuickNode, qtbot: QtBot
) -> None:
    told: list[str] = []
    window.desk.noticed.connect(lambda notice: told.append(notice.key))
    for _ in range(3):
        be_denied(real)
    qtbot.waitUntil(lambda: bool(told))
    be_denied(real, "other")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["denied:reader:keyvalue", "denied:other:keyvalue"]


def test_many_denials_at_once_are_one_notice(window: MainWindow, panel: CapabilitiesPanel, qtbot: QtBot) -> None:
    from workbench.api import Area, Event

    told: list[str] = []
    window.desk.noticed.connect(lambda notice: told.append(notice.key))
    window.bridge.happened.emit(tuple(
        Event(at, 0.0, Area.CAPABILITIES, "capabilities.denied", f"a{at}", "network: http.request on 'x:80'")
        for at in range(40)
    ))  # fmt: skip
    assert told == ["denied:many"]
    window.desk.answered.emit("denied:many")
    assert panel.filter.text() == "denied>0"


def test_offers_begin_with_what_would_allow_the_denied_call() -> None:
    def row(capability: str, name: str, granted: tuple[str, ...] = ()) -> Evidence:
        return Evidence(ActorId("a"), capability, True, granted, 0, 1, Denial("x", name, 0.0))

    assert offers(row("network", "example.org:443")) == ["network/example.org:443"]
    assert offers(row("keyvalue", "till")) == ["keyvalue", "keyvalue/till"]
    assert offers(row("filesystem", "")) == ["filesystem/HOST_DIR=/guest:ro"]
    assert offers(row("keyvalue", "till", ("keyvalue:read/a",)))[0] == "keyvalue:read/a"
    assert [held.actor for held in matrix([row("keyvalue", "a"), row("blob", "b")])] == ["a"]
