"""Two nodes side by side: versions, modules present and missing, actors; everything can be copied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.models import Column, RowModel
from ui.theme import sheet
from ui.widgets.build import box, button, label, row
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api.connections import NodeDifference, Verdict

LOOKS = {
    Verdict.SAME: ("ok", "ok"), Verdict.DIFFERENT: ("diff", "warn"), Verdict.LEFT: ("step-back", "info"),
    Verdict.RIGHT: ("step", "info"),
}  # fmt: skip
WHAT = {"version": "info", "module": "module", "actor": "actor"}
Compare = Callable[[str, str], Awaitable[tuple[list[NodeDifference], str]]]
DIFFERENCES: tuple[Column[NodeDifference], ...] = (
    Column("what", "What", lambda d: d.what, lambda d: d.what, 90, icon=lambda d: (WHAT[d.what], "icon")),
    Column("name", "Name", lambda d: d.name, lambda d: d.name, 180, bold=True),
    Column("left", "Left", lambda d: d.left, lambda d: d.left, 220, mono=True),
    Column("right", "Right", lambda d: d.right, lambda d: d.right, 220, mono=True),
    Column("verdict", "Verdict", lambda d: str(d.verdict), lambda d: str(d.verdict), 110,
           icon=lambda d: LOOKS[d.verdict], tone=lambda d: LOOKS[d.verdict][1]),
)  # fmt: skip


class NodeComparison(QDialog):
    """It stays open beside the window; `compare` reads both nodes. The columns Left and Right are the nodes above.

    `names` are how nodes are shown, by the keys that `compare` takes.
    """

    def __init__(self, parent: QWidget, desk: Desk, names: Mapping[str, str], compare: Compare) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Two nodes compared")
        self.setStyleSheet(sheet())
        self.resize(900, 560)
        self._desk, self._compare = desk, compare
        self._found: list[NodeDifference] = []
        self.command = ""
        self.left, self.right = QComboBox(), QComboBox()
        for combo, name in ((self.left, "Left node"), (self.right, "Right node")):
            for key, shown in names.items():
                combo.addItem(shown, key)
            combo.setAccessibleName(name)
            combo.activated.connect(lambda: self.read())
        self.same = QCheckBox("Show what is the same too")
        self.same.toggled.connect(lambda: self._show())
        self.said = label(tone="muted", wrap=True)
        self.model: RowModel[NodeDifference] = RowModel(DIFFERENCES, lambda d: (d.what, d.name), self)
        self.table = Table(self.model, "Differences of two nodes")
        self.table.command_for = lambda _: self.command
        self.table.export_wanted.connect(desk.export_table)
        none = EmptyState("ok", "The two have the same versions, modules and actors.")
        none.needs_node = False
        self.view = FilteredTable(desk, self.table, "what:module verdict~only", none)
        self._lay_out()

    def _lay_out(self) -> None:
        line = row(self.left, label("and"), self.right, None, self.same,
                   button("Read again", self.read, icon_name="reload"), margins=(10, 8, 10, 8))  # fmt: skip
        foot = row(self.said, button("Copy as text", lambda: self._copy(self.table.as_text("Text")), icon_name="copy"),
                   button("Copy as command", lambda: self._copy(self.command), icon_name="command"),
                   button("Close", self.reject), margins=(10, 8, 10, 8))  # fmt: skip
        foot.setStretch(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", line))
        whole.addWidget(self.view, 1)
        whole.addWidget(box("foot", foot))

    def choose(self, left: str, right: str) -> None:
        """By their keys."""
        self.left.setCurrentIndex(self.left.findData(left))
        self.right.setCurrentIndex(self.right.findData(right))
        self.read()

    def read(self) -> None:
        self.said.setText("Reading both …")
        self._desk.bridge.start(self, self._read(), self._failed)

    async def _read(self) -> None:
        left, right = self.left.currentData(), self.right.currentData()
        found, line = await self._compare(left, right)
        if (left, right) == (self.left.currentData(), self.right.currentData()):
            self._found, self.command = found, line
            self._show()

    def _show(self) -> None:
        differ = [each for each in self._found if each.verdict is not Verdict.SAME]
        counts = [(verdict, sum(each.verdict is verdict for each in self._found)) for verdict in Verdict]
        left, right = self.left.currentText(), self.right.currentText()
        words = {Verdict.SAME: "the same", Verdict.DIFFERENT: "different", Verdict.LEFT: f"only on {left}",
                 Verdict.RIGHT: f"only on {right}"}  # fmt: skip
        self.said.setText(", ".join(f"{count:,} {words[verdict]}" for verdict, count in counts if count) + ".")
        self.view.show_rows(self._found if self.same.isChecked() else differ)

    def _failed(self, error: Exception) -> None:
        self.said.setText(str(error))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._desk.notice(f"Copied {show.plural(text.count(chr(10)) + 1, 'line')}.", "ok", key="copied")
