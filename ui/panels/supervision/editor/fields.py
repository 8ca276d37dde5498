"""The fields of the form: a control, what its value comes to, and under it in one sentence what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.limit_words import MILLISECONDS, read_whole
from ui.panels.supervision.editor.draft import Draft
from ui.text_file import raw_text
from ui.theme import mono
from ui.widgets.build import label
from ui.widgets.payload_edit import PayloadText
from workbench.api import Invalid
from workbench.api.supervision import SHUTDOWN_MS

STATE_LINES = 4
WITHIN = "within"
ENDS = {
    WITHIN: "asked, then killed after",
    "brutal_kill": "killed at once (brutal_kill)",
    "infinity": "waited for as long as it takes (infinity)",
}


class Choices(QComboBox):
    """The wheel scrolls the form, unless the keyboard is here."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Field(QWidget):
    """`edited` carries the name of what was typed, and its value. `show_draft` is not told to anybody."""

    edited = Signal(str, object)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.name, self.title = name, title
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.problem = label(tone="error", wrap=True)
        self.problem.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addLayout(self.row)
        self.column.addWidget(self.problem)

    def show_draft(self, draft: Draft) -> None:
        raise NotImplementedError

    def controls(self) -> list[QWidget]:
        """What is marked when something is wrong."""
        raise NotImplementedError

    def names(self) -> tuple[str, ...]:
        """The fields of the draft, and of its problems, that are shown here."""
        return (self.name,)

    def say(self, problem: str, name: str = "") -> None:
        """What is wrong with the field called `name`; nothing, when it is empty."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        for control in self.controls():
            wrong = bool(problem) and control.property("field") in (None, name)
            if bool(control.property("invalid")) is not wrong:
                control.setProperty("invalid", "true" if wrong else None)
                control.style().unpolish(control)
                control.style().polish(control)
            control.setAccessibleDescription(problem if wrong else "")


class Line(Field):
    """One line of text."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title)
        self.edit = QLineEdit()
        self.edit.setAccessibleName(title)
        self.row.addWidget(self.edit, 1)
        self.edit.textEdited.connect(lambda text: self.edited.emit(self.name, text))

    def controls(self) -> list[QWidget]:
        return [self.edit]

    def show_draft(self, draft: Draft) -> None:
        if self.edit.text() != (text := str(getattr(draft, self.name))):
            self.edit.setText(text)


class Allowance(Field):
    """How many restarts within which time, in one row, and what happens beyond."""

    def __init__(self) -> None:
        super().__init__("intensity", "Restarts allowed")
        self.edits: dict[str, QLineEdit] = {}
        self.told = label(tone="muted")
        for name, called in (("intensity", self.title), ("period_ms", "Within so many milliseconds")):
            edit = self.edits[name] = QLineEdit()
            edit.setAccessibleName(called)
            edit.setProperty("field", name)
            edit.textEdited.connect(lambda text, name=name: self._typed(name, text))
        for part in (self.edits["intensity"], label("within", tone="muted"), self.edits["period_ms"],
                     label("ms", tone="muted"), self.told):  # fmt: skip
            self.row.addWidget(part, int(isinstance(part, QLineEdit)))
        self.said = label("More than these, and it stops with all its children.", tone="muted", wrap=True)
        self.column.insertWidget(1, self.said)

    def _typed(self, name: str, text: str) -> None:
        self._tell()
        self.edited.emit(name, text)

    def _tell(self) -> None:
        try:
            value = read_whole(self.edits["period_ms"].text(), MILLISECONDS, 1)
            self.told.setText(f"= {MILLISECONDS.told(value)}")
        except Invalid:
            self.told.setText("")

    def controls(self) -> list[QWidget]:
        return [*self.edits.values()]

    def names(self) -> tuple[str, ...]:
        return tuple(self.edits)

    def show_draft(self, draft: Draft) -> None:
        for name, edit in self.edits.items():
            if edit.text() != (text := str(getattr(draft, name))):
                edit.setText(text)
        self._tell()


class Choice(Field):
    """One of several words, each with what it means."""

    def __init__(self, name: str, title: str, meanings: dict[str, str]) -> None:
        super().__init__(name, title)
        self._meanings = meanings
        self.combo = Choices(title)
        for word in meanings:
            self.combo.addItem(word, word)
        self.said = label(tone="muted", wrap=True)
        self.row.addWidget(self.combo, 1)
        self.column.insertWidget(1, self.said)
        self.combo.activated.connect(self._chosen)

    def _chosen(self) -> None:
        self.said.setText(self._meanings[self.combo.currentText()])
        self.edited.emit(self.name, self.combo.currentData())

    def controls(self) -> list[QWidget]:
        return [self.combo]

    def show_draft(self, draft: Draft) -> None:
        word = str(getattr(draft, self.name))
        if self.combo.findData(word) < 0:
            self.combo.addItem(word, word)
        self.combo.setCurrentIndex(self.combo.findData(word))
        self.said.setText(self._meanings.get(word, ""))


