"""Answering what the app asks: the question is really on the screen, and is answered by pressing its button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

LOOK_MS = 10
Answer: TypeAlias = Callable[[str], list[str]]
"""`answer(verb)` presses `verb` in every question from now on; the list fills with what was asked."""


def question() -> QMessageBox | None:
    """The one that is on the screen."""
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QMessageBox) and found.isVisible() else None


def said(box: QMessageBox) -> str:
    """All of its words, those of its buttons too."""
    return f"{box.text()} {box.informativeText()} {' / '.join(each.text() for each in box.buttons())}"


def press(box: QMessageBox, verb: str) -> None:
    next(each for each in box.buttons() if each.text().replace("&", "") == verb).click()


@contextmanager
def answering() -> Iterator[Answer]:
    """Until the end nobody looks for questions but the verb that was named last."""
    verbs: list[tuple[str, list[str]]] = []

    def look() -> None:
        box = question()
        if box is not None and verbs:
            verb, asked = verbs[-1]
            asked.append(said(box))
            press(box, verb)

    def answer(verb: str) -> list[str]:
        verbs.append((verb, []))
        return verbs[-1][1]

    timer = QTimer(interval=LOOK_MS)
    timer.timeout.connect(look)
    timer.start()
    try:
        yield answer
    finally:
        timer.stop()
