"""Asks which of several things is meant, and says what each will do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.dialogs.asking import ask_and_wait, asking


async def choice(parent: QWidget, question: str, consequence: str, verbs: Sequence[str]) -> str:
    """The verb that was pressed; empty for Cancel, Enter and Escape."""
    with asking(QMessageBox(QMessageBox.Icon.Warning, question, question, parent=parent)) as asked:
        asked.setInformativeText(consequence)
        made = {asked.addButton(verb, QMessageBox.ButtonRole.AcceptRole): verb for verb in verbs}
        no = asked.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        asked.setDefaultButton(no)
        asked.setEscapeButton(no)
        await ask_and_wait(asked)
        return next((verb for pressed, verb in made.items() if pressed is asked.clickedButton()), "")
