"""Asks before what cannot be undone, and says what will happen."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.dialogs.asking import asking


def confirmed(parent: QWidget, question: str, consequence: str, verb: str) -> bool:
    """True when the user pressed `verb`; Escape and Enter both mean no."""
    with asking(QMessageBox(QMessageBox.Icon.Warning, question, question, parent=parent)) as asked:
        asked.setInformativeText(consequence)
        yes = asked.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
        no = asked.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        asked.setDefaultButton(no)
        asked.setEscapeButton(no)
        asked.exec()
        return asked.clickedButton() is yes
