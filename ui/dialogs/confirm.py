"""Asks before what cannot be undone, and says what will happen."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from ui.dialogs.asking import ask, ask_and_wait, asking


def confirmed(parent: QWidget, question: str, consequence: str, verb: str) -> bool:
    """True when the user pressed `verb`; Escape and Enter both mean no. For slots."""
    box, yes = _box(parent, question, consequence, verb)
    with asking(box) as asked:
        ask(asked)
        return asked.clickedButton() is yes


async def confirm(parent: QWidget, question: str, consequence: str, verb: str) -> bool:
    """The same inside of a task."""
    box, yes = _box(parent, question, consequence, verb)
    with asking(box) as asked:
        await ask_and_wait(asked)
        return asked.clickedButton() is yes


def _box(parent: QWidget, question: str, consequence: str, verb: str) -> tuple[QMessageBox, QAbstractButton]:
    made = QMessageBox(QMessageBox.Icon.Warning, question, question, parent=parent)
    made.setInformativeText(consequence)
    yes = made.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    no = made.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    made.setDefaultButton(no)
    made.setEscapeButton(no)
    return made, yes
