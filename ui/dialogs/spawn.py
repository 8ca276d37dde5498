"""Asks what to spawn: module, name, initial state, profile, and whether it is durable."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui import format as show
from ui.theme import mono
from workbench.api import PROFILES, ModuleInfo


class SpawnDialog(QDialog):
    """`module`, `name`, `state`, `profile` and `durable` hold the answer after it was accepted."""

    def __init__(self, parent: QWidget, modules: Sequence[ModuleInfo], chosen: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Spawn an actor")
        self.setMinimumWidth(440)
        self._modules = QComboBox()
        for info in modules:
            behaviors = ", ".join(info.behaviors)
            self._modules.addItem(f"{info.name}   {behaviors}, {show.size(info.size_bytes)}", info.hash)
        self._modules.setCurrentIndex(max(self._modules.findData(chosen), 0))
        self._name = QLineEdit(placeholderText="empty: a free name is chosen")
        self._state = QPlainTextEdit(placeholderText="handed to init; empty for a new actor")
        self._state.setFont(mono())
        self._state.setFixedHeight(80)
        self._state.setTabChangesFocus(True)
        self._profile = QComboBox()
        self._profile.addItems(list(PROFILES))
        self._profile.setCurrentText("balanced")
        self._limits = QLabel(wordWrap=True)
        self._limits.setProperty("tone", "muted")
        self._profile.currentTextChanged.connect(self._explain)
        self._durable = QCheckBox("Durable: each turn is on disk, it comes back as it was")
        self._lay_out()
        self._explain(self._profile.currentText())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Module", self._modules), ("Name", self._name), ("Initial state", self._state),
                               ("Profile", self._profile)):  # fmt: skip
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        form.addRow("", self._limits)
        form.addRow("", self._durable)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        spawn = buttons.addButton("Spawn", QDialogButtonBox.ButtonRole.AcceptRole)
        spawn.setProperty("primary", "true")
        spawn.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.addLayout(form)
        whole.addSpacing(8)
        whole.addWidget(buttons)

    def _explain(self, name: str) -> None:
        chosen = PROFILES[name]
        limits = chosen.interpreter
        self._limits.setText(
            f"{show.size(limits.memory_bytes)} memory, {show.short(limits.fuel)} fuel and "
            f"{show.duration(limits.time_ms / 1000)} per turn; may use {', '.join(chosen.grants)}"
        )

    @property
    def module(self) -> str:
        return str(self._modules.currentData())

    @property
    def name(self) -> str:
        return self._name.text().strip()

    @property
    def state(self) -> str:
        return self._state.toPlainText()

    @property
    def profile(self) -> str:
        return self._profile.currentText()

    @property
    def durable(self) -> bool:
        return self._durable.isChecked()