class Shutdown(Field):
    """How it is stopped; a time only where one is waited for."""

    def __init__(self) -> None:
        super().__init__("shutdown", "When it is stopped")
        self.combo = Choices("How it is stopped")
        for word, text in ENDS.items():
            self.combo.addItem(text, word)
        self.edit = QLineEdit()
        self.edit.setAccessibleName("Milliseconds until it is killed")
        self.edit.setMaximumWidth(110)
        self.unit = label("ms", tone="muted")
        self.row.addWidget(self.combo, 1)
        self.row.addWidget(self.edit)
        self.row.addWidget(self.unit)
        self.combo.activated.connect(self._chosen)
        self.edit.textEdited.connect(lambda text: self.edited.emit(self.name, text))

    def _chosen(self) -> None:
        word = self.combo.currentData()
        self.edited.emit(self.name, f"{SHUTDOWN_MS:,}" if word == WITHIN else word)

    def controls(self) -> list[QWidget]:
        return [self.edit]

    def show_draft(self, draft: Draft) -> None:
        word = draft.shutdown if draft.shutdown in ENDS else WITHIN
        self.combo.setCurrentIndex(self.combo.findData(word))
        self.edit.setVisible(word == WITHIN)
        self.unit.setVisible(word == WITHIN)
        if word == WITHIN and self.edit.text() != draft.shutdown:
            self.edit.setText(draft.shutdown)


class State(Field):
    """Text handed to `init`, or bytes written in hexadecimal."""

    def __init__(self) -> None:
        super().__init__("state", "Initial state")
        self.edit = PayloadText()
        self.edit.setPlaceholderText("handed to init at each start; empty: none")
        self.edit.setFont(mono())
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName(self.title)
        self.edit.setFixedHeight(self.edit.fontMetrics().lineSpacing() * STATE_LINES)
        self.hex = QCheckBox("bytes, in hexadecimal")
        self.row.addWidget(self.edit, 1)
        self.column.insertWidget(1, self.hex)
        self._shown = False
        self.edit.textChanged.connect(self._typed)
        self.hex.clicked.connect(lambda on: self.edited.emit("state_hex", on))

    def _typed(self) -> None:
        if not self._shown:
            self.edited.emit(self.name, raw_text(self.edit.document()))

    def controls(self) -> list[QWidget]:
        return [self.edit]

    def names(self) -> tuple[str, ...]:
        return "state", "state_hex"

    def show_draft(self, draft: Draft) -> None:
        self.hex.setChecked(draft.state_hex)
        if raw_text(self.edit.document()) != draft.state:
            self._shown = True
            self.edit.setPlainText(draft.state)
            self._shown = False


class Durable(Field):
    """Whether it has a journal."""

    def __init__(self) -> None:
        super().__init__("durable", "Durable")
        self.on = QCheckBox("each turn is on disk; it comes back as it was")
        self.on.setAccessibleName(self.title)
        self.on.clicked.connect(lambda on: self.edited.emit(self.name, on))
        self.row.addWidget(self.on, 1)

    def controls(self) -> list[QWidget]:
        return [self.on]

    def show_draft(self, draft: Draft) -> None:
        self.on.setChecked(draft.durable)


class Waits(Field):
    """The backoff: switched on, then three numbers."""

    NUMBERS = (("first_ms", "first after", "ms"), ("factor", "then times", ""), ("most_ms", "at most", "ms"))

    def __init__(self) -> None:
        super().__init__("backs_off", "Backoff")
        self.on = QCheckBox("wait before a restart, longer each time")
        self.on.clicked.connect(lambda on: self.edited.emit(self.name, on))
        self.row.addWidget(self.on, 1)
        self.edits: dict[str, QLineEdit] = {}
        self.numbers = QWidget()
        line = QHBoxLayout(self.numbers)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for name, caption, unit in self.NUMBERS:
            edit = self.edits[name] = QLineEdit()
            edit.setAccessibleName(f"Backoff: {caption}{f' ({unit})' if unit else ''}")
            edit.setMinimumWidth(44)
            edit.setProperty("field", name)
            edit.textEdited.connect(lambda text, name=name: self.edited.emit(name, text))
            line.addWidget(label(caption, tone="muted"))
            line.addWidget(edit, 1)
            if unit:
                line.addWidget(label(unit, tone="muted"))
        self.column.insertWidget(1, self.numbers)

    def controls(self) -> list[QWidget]:
        return [*self.edits.values()]

    def names(self) -> tuple[str, ...]:
        return "backs_off", *self.edits

    def show_draft(self, draft: Draft) -> None:
        self.on.setChecked(draft.backs_off)
        self.numbers.setVisible(draft.backs_off)
        for name, edit in self.edits.items():
            if edit.text() != (text := str(getattr(draft, name))):
                edit.setText(text)


class ModuleChoice(Field):
    """From the node's library, by alias, or by hash where there is none; each with what it can handle."""

    def __init__(self) -> None:
        super().__init__("module", "Module")
        self.combo = Choices(self.title)
        self.said = label(tone="muted", wrap=True)
        self.row.addWidget(self.combo, 1)
        self.column.insertWidget(1, self.said)
        self._told: dict[str, str] = {}
        self.combo.activated.connect(self._chosen)

    def show_modules(self, offered: Sequence[tuple[str, str, str]]) -> None:
        """Reference, text of the item, and what is said below it when it is chosen."""
        chosen = self.combo.currentData()
        self._told = {reference: told for reference, _, told in offered}
        self.combo.clear()
        self.combo.addItem("choose a module…", "")
        for reference, text, _ in offered:
            self.combo.addItem(text, reference)
        self._set(chosen or "")

    def _set(self, reference: str) -> None:
        if self.combo.findData(reference) < 0:
            self.combo.addItem(f"{reference}   not deployed", reference)
        self.combo.setCurrentIndex(self.combo.findData(reference))
        missing = "The node has no module of this name." if reference else ""
        self.said.setText(self._told.get(reference, missing))

    def _chosen(self) -> None:
        self._set(self.combo.currentData())
        self.edited.emit(self.name, self.combo.currentData())

    def controls(self) -> list[QWidget]:
        return [self.combo]

    def show_draft(self, draft: Draft) -> None:
        self._set(draft.module)
