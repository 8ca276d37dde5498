"""The panels Groups, Locks and Registry on a real node."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.main_window import MainWindow
from ui.panels.groups.panel import GroupsPanel
from ui.panels.locks.panel import LocksPanel
from ui.panels.registry.panel import RegistryPanel
from workbench.api import Area, Health, SpawnOptions


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        for name in ("one", "two"):
            node.actors.spawn("fragile", options=SpawnOptions(name=name))
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    made.set_perspective("data")
    return made


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked; every answer is yes."""
    asked: list[str] = []
    for panel in ("groups", "locks", "registry"):
        monkeypatch.setattr(
            f"ui.panels.{panel}.panel.confirmed", lambda _p, title, text, _b: not asked.append(f"{title} {text}")
        )
    return asked


@pytest.fixture
def waiters(real: QuickNode) -> Iterator[None]:
    """`first` holds `a`; `second` and `third` wait for it in this order."""
    stop = threading.Event()
    real.locks.acquire("a", lease_ms=600_000, holder="first")
    real.locks.acquire("b", lease_ms=600_000, holder="other")
    threads = []
    for name in ("second", "third"):
        threads.append(threading.Thread(target=_wait, args=(real, name, stop)))
        with real.subscribe([Area.LOCKS]) as events:
            threads[-1].start()
            while name not in [waiter.holder for waiter in real.locks.waiters()]:
                events.get(0.1)
    yield
    stop.set()
    for thread in threads:
        thread.join()


def _wait(node: QuickNode, name: str, stop: threading.Event) -> None:
    try:
        node.locks.acquire("a", lease_ms=600_000, timeout=60, holder=name, cancel=stop)
    except Exception:
        assert stop.is_set()


def cells(panel: LocksPanel | GroupsPanel | RegistryPanel, column: str) -> list[str]:
    found = next(each for each in panel.model.columns if each.key == column)
    return [found.text(row) for row in panel.model.rows]


# Locks.


@pytest.mark.usefixtures("waiters")
def test_who_holds_a_lock_and_who_waits_is_seen_in_two_actions(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panels["locks"]
    assert isinstance(panel, LocksPanel)
    window.desk.raise_panel.emit("locks")  # one: its tab, or Ctrl+K
    qtbot.waitUntil(lambda: len(panel.model.rows) == 2)
    assert cells(panel, "holder") == ["session first", "session other"]
    assert cells(panel, "who") == ["session second, session third", ""]
    panel.select_key("a")  # two: the lock
    qtbot.waitUntil(lambda: panel.tabs.tabText(0) == "Waiting for a: 2")
    assert [(place.number, place.waiter.holder) for place in panel.places.rows] == [(1, "second"), (2, "third")]
    assert cells(panel, "left")[0].startswith(("9 min", "10 min")) and panel._ticking.isActive()
    assert [change.change for change in panel.history_model.rows] == ["acquired"]


@pytest.mark.usefixtures("waiters")
def test_a_lock_is_taken_from_its_holder_after_a_question_and_goes_to_who_waits(
    window: MainWindow, real: QuickNode, questions: list[str], qtbot: QtBot
) -> None:
    panel = window.panels["locks"]
    assert isinstance(panel, LocksPanel)
    window.raise_panel("locks")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 2)
    panel.select_key("a")
    assert not window.desk.actions["lock.actor"].isEnabled(), "a session is no actor"
    window.desk.actions.run("lock.force")
    qtbot.waitUntil(lambda: cells(panel, "holder")[0] == "session second")
    assert questions[0].startswith("Take a from session first?") and "session second, who waits first" in questions[0]
    window.desk.actions.run("lock.copy_command")
    assert QApplication.clipboard().text().endswith(" a") and " lock show " in QApplication.clipboard().text()


# Groups.


