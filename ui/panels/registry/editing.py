"""One entry of the registry as it is written."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from ui.desk import Desk
from ui.panels.registry.columns import labels
from ui.widgets.build import box, column, label, row, tool_for
from ui.widgets.spin import Spin
from workbench.api import Health, Invalid, RegistryEntry
from workbench.api.registry import OBJECT_TYPES


class EntryEditing(QWidget):
    """What shall be registered, and how well a heartbeat says that it does. `edited` follows typing."""

    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        actions = desk.actions
        self.id = _line("Id", "unique in the namespace")
        self.type = QComboBox()
        self.type.setEditable(True)
        self.type.addItems(["service", *(kind for kind in OBJECT_TYPES if kind != "service")])
        edit = self.type.lineEdit()
        assert edit is not None
        for named in (self.type, edit):
            named.setAccessibleName("Type")
        self.address = _line("Address", "an actor's id, a URL")
        self.labels = _line("Labels", "zone=eu, tier=web")
        self.ttl = Spin(0, 2_000_000_000, suffix=" s")
        self.ttl.setSpecialValueText("no heartbeats")
        self.ttl.setAccessibleName("Seconds between heartbeats")
        self.health = QComboBox()
        self.health.setAccessibleName("Health that a heartbeat tells")
        self.health.addItems([health.value for health in Health])
        first = row(
            label("Id", tone="muted"), self.id, label("Type", tone="muted"), self.type,
            label("Address", tone="muted"), self.address, margins=(8, 6, 8, 2),
        )  # fmt: skip
        second = row(
            label("Labels", tone="muted"), self.labels, label("Heartbeat every", tone="muted"), self.ttl,
            tool_for(actions["registry.register"], text=True), margins=(8, 2, 8, 4),
        )  # fmt: skip
        third = row(
            label("Health", tone="muted"), self.health, tool_for(actions["registry.heartbeat"], text=True), None,
            tool_for(actions["registry.unregister"], text=True), margins=(8, 4, 8, 6),
        )  # fmt: skip
        form = column(spacing=0)
        for part in (first, second):
            form.addLayout(part)
        whole = column(box("composer", form), spacing=0)
        whole.addLayout(third)
        whole.addStretch(1)
        self.setLayout(whole)
        for line in (self.id, self.address, self.labels):
            line.textChanged.connect(lambda: self.edited.emit())
        self.type.editTextChanged.connect(lambda: self.edited.emit())

    @property
    def complete(self) -> bool:
        return bool(self.id.text() and self.type.currentText() and self.address.text())

    @property
    def ttl_ms(self) -> int | None:
        return self.ttl.value() * 1_000 or None

    def pairs(self) -> Mapping[str, str]:
        """The labels as written. Invalid: one has no `=`."""
        found: dict[str, str] = {}
        for part in self.labels.text().split(","):
            name, equals, value = part.strip().partition("=")
            if not equals and name:
                raise Invalid(f"{name!r} is no label: write name=value, with commas between several")
            if name:
                found[name] = value
        return found

    def show_entry(self, entry: RegistryEntry) -> None:
        """One that was chosen."""
        self.id.setText(entry.id)
        self.type.setCurrentText(entry.object_type)
        self.address.setText(entry.address)
        self.labels.setText(labels(entry))
        self.ttl.setValue((entry.ttl_ms or 0) // 1_000)
        self.health.setCurrentText(entry.health.value)


def _line(name: str, placeholder: str) -> QLineEdit:
    made = QLineEdit(placeholderText=placeholder)
    made.setAccessibleName(name)
    made.setMinimumWidth(60)
    return made
