"""What a module is made of: a map of its sections, and beside it the same as a table."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.outline import Outline, Path
from ui.panels.modules.columns import SECTIONS, Piece
from ui.panels.modules.tiles import flat
from ui.panels.modules.treemap import Treemap
from ui.widgets.build import box, column
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.tree import Tree
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import ModuleDetail


class Structure(QWidget):
    """A tile and its row are chosen together."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._hash = ""
        self.map = Treemap()
        self.model: Outline[Piece] = Outline(SECTIONS, lambda piece: piece.path, self)
        self.table = Tree(self.model, "Sections")
        self.table.command_for = lambda _piece: desk.command("module show", self._hash[:12])
        none = EmptyState("module", "There are no sections to show.")
        self.list = FilteredTable(desk, self.table, "size>10KiB section~code", none)
        split = TurningSplitter()
        split.addWidget(box("mapFrame", column(self.map, margins=(8, 8, 8, 8))))
        split.addWidget(self.list)
        split.setSizes([560, 420])
        split.setStretchFactor(0, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(split)
        self.map.chosen.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._row_chosen())
        desk.theme_changed.connect(self.map.update)

    def show_detail(self, detail: ModuleDetail) -> None:
        total = detail.info.size_bytes
        if detail.info.hash != self._hash:
            self._hash = detail.info.hash
            self.table.open_all()
        self.map.show_sections(detail.sections)
        self.list.show_rows([
            Piece(path, section, section.size_bytes / total if total else 0.0)
            for path, section in flat(detail.sections)
        ])  # fmt: skip

    def _choose(self, path: Path) -> None:
        self.list.select_key(path)

    def _row_chosen(self) -> None:
        piece = self.model.row(self.table.currentIndex())
        if piece is not None:
            self.map.choose(piece.path)
