"""A pattern made field by field: each a value, anything, any of a type, or a test. A tuple is the example."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QScrollArea, QWidget

from ui.desk import Desk
from ui.widgets.build import box, button, column, label, row, set_tone, shrinks, tool_for
from ui.widgets.spin import Spin
from workbench.api import ANY, Invalid, Pattern, Where
from workbench.api.patterns import parse_pattern, write_field, write_value
from workbench.api.tuplespace import KINDS, OPERATORS, TEXT_TESTS, TUPLE_FIELDS, PatternField

EXACTLY, ANYTHING, ANY_OF = "exactly", "anything", "any "
CHOICES = (
    EXACTLY, ANYTHING, *(f"{ANY_OF}{name}" for kind, name in KINDS.items() if kind is not NoneType), *OPERATORS
)  # fmt: skip
FREE = frozenset(choice for choice in CHOICES if choice.startswith(ANYTHING[:3]))
"""These need no value."""
MOST_SECONDS = 60


class FieldRow(QWidget):
    """One field of the pattern. `edited` follows what is chosen and typed."""

    edited = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self.choice = QComboBox()
        self.choice.addItems(CHOICES)
        self.choice.setAccessibleName(f"Field {number} is")
        self.value = QLineEdit(placeholderText='"text", 7, 1.5, true, x"00ff"')
        self.value.setAccessibleName(f"Value of field {number}")
        self.value.setMinimumWidth(60)
        stays = self.value.sizePolicy()
        stays.setRetainSizeWhenHidden(True)  # else the choice moves out of line with those of the other fields
        self.value.setSizePolicy(stays)
        self._before = EXACTLY
        name = label(f"Field {number}", tone="muted")
        name.setMinimumWidth(52)
        line = row(name, self.choice, self.value, margins=(10, 1, 8, 1))
        line.setStretch(2, 1)
        self.setLayout(line)
        self.choice.currentTextChanged.connect(self._chosen)
        self.value.textChanged.connect(lambda: self.edited.emit())

    def text(self) -> str:
        """This field as in the text of a pattern."""
        chosen, value = self.choice.currentText(), self.value.text().strip()
        if chosen == ANYTHING:
            return "?"
        if chosen.startswith(ANY_OF):
            return chosen.removeprefix(ANY_OF)
        return value if chosen == EXACTLY else f"{chosen} {value}"

    def show_field(self, field: PatternField) -> None:
        """Another field; nobody is told. A value that a wildcard does not need stays for who chooses a test next."""
        self.blockSignals(True)
        if field is ANY:
            self.choice.setCurrentText(ANYTHING)
        elif isinstance(field, type):
            self.choice.setCurrentText(f"{ANY_OF}{KINDS[field]}")
        elif isinstance(field, Where):
            self.choice.setCurrentText(field.operator)
            self.value.setText(write_field(field).removeprefix(field.operator).strip())
        else:
            self.choice.setCurrentText(EXACTLY)
            self.value.setText(write_value(field))  # type: ignore[arg-type]  # nothing but a value is left
        self.blockSignals(False)

    def refuse(self, problem: str) -> None:
        """Outline the value when it cannot be read; a field without one always can."""
        wrong = "true" if problem else None
        if self.value.property("invalid") != wrong:
            self.value.setProperty("invalid", wrong)
            self.value.style().unpolish(self.value)
            self.value.style().polish(self.value)
        self.value.setToolTip(problem)

    def _chosen(self, chosen: str) -> None:
        """The value goes along: as a list for `in`, as a text for what tests texts."""
        value = self.value.text().strip()
        if chosen == "in" and not value.startswith("["):
            self.value.setText(f"[{value}]")
        elif self._before == "in" and chosen not in FREE:
            self.value.setText(value.removeprefix("[").removesuffix("]").partition(",")[0].strip())
        elif chosen in TEXT_TESTS and value[:1] not in ('"', "'"):
            self.value.setText(f'"{value}"')
        self.value.setVisible(chosen not in FREE)
        self._before = chosen
        self.edited.emit()


class PatternBuilding(QWidget):
    """`built` carries the text of each pattern that can be read. `seconds` is how long a read or a take waits."""

    built = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.rows: list[FieldRow] = []
        self._made: list[FieldRow] = []
        self._column = column(None, spacing=2, margins=(0, 4, 0, 4))
        inside = box("composer", self._column)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName("Fields of the pattern")
        scroll.setMinimumHeight(60)
        self.said: QLabel = label(tone="muted")
        shrinks(self.said)
        self.more = button("Add a field", self._add, style="link")
        self.less = button("Remove the last", self._drop, style="link")
        self.seconds = Spin(0, MOST_SECONDS, suffix=" s")
        self.seconds.setSpecialValueText("do not wait")
        self.seconds.setAccessibleName("Seconds to wait for a tuple")
        self.seconds.setToolTip("How long a read or a take waits for a tuple that matches")
        actions = desk.actions
        deeds = (tool_for(actions[f"tuple.{verb}"], text=True) for verb in ("read", "take", "watch"))
        foot = row(self.more, self.less, self.said, self.seconds, *deeds, margins=(8, 4, 8, 6))
        foot.setStretch(2, 1)
        whole = column(scroll, box("foot", foot), spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self._enable()

    @property
    def text(self) -> str:
        return f"({', '.join(each.text() for each in self.rows)})" if self.rows else ""

    def show_pattern(self, pattern: Pattern) -> None:
        """A pattern that was made elsewhere; fields that say the same are left as they are typed."""
        self._fit(len(pattern))
        for made, field in zip(self.rows, pattern, strict=True):
            if _read(made.text()) != write_field(field):
                made.show_field(field)
        self._say()

    def begin(self, example: Pattern) -> None:
        """A pattern for tuples like this one, its first field to be changed first."""
        self.show_pattern(example)
        if self.rows:
            self.rows[0].choice.setFocus()

    def _fit(self, count: int) -> None:
        """Rows that are not needed are hidden, and used again."""
        while len(self._made) < count:
            made = FieldRow(len(self._made) + 1)
            made.edited.connect(self._edited)
            self._made.append(made)
            self._column.insertWidget(len(self._made) - 1, made)
        for at, made in enumerate(self._made):
            made.setVisible(at < count)
        self.rows = self._made[:count]
        self._enable()

    def _add(self) -> None:
        self._fit(len(self.rows) + 1)
        self.rows[-1].show_field(ANY)
        self.rows[-1].choice.setFocus()
        self._edited()

    def _drop(self) -> None:
        self._fit(len(self.rows) - 1)
        self._edited()

    def _edited(self) -> None:
        if not self._say():
            self.built.emit(self.text)

    def _say(self) -> str:
        """Outline the fields that cannot be read; what is wrong with the first stands at the foot."""
        problems = [_wrong(made) for made in self.rows]
        for made, wrong in zip(self.rows, problems, strict=True):
            made.refuse(wrong)
        at, problem = next(((at, wrong) for at, wrong in enumerate(problems, 1) if wrong), (0, ""))
        self.said.setText(f"Field {at}: {problem}" if problem else "")
        self.said.setToolTip(self.said.text())
        set_tone(self.said, "error" if problem else "muted")
        return problem

    def _enable(self) -> None:
        self.more.setEnabled(len(self.rows) < TUPLE_FIELDS)
        self.less.setEnabled(bool(self.rows))


def _wrong(made: FieldRow) -> str:
    """Why a field cannot be read; empty when it can."""
    try:
        found: Sequence[PatternField] = parse_pattern(f"({made.text()}, ?)")  # a comma at its end would be one too many
    except Invalid as error:
        said = str(error)
        return said.partition(": ")[2] if said.startswith(("character", "field")) else said
    return "" if len(found) == 2 else "one value is wanted"


def _read(written: str) -> str:
    """A field in the words in which all fields are written."""
    try:
        return ", ".join(map(write_field, parse_pattern(f"({written})")))
    except Invalid:
        return ""
