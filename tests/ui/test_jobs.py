"""Deployments and builds that run beside each other: Cancel ends the one that is shown, and no other."""

from __future__ import annotations

from pathlib import Path

from fake_node import FakeNode
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.jobs import Jobs
from ui.main_window import MainWindow

ONE, OTHER = "class One(GenServer):\n    pass\n", "class Other(GenServer):\n    pass\n"


def test_cancel_ends_the_newest_job_and_then_shows_the_one_before(qapp: QApplication) -> None:
    jobs = Jobs(qapp)
    first, second = jobs.begin("first"), jobs.begin("second")
    assert jobs.newest is second
    jobs.cancel()
    assert second.cancel.is_set()
    assert not first.cancel.is_set()
    jobs.end(second)
    assert jobs.newest is first
    jobs.tell(second, "late", 0.5)
    assert second.stage == ""


def test_cancel_of_the_second_deployment_leaves_the_first(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    for name, source in (("one", ONE), ("other", OTHER)):
        (tmp_path / f"{name}.py").write_text(source)
    with node.modules.held:
        window.drops.take((tmp_path / "one.py",))
        qtbot.waitUntil(lambda: len(window.desk.jobs.running) == 1)
        window.drops.take((tmp_path / "other.py",))
        qtbot.waitUntil(lambda: len(window.desk.jobs.running) == 2)
        assert window.status.progress.text.text().startswith("other.py")
        window.status.progress.stop.click()
        assert not window.opening.cancel.is_set()
    qtbot.waitUntil(lambda: not window.desk.jobs.running)
    assert {name for info in node.modules.list() for name in info.aliases} & {"one", "other"} == {"one"}
    assert not window.status.progress.isVisible()


def test_a_file_may_take_a_name_after_another_deployment_was_cancelled(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "counter_actor.py"
    file.write_text(ONE)
    window.drops.take((file,))
    qtbot.waitUntil(lambda: any("was not deployed" in notice.text for notice in window.notices.notices))
    with node.modules.held:
        (tmp_path / "other.py").write_text(OTHER)
        window.drops.take((tmp_path / "other.py",))
        qtbot.waitUntil(lambda: bool(window.desk.jobs.running))
        window.desk.jobs.cancel()
    qtbot.waitUntil(lambda: not window.desk.jobs.running)
    window.desk.answered.emit(f"replace:{file}")
    qtbot.waitUntil(lambda: any("is deployed as counter_actor" in notice.text for notice in window.notices.notices))
