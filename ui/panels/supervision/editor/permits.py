"""What an actor may do, and its bounds: the grants beyond its profile, and the limits that are not the profile's."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QListWidget, QWidget

from ui.grant_words import EXAMPLES, offers
from ui.limit_words import KINDS
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.fields import Choices, Field
from ui.widgets.build import button, label
from workbench.api import Invalid, Limits, parse_grant
from workbench.api.limits import STACK_CLASSES

GRANTS_SEEN = 4


class GrantList(QListWidget):
    """Delete takes the chosen one away."""

    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.taken.emit()
        else:
            super().keyPressEvent(event)


def _capability(grant: str) -> str:
    return grant.partition("/")[0].partition(":")[0]


class Grants(Field):
    """Those that it has, and a line to add one, in the words of the Capabilities panel."""

    def __init__(self) -> None:
        super().__init__("grants", "Grants")
        self.list = GrantList()
        self.list.setAccessibleName("Grants beyond the profile")
        self.combo = Choices("A grant to add")
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.combo.lineEdit()
        assert line is not None
        self.line = line
        self.line.setAccessibleName("A grant to add")
        self.line.setPlaceholderText("capability[:mode][/scope]")
        self.add = button("Add", self._add, name="Add the grant")
        self.remove = button("Take away", self._remove, name="Take the chosen grant away")
        self.row.addWidget(self.combo, 1)
        self.row.addWidget(self.add)
        self.row.addWidget(self.remove)
        self.lacks = label(tone="warn", wrap=True)
        self.column.insertWidget(0, self.list)
        self.column.addWidget(self.lacks)
        self._held: tuple[str, ...] = ()
        self._needed: Sequence[str] = ()
        self.line.textEdited.connect(lambda: self._check())
        self.combo.activated.connect(lambda: self._check())
        self.line.returnPressed.connect(self._add)
        self.list.taken.connect(self._remove)
        self.list.currentRowChanged.connect(lambda: self._check())
        self._check()

    def controls(self) -> list[QWidget]:
        return [self.line]

    def suggest(self, needed: Sequence[str], profile: str) -> None:
        """What its module needs and its profile does not give comes first, and is said while no grant gives it."""
        if needed != self._needed:
            self._needed = needed
            self._offer()
        lacks = [each for each in needed if not any(_capability(grant) == each for grant in self._held)]
        self.lacks.setText(f"Its module needs {', '.join(lacks)}, which the profile {profile} does not give.")
        self.lacks.setVisible(bool(lacks))

    def show_draft(self, draft: Draft) -> None:
        changed, self._held = draft.grants != self._held, draft.grants
        if changed or self.list.count() != len(self._held):
            at = self.list.currentRow()
            self.list.clear()
            self.list.addItems(list(self._held))
            self.list.setCurrentRow(min(at, len(self._held) - 1))
            self._offer()
        self.list.setVisible(bool(self._held))
        rows = min(max(len(self._held), 1), GRANTS_SEEN)
        self.list.setFixedHeight(rows * (self.fontMetrics().height() + 10) + 6)
        self._check()

    def _offer(self) -> None:
        typed = self.line.text()
        self.combo.clear()
        self.combo.addItems(offers(self._needed, self._held))
        self.combo.setCurrentIndex(-1)
        self.line.setText(typed)

    def written(self) -> str:
        """The grant in the line, in its one form; Invalid when it is none."""
        return str(parse_grant(self.line.text().strip()))

    def _check(self) -> None:
        typed, problem = self.line.text().strip(), ""
        try:
            if typed:
                self.written()
        except Invalid as error:
            problem = error.message
        self.add.setEnabled(bool(typed) and not problem)
        self.remove.setEnabled(self.list.currentRow() >= 0 and bool(self._held))
        self.say("" if typed in EXAMPLES.values() else problem)

    def _add(self) -> None:
        if self.add.isEnabled() and (grant := self.written()):
            self.line.clear()
            if grant not in self._held:
                self.edited.emit(self.name, (*self._held, grant))
            self._check()

    def _remove(self) -> None:
        at = self.list.currentRow()
        if 0 <= at < len(self._held):
            self.edited.emit(self.name, (*self._held[:at], *self._held[at + 1 :]))


class LimitsGrid(Field):
    """One line for each limit; an empty one is the profile's, which stands in it in grey."""

    def __init__(self) -> None:
        super().__init__("limits", "Limits")
        self.edits: dict[str, QLineEdit | QComboBox] = {}
        self._wrong = {name: label(tone="error", wrap=True) for name in KINDS}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for at, (name, kind) in enumerate(KINDS.items()):
            made = self.edits[name] = self._stack() if name == "stack_bytes" else QLineEdit()
            made.setAccessibleName(f"{kind.title}, in {kind.unit}")
            if isinstance(made, QLineEdit):
                made.textEdited.connect(lambda: self._typed())
            grid.addWidget(label(kind.title, tone="muted"), 2 * at, 0)
            grid.addWidget(made, 2 * at, 1)
            grid.addWidget(self._wrong[name], 2 * at + 1, 0, 1, 2)
            self._wrong[name].hide()
        grid.setColumnStretch(1, 1)
        self.row.addLayout(grid, 1)

    def _stack(self) -> QComboBox:
        made = Choices("Stack")
        made.addItem("as the profile", "")
        for size in STACK_CLASSES:
            made.addItem(f"{size:,}", f"{size:,}")
        made.activated.connect(lambda: self._typed())
        return made

    def _typed(self) -> None:
        read = {name: edit.currentData() if isinstance(edit, QComboBox) else edit.text()
                for name, edit in self.edits.items()}  # fmt: skip
        self.edited.emit(self.name, tuple((name, text) for name, text in read.items() if text.strip()))

    def controls(self) -> list[QWidget]:
        return []

    def names(self) -> tuple[str, ...]:
        return tuple(f"limits.{name}" for name in KINDS)

    def say_of(self, problems: dict[str, str]) -> None:
        """What is wrong with which limit, under its line."""
        for name, wrong in self._wrong.items():
            problem = problems.get(f"limits.{name}", "")
            wrong.setText(problem)
            wrong.setVisible(bool(problem))
            self.edits[name].setAccessibleDescription(problem)

    def show_profile(self, limits: Limits | None) -> None:
        for name, edit in self.edits.items():
            value = getattr(limits, name) if limits is not None else None
            if isinstance(edit, QLineEdit):
                edit.setPlaceholderText(f"{value:,}  ({KINDS[name].told(value)})" if value is not None else "")
            else:
                edit.setItemText(0, f"as the profile: {value:,}" if value is not None else "as the profile")

    def show_draft(self, draft: Draft) -> None:
        given = dict(draft.limits)
        for name, edit in self.edits.items():
            text = given.get(name, "")
            if isinstance(edit, QComboBox):
                if edit.findData(text) < 0:
                    edit.addItem(text, text)
                edit.setCurrentIndex(edit.findData(text))
            elif edit.text() != text:
                edit.setText(text)
