"""The limits of one actor: what is set, what its profile has, and editing them while it runs."""

from __future__ import annotations

from dataclasses import fields, replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.limit_words import KINDS, read_whole
from ui.widgets.build import box, button, label, row, set_tone, shrinks, tool_for
from workbench.api import ActorInfo, Invalid, Limits
from workbench.api.limits import STACK_CLASSES

NAMES = tuple(field.name for field in fields(Limits))


class Field(QWidget):
    """One limit: the value in a line (or a choice, for the stack), and what is wrong with it below."""

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.kind = name, KINDS[name]
        self.value = 0
        self.edit: QLineEdit | QComboBox = self._choice() if name == "stack_bytes" else self._line()
        self.edit.setAccessibleName(self.kind.title)
        self.problem = label(tone="error", wrap=True)
        self.problem.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(1)
        whole.addWidget(self.edit)
        whole.addWidget(self.problem)

    def _line(self) -> QLineEdit:
        made = QLineEdit()
        made.setMinimumWidth(90)
        made.textEdited.connect(lambda: self.edited.emit())
        return made

    def _choice(self) -> QComboBox:
        made = QComboBox()
        for size in STACK_CLASSES:
            made.addItem(f"{size:,}", size)
        made.activated.connect(lambda: self.edited.emit())
        return made

    @property
    def text(self) -> str:
        return self.edit.text() if isinstance(self.edit, QLineEdit) else self.edit.currentText()

    def set_value(self, value: int) -> None:
        """Show a number, as if nobody had typed."""
        if isinstance(self.edit, QComboBox):
            self.edit.setCurrentIndex(self.edit.findData(value))
        elif self.edit.text() != f"{value:,}":
            self.edit.setText(f"{value:,}")

    def read(self) -> int:
        return read_whole(self.text, self.kind, self.value)

    @property
    def typed(self) -> bool:
        """Whether something else than the value is written."""
        try:
            return self.read() != self.value
        except Invalid:
            return True

    def say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.edit.setProperty("invalid", "true" if problem else None)
        self.edit.setAccessibleDescription(problem)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)


