"""Asks what to do with text that was not saved."""

from __future__ import annotations

from enum import Enum

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.dialogs.asking import ask, asking


class Answer(Enum):
    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


def ask_unsaved(parent: QWidget, name: str, *, in_file: bool = False) -> Answer:
    text = f"Save {name} before closing its tab?"
    there = "The file keeps what was last saved; only the changes since are lost."
    with asking(QMessageBox(QMessageBox.Icon.Question, "Unsaved text", text, parent=parent)) as asked:
        asked.setInformativeText(there if in_file else "Its text is in no file. Discarded text cannot be brought back.")
        save = asked.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        discard = asked.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        asked.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        asked.setDefaultButton(save)
        ask(asked)
        pressed = asked.clickedButton()
        return Answer.SAVE if pressed is save else Answer.DISCARD if pressed is discard else Answer.CANCEL
