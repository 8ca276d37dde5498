"""Asks before saving over a file that somebody else wrote meanwhile."""

from __future__ import annotations

from enum import Enum

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.dialogs.asking import ask, asking


class Answer(Enum):
    OVERWRITE = "overwrite"
    RELOAD = "reload"
    CANCEL = "cancel"


def ask_changed(parent: QWidget, name: str) -> Answer:
    text = f"{name} changed on disk."
    with asking(QMessageBox(QMessageBox.Icon.Warning, "Changed on disk", text, parent=parent)) as asked:
        asked.setInformativeText(
            "Overwrite puts your text over the other one. Reload shows the other; undo brings yours."
        )
        overwrite = asked.addButton("Overwrite", QMessageBox.ButtonRole.DestructiveRole)
        reload = asked.addButton("Reload", QMessageBox.ButtonRole.AcceptRole)
        cancel = asked.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        asked.setDefaultButton(cancel)
        asked.setEscapeButton(cancel)
        ask(asked)
        pressed = asked.clickedButton()
        return Answer.OVERWRITE if pressed is overwrite else Answer.RELOAD if pressed is reload else Answer.CANCEL
