"""Asks before a change over a connection that wants it: one question after the other, while the call waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ui.dialogs.confirm import confirm
from workbench.api.connections import Intent

if TYPE_CHECKING:
    from ui.desk import Desk

ANSWER_SECONDS = 300.0


class Question:
    """`answer()` may be called once, from any thread; no answer in time is no."""

    def __init__(self, intent: Intent) -> None:
        self.intent = intent
        self._yes = False
        self._answered = threading.Event()

    def wait(self) -> bool:
        return self._answered.wait(ANSWER_SECONDS) and self._yes

    def answer(self, *, yes: bool) -> None:
        self._yes = yes
        self._answered.set()


class Questions(QObject):
    """`ask` is for the threads that call; never Qt's."""

    _came = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._waiting: list[Question] = []
        self._asking = self._closed = False
        self._came.connect(self._take)

    def ask(self, intent: Intent) -> bool:
        """Whether the user wants it sent."""
        question = Question(intent)
        if self._closed:
            return False
        self._came.emit(question)
        return question.wait()

    def close(self) -> None:
        """What nobody has answered is no."""
        self._closed = True
        for question in self._waiting:
            question.answer(yes=False)

    def _take(self, question: Question) -> None:
        if self._closed:
            question.answer(yes=False)
            return
        self._waiting.append(question)
        if not self._asking:
            self._asking = True
            self._desk.bridge.start(self, self._ask_all(), self._desk.failed)

    async def _ask_all(self) -> None:
        try:
            while self._waiting and not self._closed:
                question = self._waiting[0]
                yes = await self._ask(question.intent)
                question.answer(yes=yes)
                self._waiting.remove(question)
        finally:
            self._asking = False
            for question in self._waiting:
                question.answer(yes=False)
            self._waiting.clear()

    async def _ask(self, intent: Intent) -> bool:
        window = self._desk.parent()
        assert isinstance(window, QWidget)
        what = f"{intent.method} {intent.subject}".strip()
        return await confirm(
            window, f"Send {what} to {intent.connection}?",
            f"It may change something there, and {intent.connection} asks before every change. Nothing was sent yet.",
            "Send",
        )  # fmt: skip