def test_a_group_is_made_joined_published_to_and_deleted(
    window: MainWindow, real: QuickNode, questions: list[str], qtbot: QtBot
) -> None:
    panel = window.panels["groups"]
    assert isinstance(panel, GroupsPanel)
    window.raise_panel("groups")
    panel.name.setText("workers")
    window.desk.actions.run("group.create")
    qtbot.waitUntil(lambda: [group.name for group in panel.model.rows] == ["workers"])
    panel.select_key("workers")
    panel.actor.set_actor("one")
    panel.topics.setText("a, b")
    window.desk.actions.run("group.join")
    qtbot.waitUntil(lambda: len(panel.members_model.rows) == 1)
    assert panel.members_model.rows[0].topics == ("a", "b")
    real.process_groups.join("workers", "two")
    qtbot.waitUntil(lambda: len(panel.members_model.rows) == 2)
    panel.type.setText("increment")
    panel.topic.setText("c")
    window.desk.actions.run("group.publish")
    qtbot.waitUntil(lambda: any("increment is with two." in each.text for each in window.notices.notices))
    panel.members.select_key("two")
    window.desk.actions.run("group.remove")
    qtbot.waitUntil(lambda: len(panel.members_model.rows) == 1)
    window.desk.actions.run("group.publish")
    qtbot.waitUntil(lambda: any("Nobody got increment." in each.text for each in window.notices.notices))
    real.actors.kill("one")
    qtbot.waitUntil(lambda: not panel.members_model.rows)
    window.desk.actions.run("group.delete")
    qtbot.waitUntil(lambda: not panel.model.rows)
    assert questions[0].startswith("Delete workers? Its 0 members")


# Registry.


def test_an_entry_is_registered_kept_alive_seen_and_removed(
    window: MainWindow, real: QuickNode, questions: list[str], qtbot: QtBot
) -> None:
    panel = window.panels["registry"]
    assert isinstance(panel, RegistryPanel)
    window.raise_panel("registry")
    window.desk.actions.run("registry.new")
    form = panel.editing
    form.id.setText("shop")
    form.address.setText("http://shop")
    form.labels.setText("zone=eu, tier=web")
    form.ttl.setValue(600)
    window.desk.actions.run("registry.register")
    qtbot.waitUntil(lambda: cells(panel, "id") == ["shop"])
    assert cells(panel, "labels") == ["zone=eu, tier=web"] or cells(panel, "labels") == ["tier=web, zone=eu"]
    assert (cells(panel, "health"), cells(panel, "every"), cells(panel, "owner")) == (
        ["healthy"],
        ["10 min"],
        ["outside"],
    )
    panel.select_key("shop")
    form.health.setCurrentText("degraded")
    window.desk.actions.run("registry.heartbeat")
    qtbot.waitUntil(lambda: cells(panel, "health") == ["degraded"])
    entry = real.registry.lookup("shop")
    assert entry is not None and entry.health is Health.DEGRADED and entry.labels == {"zone": "eu", "tier": "web"}
    form.labels.setText("wrong")
    window.desk.actions.run("registry.register")
    qtbot.waitUntil(lambda: any("'wrong' is no label" in each.text for each in window.notices.notices))
    window.desk.actions.run("registry.unregister")
    qtbot.waitUntil(lambda: not panel.model.rows)
    assert questions[0].startswith("Unregister shop?")


def test_what_is_chosen_comes_into_the_form_and_stays_as_it_is_typed(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    for name in ("a", "b"):
        real.registry.register(name, object_type="node", address=f"http://{name}", ttl_ms=60_000)
    panel = window.panels["registry"]
    assert isinstance(panel, RegistryPanel)
    window.raise_panel("registry")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 2)
    panel.select_key("b")
    assert (panel.editing.id.text(), panel.editing.address.text(), panel.editing.ttl.value()) == ("b", "http://b", 60)
    panel.editing.address.setText("typed")
    real.registry.heartbeat("b", health=Health.UNHEALTHY)
    qtbot.waitUntil(lambda: cells(panel, "health") == ["healthy", "unhealthy"])
    assert panel.editing.address.text() == "typed"