class LimitsTab(QWidget):
    """`applied` carries the limits that are to be in force; what was typed stays while the list is read again."""

    applied = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.info: ActorInfo | None = None
        self.profile: Limits | None = None
        self.fields = {name: Field(name) for name in NAMES}
        self._told = {name: label(tone="muted") for name in NAMES}
        self._profile = {name: label(tone="muted") for name in NAMES}
        self._marks = {name: label() for name in NAMES}
        self.note = label(tone="muted", wrap=False)
        self.apply = button("Apply", lambda: desk.actions.run("actor.apply_limits"), style="primary")
        self.undo = button("Take back", self.reread, name="Take back what was typed")
        self._lay_out()
        for field in self.fields.values():
            field.edited.connect(self._check)
            if isinstance(field.edit, QLineEdit):
                field.edit.returnPressed.connect(lambda: desk.actions.run("actor.apply_limits"))
        for verb, slot in (("apply", self._apply), ("reset", self.reset), ("copy", self._copy)):
            desk.actions.bind(f"actor.{verb}_limits", slot)
        self._check()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self._head = label("Profile", role="caption")
        for at, made in enumerate((label("Limit", role="caption"), label("This actor", role="caption"), label(""),
                                   self._head, label("", role="caption"))):  # fmt: skip
            grid.addWidget(made, 0, at)
        for at, (name, field) in enumerate(self.fields.items(), 1):
            grid.addWidget(label(field.kind.title), at, 0)
            grid.addWidget(field, at, 1)
            for place, part in enumerate((self._told, self._profile, self._marks), 2):
                grid.addWidget(part[name], at, place)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(4, 1)
        grid.setRowStretch(len(self.fields) + 1, 1)
        page = QWidget()
        page.setObjectName("graphPage")
        page.setLayout(grid)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        area.setAccessibleName("Limits of the actor")
        shrinks(self.note)
        tools = [tool_for(self._desk.actions[f"actor.{verb}_limits"]) for verb in ("reset", "copy")]
        foot = row(self.note, self.undo, self.apply, *tools, margins=(12, 4, 8, 4))
        foot.setStretch(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addWidget(box("foot", foot))

    # what is shown

    def show_actor(self, info: ActorInfo, profile: Limits | None) -> None:
        """`profile` are the limits that its profile has for its module; None when they could not be read."""
        other = self.info is None or self.info.id != info.id
        changed = other or (self.info is not None and self.info.limits != info.limits) or profile != self.profile
        self.info, self.profile = info, profile
        if changed:
            self._head.setText(f"Profile {info.profile}")
            for name, field in self.fields.items():
                value = getattr(info.limits, name)
                typed, field.value = field.typed, value
                if other or not typed or not field.typed:
                    field.set_value(value)
            self._check()

    def reread(self) -> None:
        """What the actor has, instead of what was typed."""
        for field in self.fields.values():
            field.set_value(field.value)
        self._check()

    def reset(self) -> None:
        """What its profile has, ready to be applied."""
        if self.profile is not None:
            for name, field in self.fields.items():
                field.set_value(getattr(self.profile, name))
            self._check()

    def wanted(self) -> Limits | None:
        """What is written; None while something is wrong, which is then said under its field."""
        if self.info is None:
            return None
        found, whole = self.info.limits, True
        for name, field in self.fields.items():
            try:
                found = replace(found, **{name: field.read()})
                field.say("")
            except Invalid as error:
                field.say(str(error))
                whole = False
        return found if whole else None

    def refuse(self, error: Exception) -> None:
        """The node did not take them: under the field that it names, else below all."""
        field = next((field for name, field in self.fields.items() if name in str(error)), None)
        if field is not None:
            field.say(str(error))
        else:
            set_tone(self.note, "error")
            self.note.setText(str(error))

    def _check(self) -> None:
        wanted = self.wanted()
        before = self.info.limits if self.info is not None else None
        for name in NAMES:
            self._show_line(name)
        self.apply.setEnabled(wanted is not None and wanted != before)
        edited = any(field.typed for field in self.fields.values())
        self.undo.setEnabled(edited)
        self._desk.actions.enable("actor.apply_limits", on=self.apply.isEnabled())
        same = self.profile is None or wanted == self.profile
        self._desk.actions.enable("actor.reset_limits", on=not same)
        self._desk.actions.enable("actor.copy_limits", on=wanted is not None)
        stack = wanted is not None and before is not None and wanted.stack_bytes != before.stack_bytes
        said = "The stack takes effect at its next start, the rest from its next turn on."
        set_tone(self.note, "warn" if stack else "muted")
        self.note.setText(said if stack or not edited else "Applied, they are in force from its next turn on.")
        self.note.setToolTip(said)

    def _show_line(self, name: str) -> None:
        field, profile = self.fields[name], None if self.profile is None else getattr(self.profile, name)
        try:
            value: int | None = field.read()
        except Invalid:
            value = None
        text = field.kind.told(value)
        self._told[name].setText(
            field.kind.unit + (f"  ({text})" if value is not None and text != f"{value:,}" else "")
        )
        self._profile[name].setText(field.kind.told(profile))
        own = profile is not None and value is not None and value != profile
        self._marks[name].setText("● not applied" if field.typed else "changed" if own else "")
        set_tone(self._marks[name], "warn" if field.typed else "accent")

    # what is done

    def _apply(self) -> None:
        wanted = self.wanted()
        if wanted is not None and self.info is not None and wanted != self.info.limits:
            self.applied.emit(wanted)

    def command(self) -> str:
        """The command for what was typed; when nothing was, for what differs from the profile."""
        wanted = self.wanted()
        if wanted is None or self.info is None:
            return ""
        given = self.profile if wanted == self.info.limits and self.profile else self.info.limits
        changes = [f"{name}={getattr(wanted, name)}" for name in NAMES if getattr(wanted, name) != getattr(given, name)]
        return self._desk.command("actor limits", self.info.id.name, *changes)

    def _copy(self) -> None:
        if text := self.command():
            QGuiApplication.clipboard().setText(text)
