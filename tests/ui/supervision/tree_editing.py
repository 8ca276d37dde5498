"""Using the tree editor as a user would, for tests of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor.window import TreeEditor
from ui.panels.supervision.panel import SupervisionPanel
from workbench.api import Deed


def edit(window: MainWindow, name: str, qtbot: QtBot) -> TreeEditor:
    """Through the card, as a user would."""
    panel = window.panels["supervision"]
    assert isinstance(panel, SupervisionPanel)
    editing = panel.editing
    window.desk.show_supervised.emit(name)
    qtbot.waitUntil(lambda: panel.chosen == name)
    window.desk.actions["supervision.edit_tree"].trigger()
    qtbot.waitUntil(lambda: editing.window is not None and editing.window.isVisible())
    made = editing.shown()
    qtbot.waitUntil(lambda: made.chosen.name == name and bool(made.changes.rows))
    return made


def type_into(editor: TreeEditor, name: str, text: str, qtbot: QtBot) -> None:
    """Replace what stands in a line of the form."""
    field = next(field for field in editor.form.fields if name in field.names())
    line = field.edits[name] if hasattr(field, "edits") else field.edit  # type: ignore[attr-defined]
    line.selectAll()
    if text:
        qtbot.keyClicks(line, text)
    else:
        qtbot.keyClick(line, Qt.Key.Key_Backspace)


def pick(editor: TreeEditor, name: str, word: str) -> None:
    """Choose from one of the form's choices."""
    combo = next(field for field in editor.form.fields if field.name == name).combo  # type: ignore[attr-defined]
    combo.setCurrentIndex(combo.findData(word))
    combo.activated.emit(combo.currentIndex())


def choose(editor: TreeEditor, name: str) -> None:
    found = drafts.named(editor.draft, name)
    assert found is not None
    editor.tree.choose(editor.model.position(drafts.path(editor.draft, found.id)))
    assert editor.chosen.name == name


def deeds(editor: TreeEditor) -> dict[str, Deed]:
    return {change.name: change.deed for change in editor.changes.rows}


def names(editor: TreeEditor) -> list[str]:
    return [found.draft.name for found in editor.model.rows]


def problem(editor: TreeEditor, name: str) -> str:
    return next(field for field in editor.form.fields if name in field.names()).problem.text()
