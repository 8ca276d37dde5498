"""F1: every action, its keys, and the command line that does the same, or why there is none."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui.actions import SPECS, Spec
from ui.expression import TooSlow
from ui.models import Column, RowModel
from ui.theme import sheet
from ui.widgets.filter_edit import FilterEdit
from ui.widgets.table import Table


def _same(spec: Spec) -> str:
    return f"workbench {spec.command}" if spec.command else f"none: {spec.reason}"


Col = Column[Spec]
COLUMNS: tuple[Col, ...] = (
    Col("action", "Action", lambda s: s.title, lambda s: s.title, 290, icon=lambda s: (s.icon, "icon")),
    Col("keys", "Keys", lambda s: s.shortcut, lambda s: s.shortcut, 130, bold=True),
    Col("command", "On the command line", _same, _same, 380, tone=lambda s: "text" if s.command else "muted"),
)


class Shortcuts(QDialog):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setStyleSheet(sheet())
        self.setWindowTitle("Keyboard shortcuts and commands")
        self.resize(940, 600)
        self.model: RowModel[Spec] = RowModel(COLUMNS, lambda spec: spec.id, self)
        self.table = Table(self.model, "Actions")
        self.filter = FilterEdit(COLUMNS, "save keys~ctrl")
        self.filter.applied.connect(self._arrange)
        self.table.order_changed.connect(self._arrange)
        whole = QVBoxLayout(self)
        whole.addWidget(self.filter)
        whole.addWidget(self.table, 1)
        self._arrange()

    def _arrange(self) -> None:
        wanted = self.filter.filter
        try:
            self.model.patch(self.model.arrange(SPECS, wanted))
        except TooSlow as error:
            self.filter.refuse(wanted, str(error))
        else:
            self.filter.answered()
