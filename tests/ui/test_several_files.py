"""Actors of several files, core modules and what else is opened, on a real node without Python's interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from windows import close

import workbench
from ui.app import window_for
from ui.main_window import MainWindow
from ui.opening import Doors
from ui.panels.editor.panel import EditorPanel
from ui.panels.editor.places import tab_of
from ui.panels.modules.panel import ModulesPanel
from ui.settings import Settings
from workbench.api import Location
from workbench.data import directory

PATIENCE_MS = 120_000
FILES = {
    "actor.py": "from plexspaces import GenServer\n\nfrom rules import shares\n\n\nclass Shop(GenServer):\n"
                "    def handle_request(self, sender, message_type, payload):\n        return shares.each(payload)\n",
    "rules/__init__.py": "",
    "rules/shares.py": "def each(payload):\n    return str(10 // int(payload))\n",
}  # fmt: skip


@pytest.fixture
def real(qtbot: QtBot, loop: QEventLoop, tmp_path: Path) -> Iterator[MainWindow]:
    """A window over a node of its own, with nothing on it."""
    ways = Doors(lambda: workbench.connect(f"embedded:{tmp_path / 'workspace'}"), lambda _node, _progress: None)
    made = window_for(loop, ways, Settings(theme="light", sample=False))
    made.show()
    made.start()
    qtbot.waitUntil(lambda: made.opening.ready, timeout=PATIENCE_MS)
    yield made
    close(made)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "shop" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / name).write_text(text)
    return tmp_path / "shop"


def editor_of(window: MainWindow) -> EditorPanel:
    found = window.panels["editor"]
    assert isinstance(found, EditorPanel)
    return found


def modules_of(window: MainWindow) -> ModulesPanel:
    found = window.panels["modules"]
    assert isinstance(found, ModulesPanel)
    return found


def said(window: MainWindow, part: str) -> bool:
    return any(part in notice.text for notice in window.notices.notices)


def offered_by(window: MainWindow, verb: str) -> str:
    """The key of a notice's button."""
    keys = (key for notice in window.notices.notices for _, key in notice.buttons)
    return next(key for key in keys if key.startswith(verb))


def test_a_dropped_folder_with_an_actor_is_deployed_and_its_files_are_shown(
    real: MainWindow, shop: Path, qtbot: QtBot
) -> None:
    modules, editor = modules_of(real), editor_of(real)
    real.drops.take((shop,))
    real.raise_panel("modules")
    qtbot.waitUntil(lambda: said(real, "shop is deployed as shop"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(modules.model.rows))
    modules.table.choose(0)
    real.desk.actions.run("module.source")
    qtbot.waitUntil(lambda: [doc.name for doc in editor.documents()] == ["shop/actor.py"])
    doc = editor.documents()[0]
    assert doc.source == FILES["actor.py"]
    assert doc.edit.isReadOnly()
    editor.run_current()
    assert "change it in its folder" in doc.result.text()
    real.desk.answered.emit(
        next(key for notice in real.notices.notices for _, key in notice.buttons if "files:" in key)
    )
    qtbot.waitUntil(lambda: editor.inside.dialog is not None)
    offered = editor.inside.dialog
    assert offered is not None
    qtbot.keyClicks(offered.line, "shares")
    qtbot.keyClick(offered.line, Qt.Key.Key_Return)
    assert [doc.name for doc in editor.documents()] == ["shop/actor.py", "shop/rules/shares.py"]


def test_a_traceback_leads_into_the_file_it_names_inside_the_actor(real: MainWindow, shop: Path, qtbot: QtBot) -> None:
    editor = editor_of(real)
    real.drops.take((shop,))
    qtbot.waitUntil(lambda: said(real, "shop is deployed as shop"), timeout=PATIENCE_MS)
    real.desk.answered.emit(
        next(key for notice in real.notices.notices for _, key in notice.buttons if "spawn:" in key)
    )
    qtbot.waitUntil(lambda: said(real, "shop runs"), timeout=PATIENCE_MS)
    real.desk.location(Location("rules/shares.py", 2), "shop")
    qtbot.waitUntil(lambda: bool(editor.documents()))
    doc = editor.current()
    assert doc is not None
    assert (doc.inside, doc.edit.textCursor().blockNumber()) == ("rules/shares.py", 1)


def test_a_dropped_folder_without_an_actor_is_refused_in_one_notice(
    real: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "notes.py").mkdir()
    for name in ("todo.py", "done.py"):
        (tmp_path / "notes.py" / name).write_text("x = 1\n")
    real.drops.take((tmp_path / "notes.py",))
    qtbot.waitUntil(lambda: said(real, "notes.py was not deployed: "), timeout=PATIENCE_MS)
    assert said(real, "actor.py")
    assert len([notice for notice in real.notices.notices if "notes.py" in notice.text]) == 1


def test_ctrl_enter_brings_the_text_of_a_core_module_to_life(real: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "tally.wat"
    source = (directory("resources") / "actors" / "tally.wat").read_text()
    file.write_text(source)
    editor = editor_of(real)
    real.open_files((file,))
    doc = editor.current()
    assert doc is not None
    doc.edit.setFocus()
    qtbot.keyClick(doc.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "spawned tally" in doc.result.text(), timeout=PATIENCE_MS)
    doc.edit.setPlainText(source.replace("(func", "(fun c", 1))
    editor.run_current()
    qtbot.waitUntil(lambda: bool(doc.edit.marks), timeout=PATIENCE_MS)
    assert source.splitlines()[doc.edit.marks[0].line - 1].lstrip().startswith("(func")
    assert "keeps running its old code" in doc.result.text()


def test_a_module_that_is_opened_is_shown_in_its_panel_not_as_text(
    real: MainWindow, shop: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    data, _ = workbench.pack(shop)
    (tmp_path / "packed.zip").write_bytes(data)
    real.open_files((tmp_path / "packed.zip",))
    qtbot.waitUntil(lambda: said(real, "packed.zip is deployed as packed"), timeout=PATIENCE_MS)
    modules = modules_of(real)
    qtbot.waitUntil(lambda: modules.info() is not None and modules.info().name == "packed")  # type: ignore[union-attr]
    assert editor_of(real).documents() == []


@dataclass
class Tab:
    name: str
    path: Path | None = None
    inside: str = ""
    alias: str = ""


ON_DISK = Tab("actor.py", Path("/work/shop/actor.py"), alias="actor")
OTHER = Tab("actor.py", Path("/work/bank/actor.py"), alias="actor")
KEPT = Tab("shop/rules/shares.py", None, "rules/shares.py", "shop")
DEEP = Tab("shares.py", Path("/work/bank/rules/shares.py"), alias="shares")
ALONE = Tab("counter.py", Path("/work/counter.py"), alias="counter")
TABS = [OTHER, ON_DISK, KEPT, DEEP, ALONE]


@pytest.mark.parametrize(
    ("file", "module", "tab"),
    [("actor.py", "shop", ON_DISK), ("actor.py", "bank", OTHER), ("actor.py", "till", None),
     ("rules/shares.py", "shop", KEPT), ("rules/shares.py", "bank", DEEP), ("rules/shares.py", "till", None),
     ("counter.py", "anything", ALONE), ("shares.py", "shop", DEEP), ("gone.py", "shop", None)],
)  # fmt: skip
def test_a_file_is_found_by_its_path_inside_the_actor(file: str, module: str, tab: Tab | None) -> None:
    assert tab_of(TABS, file, module) is tab
